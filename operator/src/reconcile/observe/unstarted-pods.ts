/** Pods that have a node and no container yet, and since when: what keeps them from it is asked for in `StartWarningWatch`. */
import type { Pod } from 'kubernetes-types/core/v1.js';
import { appLabel, partOf } from '../../api/labels.ts';
import type { ResolvedApp } from '../../api/resolved.ts';
import { byName, isUnstarted } from '../../stack/health/pods/problem.ts';
import type { Observed } from '../../stack/observed.ts';

export interface UnstartedPod {
  readonly namespace: string;
  readonly uid: string;
  /** Milliseconds of the wall clock, of whoever gave it its node. */
  readonly since: number;
}

/** Of each part as many as tell what is wrong: what keeps fifty pods of the API from being started is mostly the same. */
const ofEach = 3;

export function unstartedPods(app: ResolvedApp, observed: Observed): UnstartedPod[] {
  const all = observed
    .list('Pod', { [appLabel]: app.name })
    .filter(isUnstarted)
    .toSorted(byName);
  const some = [...Map.groupBy(all, partOf).values()].flatMap((pods) => pods.slice(0, ofEach));
  return some.map((pod) => ({ namespace: app.namespace, uid: pod.metadata?.uid ?? '', since: unstartedSince(pod) }));
}

/** Since it got its node, or lost its network and volumes as that was restarted. */
function unstartedSince({ metadata, status }: Pod): number {
  const turns = (status?.conditions ?? [])
    .filter(({ type }) => type === 'PodScheduled' || type === 'PodReadyToStartContainers')
    .map(({ lastTransitionTime }) => lastTransitionTime);
  return Math.max(...[metadata?.creationTimestamp, ...turns].map((time) => Date.parse(time ?? '') || 0));
}
