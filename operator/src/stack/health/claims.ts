/** What keeps a volume claim from being bound, or from growing. */
import type { Problem } from '../../api/conditions.ts';
import { selector, type Part } from '../../api/labels.ts';
import { Reason } from '../../api/reasons.ts';
import type { ResolvedApp } from '../../api/resolved.ts';
import type { Observed } from '../observed.ts';

const defaultClass = 'storageclass.kubernetes.io/is-default-class';

/** A claim that is pending though nothing but a StorageClass could bind it. */
export function claimProblem(app: ResolvedApp, part: Part, observed: Observed): Problem | undefined {
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
