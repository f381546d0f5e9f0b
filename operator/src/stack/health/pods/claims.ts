/** What keeps a volume claim from being bound, or from growing. */
import type { PersistentVolumeClaim, Pod } from 'kubernetes-types/core/v1.js';
import { isFalse, type Condition, type Problem } from '../../../api/conditions.ts';
import { selector, type Part } from '../../../api/labels.ts';
import { compareQuantities } from '../../../api/quantity.ts';
import { Reason } from '../../../api/reasons.ts';
import type { ResolvedApp, ResolvedStorage } from '../../../api/resolved.ts';
import type { PodPart } from '../../network/flows.ts';
import { growthOf, requestOf, waitsElsewhere } from '../../claims.ts';
import type { Observed } from '../../observed.ts';
import type { PassOutcome } from '../conditions.ts';
import { fieldOf } from '../fields.ts';
import { quoted } from '../quote.ts';

const defaultClass = 'storageclass.kubernetes.io/is-default-class';

/**
 * A claim that nothing can bind: its StorageClass is not there, or the spec has come to ask for another. Where classes cannot be
 * seen, one whose class is not there reads as any other that waits.
 */
export function classProblem(app: ResolvedApp, part: PodPart, observed: Observed): Problem | undefined {
  const asked = storageOf(app, part)?.className;
  for (const claim of observed.list('PersistentVolumeClaim', selector(app, part))) {
    if (isBound(claim) || claim.spec?.volumeName !== undefined) continue;
    const why = waitsElsewhere(asked, claim, observed) ? toBeDeleted(claim, asked) : lacksClass(claim, part, observed);
    const name = claim.metadata?.name ?? '';
    if (why !== undefined) return { reason: Reason.VolumePending, message: `volume claim ${name} waits${why}` };
  }
  return undefined;
}

function toBeDeleted({ metadata, spec }: PersistentVolumeClaim, asked: string | undefined): string {
  const wanted = asked === undefined ? 'the default one' : `"${asked}"`;
  return ` in StorageClass "${spec?.storageClassName ?? ''}", while the spec asks for ${wanted}; there is nothing on it: delete it, and it is made anew: kubectl delete pvc ${metadata?.name ?? ''}`;
}

function lacksClass({ spec }: PersistentVolumeClaim, part: PodPart, observed: Observed): string | undefined {
  if (!observed.serves('StorageClass')) return undefined;
  const wanted = spec?.storageClassName;
  const classes = observed.list('StorageClass', {});
  const another = `name another in ${fieldOf(part)}.storage.className, as there is nothing on it yet`;
  if (wanted !== undefined && !classes.some(({ metadata }) => metadata?.name === wanted))
    return `: there is no StorageClass "${wanted}"; make it, or ${another}`;
  if (wanted === undefined && !classes.some(({ metadata }) => metadata?.annotations?.[defaultClass] === 'true'))
    return `: the cluster has no default StorageClass; mark one as default, and the claim gets it, or ${another}`;
  return undefined;
}

/** A claim of a pod without a node that its provisioner has not bound yet: for a while, every volume begins so. */
export function unboundClaim(app: ResolvedApp, part: PodPart, pod: Pod, observed: Observed): Problem | undefined {
  const used = new Set(pod.spec?.volumes?.map(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName));
  const claim = observed
    .list('PersistentVolumeClaim', selector(app, part))
    .find((one) => used.has(one.metadata?.name ?? '') && !isBound(one));
  if (!claim) return undefined;
  const name = claim.metadata?.name ?? '';
  const provisioner = provisionerOf(claim, observed);
  const message = `pod ${pod.metadata?.name ?? ''} waits for the volume of claim ${name}${provisioner}; should it take long, see: kubectl describe pvc ${name}`;
  return { reason: Reason.VolumeBinding, message };
}

function isBound({ status }: PersistentVolumeClaim): boolean {
  return status?.phase === 'Bound';
}

/** Empty where classes cannot be seen. */
function provisionerOf({ spec }: PersistentVolumeClaim, observed: Observed): string {
  const found = observed.list('StorageClass', {}).find(({ metadata }) => metadata?.name === spec?.storageClassName);
  return found ? ` from ${found.provisioner} (StorageClass ${found.metadata?.name ?? ''})` : '';
}

