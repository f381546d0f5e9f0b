/**
 * Fields of a StatefulSet that Kubernetes never lets change. No spec of a MemoApp changes them, but another release of the
 * operator may want others, and a restore may bring back older ones. The StatefulSet is then taken away and made anew.
 */
import { covers } from '../../runtime/apply/covers.ts';
import { controllerOf, kindOfObject, objectKey, type KubeObject } from '../../runtime/object.ts';
import type { Informers } from '../../runtime/watch/informers.ts';

const fields = ['podManagementPolicy', 'selector', 'serviceName', 'volumeClaimTemplates'] as const;

type Spec = Readonly<Partial<Record<(typeof fields)[number], unknown>>>;

export interface Replacement {
  readonly live: KubeObject;
  /** `Orphan`: its pods stay, and the next one takes them up. Not where it would not know them by their labels. */
  readonly propagation: 'Orphan' | 'Background';
}

/** What stands in the way of a desired object and can't be changed into it; undefined where nothing does. */
export function inTheWay(
  desired: KubeObject,
  app: { readonly uid: string },
  informers: Informers,
): Replacement | undefined {
  if (desired.kind !== 'StatefulSet') return undefined;
  const live = informers.store(kindOfObject(desired)).get(objectKey(desired.metadata));
  if (!live || controllerOf(live)?.uid !== app.uid || live.metadata.deletionTimestamp !== undefined) return undefined;
  const [wanted, there] = [desired['spec'] as Spec, live['spec'] as Spec];
  const changed = fields.filter((field) => !covers(wanted[field], there[field]));
  if (changed.length === 0) return undefined;
  return { live, propagation: changed.includes('selector') ? 'Background' : 'Orphan' };
}
