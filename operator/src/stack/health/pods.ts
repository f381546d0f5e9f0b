/** What keeps the pods of a part from being ready, in words an admin can act on. */
import type { ContainerStatus, Pod } from 'kubernetes-types/core/v1.js';
import type { Problem } from '../../api/conditions.ts';
import { selector, type Part } from '../../api/labels.ts';
import { Reason } from '../../api/reasons.ts';
import type { ResolvedApp } from '../../api/resolved.ts';
import type { Observed } from '../observed.ts';
import { claimProblem } from './claims.ts';

/** The first pod of the part that something keeps down. undefined: nothing is known to be wrong. */
export function podProblem(app: ResolvedApp, part: Part, observed: Observed): Problem | undefined {
  const volume = claimProblem(app, part, observed);
  if (volume) return volume;
  for (const pod of observed.list('Pod', selector(app, part))) {
    if (pod.metadata?.deletionTimestamp !== undefined) continue;
    const problem = problemOf(pod);
    if (problem) return problem;
  }
  return undefined;
}

function problemOf(pod: Pod): Problem | undefined {
  const name = pod.metadata?.name ?? '';
  const scheduled = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
  if (scheduled?.status === 'False' && scheduled.reason === 'Unschedulable') {
    return { reason: Reason.Unschedulable, message: `pod ${name} finds no node: ${scheduled.message ?? ''}` };
  }
  for (const container of pod.status?.containerStatuses ?? []) {
    const problem = containerProblem(name, container);
    if (problem) return problem;
  }
  return undefined;
}

const imageReasons: ReadonlySet<string> = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
]);

function containerProblem(pod: string, status: ContainerStatus): Problem | undefined {
  // What ended it last time is history once it serves again.
  if (status.ready) return undefined;
  const { image, lastState, name, state } = status;
  const waiting = state?.waiting;
  const ended = lastState?.terminated ?? state?.terminated;
  if (waiting?.reason !== undefined && imageReasons.has(waiting.reason)) {
    const message = `pod ${pod} cannot pull ${image}: ${waiting.message ?? waiting.reason}`;
    return { reason: Reason.ImagePull, message };
  }
  if (ended?.reason === 'OOMKilled') {
    const message = `container ${name} of pod ${pod} reached its memory limit and was ended; raise resources.limits.memory of this part`;
    return { reason: Reason.OutOfMemory, message };
  }
  if (waiting?.reason === 'CrashLoopBackOff') {
    const message = `container ${name} of pod ${pod} ends with code ${ended?.exitCode ?? '?'} again and again; see: kubectl logs ${pod} --previous`;
    return { reason: Reason.CrashLoop, message };
  }
  if (waiting?.reason === 'CreateContainerConfigError' || waiting?.reason === 'CreateContainerError') {
    return { reason: Reason.PodNotReady, message: `pod ${pod} cannot start: ${waiting.message ?? waiting.reason}` };
  }
  return undefined;
}
