/** What keeps pods from being ready, read from the pods themselves. Pure. */
import type { ContainerStatus, Pod } from 'kubernetes-types/core/v1.js';

/** One pod that is not ready, and why. */
export interface Trouble {
  readonly pod: string;
  readonly container?: string;
  readonly why: string;
  /** Which log tells more: that of the container that runs or ran last, or of the one before it; absent: it never ran. */
  readonly log?: 'current' | 'previous';
}

/**
 * Those that are not ready, in their order; pods that ended well or are on their way out are no trouble. Of the tries of
 * one Job, the last one speaks for all.
 */
export function troubles(pods: readonly Pod[]): Trouble[] {
  const latest = new Map<string, Pod>();
  for (const pod of pods.toSorted(byAge)) latest.set(keyOf(pod), pod);
  return [...latest.values()].flatMap((pod) => troubleOf(pod) ?? []);
}

function keyOf({ metadata }: Pod): string {
  const job = metadata?.ownerReferences?.find(({ kind }) => kind === 'Job');
  return job === undefined ? (metadata?.name ?? '') : `job ${job.name}`;
}

function byAge(a: Pod, b: Pod): number {
  return (a.metadata?.creationTimestamp ?? '').localeCompare(b.metadata?.creationTimestamp ?? '');
}

function troubleOf(pod: Pod): Trouble | undefined {
  const name = pod.metadata?.name ?? '';
  const status = pod.status ?? {};
  if (status.phase === 'Succeeded' || pod.metadata?.deletionTimestamp !== undefined) return undefined;
  const conditions = status.conditions ?? [];
  if (conditions.some(({ type, status: is }) => type === 'Ready' && is === 'True')) return undefined;
  const scheduled = conditions.find(({ type }) => type === 'PodScheduled');
  if (scheduled?.status === 'False') {
    return { pod: name, why: `finds no node: ${scheduled.message ?? scheduled.reason ?? ''}` };
  }
  const containers = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
  for (const container of containers) {
    const trouble = containerTrouble(name, container);
    if (trouble) return trouble;
  }
  return {
    pod: name,
    why: `is ${status.phase ?? 'Pending'}${status.message === undefined ? '' : `: ${status.message}`}`,
  };
}

function containerTrouble(pod: string, container: ContainerStatus): Trouble | undefined {
  const { name, image, ready, state, lastState } = container;
  const before = lastState?.terminated;
  const ended = state?.terminated;
  if (state?.waiting !== undefined) {
    const { reason = 'waiting', message } = state.waiting;
    const last = before === undefined ? '' : `; it ended before with code ${before.exitCode} (${before.reason ?? ''})`;
    const what = `container ${name} (${image}) waits: ${reason}${message === undefined ? '' : `: ${message}`}${last}`;
    return { pod, container: name, why: what, ...(before !== undefined && { log: 'current' as const }) };
  }
  if (ended !== undefined) {
    if (ended.exitCode === 0) return undefined;
    const message = ended.message === undefined ? '' : `: ${ended.message.trim()}`;
    const why = `container ${name} ended with code ${ended.exitCode} (${ended.reason ?? ''})${message}`;
    return { pod, container: name, why, log: 'current' };
  }
  if (ready) return undefined;
  if (before !== undefined) {
    const why = `container ${name} was started again after it ended with code ${before.exitCode} (${before.reason ?? ''})`;
    return { pod, container: name, why, log: 'previous' };
  }
  return {
    pod,
    container: name,
    why: `container ${name} runs, but its readiness probe does not succeed`,
    log: 'current',
  };
}
