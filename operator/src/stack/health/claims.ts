/** What keeps a volume claim from being bound, or from growing. */
import { isFalse, type Condition, type Problem } from '../../api/conditions.ts';
import { selector, type Part } from '../../api/labels.ts';
import { compareQuantities } from '../../api/quantity.ts';
import { Reason } from '../../api/reasons.ts';
import type { ResolvedApp } from '../../api/resolved.ts';
import type { Observed } from '../observed.ts';

const defaultClass = 'storageclass.kubernetes.io/is-default-class';

/**
 * A claim that is pending though nothing but a StorageClass could bind it. Where classes cannot be seen, the scheduler's words
 * about the pod have to do.
 */
export function claimProblem(app: ResolvedApp, part: Part, observed: Observed): Problem | undefined {
  if (!observed.serves('StorageClass')) return undefined;
  for (const claim of observed.list('PersistentVolumeClaim', selector(app, part))) {
    if (claim.status?.phase === 'Bound' || claim.spec?.volumeName !== undefined) continue;
    const name = claim.metadata?.name ?? '';
    const wanted = claim.spec?.storageClassName;
    const classes = observed.list('StorageClass', {});
    if (wanted !== undefined && !classes.some(({ metadata }) => metadata?.name === wanted)) {
      const message = `volume claim ${name} waits: there is no StorageClass "${wanted}"; make it, or delete the claim and set storage.className to another`;
      return { reason: Reason.VolumePending, message };
    }
    if (wanted === undefined && !classes.some(({ metadata }) => metadata?.annotations?.[defaultClass] === 'true')) {
      const message = `volume claim ${name} waits: the cluster has no default StorageClass; mark one as default, or set storage.className`;
      return { reason: Reason.VolumePending, message };
    }
  }
  return undefined;
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
