/** What keeps the pods of a part from being ready, in words an admin can act on. */
import type { Pod } from 'kubernetes-types/core/v1.js';
import type { Problem } from '../../../api/conditions.ts';
import { selector } from '../../../api/labels.ts';
import { Reason } from '../../../api/reasons.ts';
import type { ResolvedApp } from '../../../api/resolved.ts';
import type { PodPart } from '../../network/flows.ts';
import type { Observed } from '../../observed.ts';
import { classProblem, fullForGood, unboundClaim } from './claims.ts';
import { containerProblem } from './containers.ts';
import { quoted } from '../quote.ts';
import { refusedPod } from './refusals.ts';

/** What keeps a pod of the part down, the cause before its consequences. undefined: nothing is known to be wrong. */
export function podProblem(app: ResolvedApp, part: PodPart, observed: Observed): Problem | undefined {
  const earlier = classProblem(app, part, observed) ?? refusedPod(app, part, observed);
  if (earlier) return earlier;
  for (const pod of observed.list('Pod', selector(app, part))) {
    if (pod.metadata?.deletionTimestamp !== undefined || isReplaced(part, pod)) continue;
    const problem =
      schedulingProblem(app, part, pod, observed) ??
      nodesProblem(pod, observed) ??
      containersProblem(part, pod, observed);
    if (problem) return problem;
  }
  return undefined;
}

/**
 * One that has ended for good, by an eviction say, and stays to be looked at: another has taken its place, and what ended it is
 * history. Of a Job it is what the next try has to go by.
 */
function isReplaced(part: PodPart, pod: Pod): boolean {
  return part !== 'migrate' && part !== 'topic' && !isAlive(pod);
}

function schedulingProblem(app: ResolvedApp, part: PodPart, pod: Pod, observed: Observed): Problem | undefined {
  const scheduled = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
  if (scheduled?.status === 'True') return undefined;
  const refused = scheduled?.status === 'False' && scheduled.reason === 'Unschedulable';
  const words = refused ? (scheduled.message ?? '') : '';
  // A claim may wait for the first pod that has a node: then it is the node that is missing, not the volume.
  if (refused && !/persistent ?volume/i.test(words)) {
    const message = `pod ${pod.metadata?.name ?? ''} finds no node: ${quoted(withoutPreemption(words))}`;
    return { reason: Reason.Unschedulable, message };
  }
  return unboundClaim(app, part, pod, observed);
}

/** The scheduler says for each node a second time that evicting others would not help. */
function withoutPreemption(words: string): string {
  return words.replace(/[.,]? (no new claims to deallocate, )?preemption: .*$/s, '');
}

/** What its node says that cannot start it: before containers say anything, or anything new after the node was restarted. */
function nodesProblem(pod: Pod, { startWarnings }: Observed): Problem | undefined {
  const words = startWarnings.get(pod.metadata?.uid ?? '');
  if (words === undefined || !isUnstarted(pod)) return undefined;
  const name = pod.metadata?.name ?? '';
  const message = `pod ${name} is not started on node ${pod.spec?.nodeName ?? ''}: ${quoted(words)}; see: kubectl describe pod ${name}`;
  return { reason: Reason.PodNotStarted, message };
}

function containersProblem(part: PodPart, pod: Pod, observed: Observed): Problem | undefined {
  const { containerStatuses = [], initContainerStatuses = [] } = pod.status ?? {};
  for (const status of [...initContainerStatuses, ...containerStatuses]) {
    const full = (): string | undefined => fullForGood(part, pod, observed);
    const problem = containerProblem(part, pod.metadata?.name ?? '', status, full);
    if (problem) return problem;
  }
  return undefined;
}

/** Whether it has a node that starts none of its containers, and no container says why. */
export function isUnstarted(pod: Pod): boolean {
  const { metadata, spec, status } = pod;
  if (metadata?.deletionTimestamp !== undefined || spec?.nodeName === undefined || !isAlive(pod)) return false;
  const { conditions = [], containerStatuses = [], initContainerStatuses = [] } = status ?? {};
  // Volumes and network are there: what it waits for is an image. Kubelets before kubernetes/kubernetes#134660 say so after that.
  if (conditions.some(({ type, status: is }) => type === 'PodReadyToStartContainers' && is === 'True')) return false;
  return [...initContainerStatuses, ...containerStatuses].every(
    ({ state = {} }) => !state.running && !state.terminated && awaited.has(state.waiting?.reason),
  );
}

/** A container that nothing is known of yet is in one of these; so is one whose image is being pulled. */
const awaited: ReadonlySet<string | undefined> = new Set([undefined, 'ContainerCreating', 'PodInitializing']);

/** Whether its containers run, or may run yet. */
export function isAlive({ status }: Pod): boolean {
  return status?.phase !== 'Succeeded' && status?.phase !== 'Failed';
}

/** As the kubelet says it, also of one that is on its way out. */
export function isReady({ status }: Pod): boolean {
  return status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false;
}

/** Pods of the part that are there and not ready, by name, for the end of a message. Empty: there are none. */
export function waitingFor(app: ResolvedApp, part: PodPart, observed: Observed): string {
  const late = latePods(app, part, observed).map(({ metadata, spec }) => {
    const name = metadata?.name ?? '';
    // One that stays so is on a node that is gone: nothing takes its place before somebody says that the node is off.
    return metadata?.deletionTimestamp === undefined
      ? name
      : `${name} (on its way out of ${spec?.nodeName ?? 'no node'})`;
  });
  if (late.length === 0) return '';
  return `; not ready: ${late.slice(0, 3).join(', ')}${late.length > 3 ? ` and ${late.length - 3} more` : ''}`;
}

/** Where to look, for the end of a message about pods that nothing is known to be wrong with. Empty: there is none to look at. */
export function whereToLook(app: ResolvedApp, part: PodPart, observed: Observed): string {
  const late = latePods(app, part, observed).find(({ metadata }) => metadata?.deletionTimestamp === undefined);
  return late ? `; should it take long, see: kubectl describe pod ${late.metadata?.name ?? ''}` : '';
}

function latePods(app: ResolvedApp, part: PodPart, observed: Observed): Pod[] {
  const late = observed.list('Pod', selector(app, part)).filter((pod) => isAlive(pod) && !isReady(pod));
  return late.toSorted(byName);
}

/** An order that is the same in every pass. */
export function byName(a: Pod, b: Pod): number {
  return (a.metadata?.name ?? '') < (b.metadata?.name ?? '') ? -1 : 1;
}