/** A volume that is smaller than asked for: `Ready` waits for it, while its store serves on. */
export function growthProblem(app: ResolvedApp, observed: Observed): Condition | undefined {
  // One that the spec no longer asks for is kept as it is: no pod mounts it, which may be all that it waits for.
  const parts = (['database', 'events', 'zookeeper'] as const).filter((part) => storageOf(app, part) !== undefined);
  const claims = parts.flatMap((part) => observed.list('PersistentVolumeClaim', selector(app, part)));
  for (const { metadata, spec, status } of claims) {
    const wanted = spec?.resources?.requests?.['storage'];
    const has = status?.capacity?.['storage'];
    if (wanted === undefined || has === undefined || compareQuantities(has, wanted) >= 0) continue;
    const waiting = status?.conditions?.find(({ status: is }) => is === 'True');
    const why = waiting === undefined ? '' : `: ${waiting.message ?? waiting.type}`;
    const message = `volume claim ${metadata?.name ?? ''} has ${has} and grows to ${wanted}${why}`;
    return isFalse('Ready', Reason.VolumeGrowing, message);
  }
  return undefined;
}

type VolumePart = 'database' | 'events' | 'zookeeper';

/**
 * What is to be said of a volume that is not as asked for and cannot become so: it is in another class, or smaller and cannot
 * grow, with the ways out. undefined: there is none, or it grows.
 */
export function keptVolume(
  app: ResolvedApp,
  part: VolumePart,
  observed: Observed,
  { ungrown }: Pick<PassOutcome, 'ungrown'>,
): string | undefined {
  const storage = storageOf(app, part);
  if (storage === undefined) return undefined;
  const { size: wanted, className } = storage;
  const claims = observed.list('PersistentVolumeClaim', selector(app, part));
  const elsewhere = claims.find(
    (claim) => isBound(claim) && className !== undefined && claim.spec?.storageClassName !== className,
  );
  if (elsewhere) {
    const has = elsewhere.spec?.storageClassName ?? '';
    return `volume claim ${elsewhere.metadata?.name ?? ''} stays in StorageClass "${has}", not "${className ?? ''}": a volume never changes its class`;
  }
  const kept = claims.flatMap((claim) => {
    const name = claim.metadata?.name ?? '';
    const has = claim.status?.capacity?.['storage'];
    const asked = requestOf(claim);
    if (has === undefined || asked === undefined) return [];
    if (compareQuantities(asked, wanted) >= 0 || compareQuantities(has, wanted) >= 0) return [];
    const refused = ungrown.find((one) => one.claim === name);
    const why = refused ? `the API server refuses it: ${quoted(refused.message)}` : whyNot(claim, observed);
    return why === undefined ? [] : [{ name, has, why, way: wayOut(claim) }];
  });
  const [first] = kept;
  if (!first) return undefined;
  const others = kept.length > 1 ? ` (as ${kept.length - 1} more)` : '';
  return `volume claim ${first.name}${others} stays at ${first.has} and does not grow to ${wanted}: ${first.why}; ${first.way}`;
}

/** The way out of a full volume whose StorageClass does not let it grow. undefined: it does, or cannot be seen. */
export function fullForGood(part: PodPart, pod: Pod, observed: Observed): string | undefined {
  for (const { persistentVolumeClaim } of pod.spec?.volumes ?? []) {
    const claim = observed.get('PersistentVolumeClaim', persistentVolumeClaim?.claimName ?? '');
    const why = claim && whyNot(claim, observed);
    if (claim && why !== undefined)
      return `it cannot grow: ${why}; ${wayOut(claim, ` and raise ${fieldOf(part)}.storage.size`)}`;
  }
  return undefined;
}

function whyNot(claim: PersistentVolumeClaim, observed: Observed): string | undefined {
  const { allowed, className } = growthOf(claim, observed) ?? { allowed: true };
  if (allowed) return undefined;
  return className ? `StorageClass ${className} does not let volumes grow` : 'it has no StorageClass';
}

function wayOut({ spec }: PersistentVolumeClaim, andThen = ''): string {
  const move = 'move to a larger volume (docs/backup.md, Move)';
  const className = spec?.storageClassName;
  return className ? `set allowVolumeExpansion: true on StorageClass ${className}${andThen}, or ${move}` : move;
}

/** undefined: a part without volumes. */
function storageOf({ database, events }: ResolvedApp, part: Part): ResolvedStorage | undefined {
  if (part === 'database') return database.mode === 'managed' ? database.storage : undefined;
  if (events.mode !== 'managed') return undefined;
  if (part === 'zookeeper') return events.zooKeeper?.storage;
  return part === 'events' ? events.storage : undefined;
}
