/**
 * Fields that Kubernetes never lets change. Of a StatefulSet: no spec of a MemoApp changes them, but for the class of volumes
 * that were never bound; another release of the operator may want others, and a restore may bring back older ones. It is taken
 * away then and made anew.
 */
import type { StatefulSet } from 'kubernetes-types/apps/v1.js';
import { partLabel } from '../../api/labels.ts';
import { names } from '../../api/names.ts';
import type { ResolvedApp } from '../../api/resolved.ts';
import { covers } from '../../runtime/apply/covers.ts';
import { controllerOf, kindOf, objectKey, type KubeObject } from '../../runtime/object.ts';
import type { Informers } from '../../runtime/watch/informers.ts';
import { waitsElsewhere, type ClaimedStore } from '../../stack/claims.ts';
import type { Dependencies } from '../dependencies.ts';
import { belongsTo, claimKind, isLeaving, observedOf, type Claim } from '../observe/observe.ts';

const setKind = kindOf<KubeObject & Pick<StatefulSet, 'spec'>>('apps/v1', 'StatefulSet');

const fields = ['podManagementPolicy', 'selector', 'serviceName', 'volumeClaimTemplates'] as const;

/**
 * What a pod has from its birth: its labels, and the Service under which it has a name. They stand beside the template, so a
 * StatefulSet that takes the pod up does not roll it for them.
 */
const inborn: readonly (typeof fields)[number][] = ['selector', 'serviceName'];

type Spec = Readonly<Partial<Record<(typeof fields)[number], unknown>>>;

/** What stands in the way of a desired object and can't be changed into it. */
export interface Obstacle {
  readonly live: KubeObject;
  /**
   * `Orphan`, `Background`: the operator deletes it; as an orphan where its pods may stay, and the next one takes them
   * up; not where it, or they each other, would not find them.
   * `leaves`: it is on its way out. `admin`: whoever reads the status deletes it.
   */
  readonly goes: 'Orphan' | 'Background' | 'leaves' | 'admin';
}

/** undefined: nothing is in the way. */
export function inTheWay(desired: KubeObject, app: ResolvedApp, dependencies: Dependencies): Obstacle | undefined {
  if (desired.kind === claimKind.kind) return claimInTheWay(desired, app, dependencies);
  return desired.kind === setKind.kind ? setInTheWay(desired, app, dependencies.informers) : undefined;
}

function setInTheWay(desired: KubeObject, app: ResolvedApp, informers: Informers): Obstacle | undefined {
  const live = informers.store(setKind).get(objectKey(desired.metadata));
  if (!live || controllerOf(live)?.uid !== app.uid || live.metadata.deletionTimestamp !== undefined) return undefined;
  const [wanted, there] = [desired['spec'] as Spec, live['spec'] as Spec];
  const changed = fields.filter((field) => !covers(wanted[field], there[field], ['spec', field]));
  if (changed.length === 0) return undefined;
  return { live, goes: changed.some((field) => inborn.includes(field)) ? 'Background' : 'Orphan' };
}

/** A claim that waits in another class; before it, the StatefulSet that would make it in that class again. */
function claimInTheWay(desired: Claim, app: ResolvedApp, dependencies: Dependencies): Obstacle | undefined {
  const { informers } = dependencies;
  const part = desired.metadata.labels?.[partLabel] as ClaimedStore['part'];
  const live = informers.store(claimKind).get(objectKey(desired.metadata));
  if (!live || live.metadata.deletionTimestamp !== undefined) return undefined;
  if (!belongsTo(live, app, part)) return undefined;
  if (!waitsElsewhere(desired.spec?.storageClassName, live, observedOf(dependencies, app))) return undefined;
  const set = informers.store(setKind).get(`${app.namespace}/${names(app)[part]}`);
  const [template] = set?.spec?.volumeClaimTemplates ?? [];
  if (!set || template?.spec?.storageClassName !== live.spec?.storageClassName) return { live, goes: 'admin' };
  return { live: set, goes: isLeaving(set, app) ? 'leaves' : 'Orphan' };
}
