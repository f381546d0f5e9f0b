/** What keeps a volume claim from being bound, or from growing. */
import type { PersistentVolumeClaim, Pod } from 'kubernetes-types/core/v1.js';
import { isFalse, type Condition, type Problem } from '../../../api/conditions.ts';
import { selector, type Part } from '../../../api/labels.ts';
import { compareQuantities } from '../../../api/quantity.ts';
import { Reason } from '../../../api/reasons.ts';
import type { ResolvedApp } from '../../../api/resolved.ts';
import type { PodPart } from '../../network/flows.ts';
import type { Observed } from '../../observed.ts';
import { fieldOf } from '../fields.ts';

const defaultClass = 'storageclass.kubernetes.io/is-default-class';

/**
 * A claim that nothing can bind: its StorageClass is not there. Where classes cannot be seen, it reads as any other that waits.
 */
export function classProblem(app: ResolvedApp, part: PodPart, observed: Observed): Problem | undefined {
  if (!observed.serves('StorageClass')) return undefined;
  const field = `${fieldOf(part)}.storage.className`;
  for (const claim of observed.list('PersistentVolumeClaim', selector(app, part))) {
    if (isBound(claim) || claim.spec?.volumeName !== undefined) continue;
    const name = claim.metadata?.name ?? '';
    const wanted = claim.spec?.storageClassName;
    const classes = observed.list('StorageClass', {});
    if (wanted !== undefined && !classes.some(({ metadata }) => metadata?.name === wanted)) {
      const message = `volume claim ${name} waits: there is no StorageClass "${wanted}"; make it, or delete the claim and set ${field} to another`;
      return { reason: Reason.VolumePending, message };
    }
    if (wanted === undefined && !classes.some(({ metadata }) => metadata?.annotations?.[defaultClass] === 'true')) {
      const message = `volume claim ${name} waits: the cluster has no default StorageClass; mark one as default, or set ${field}`;
      return { reason: Reason.VolumePending, message };
    }
  }
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
  const { events } = app;
  const parts: Part[] = ['database', ...(events.mode === 'managed' ? (['events', 'zookeeper'] as const) : [])];
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
