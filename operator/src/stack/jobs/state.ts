/** How far a Job is, and what its pod left behind. */
import type { ContainerStateTerminated, Pod } from 'kubernetes-types/core/v1.js';
import type { Observed } from '../observed.ts';

export interface JobState {
  readonly state: 'absent' | 'running' | 'succeeded' | 'failed';
  /** What the API server says of the failure. */
  readonly message?: string;
  /** When it failed, in milliseconds. */
  readonly endedAt?: number;
  /** From the termination message of the migration's pod. */
  readonly schemaVersion?: number;
}

export function jobState(observed: Observed, name: string): JobState {
  const job = observed.get('Job', name);
  if (!job) return { state: 'absent' };
  const finished = job.status?.conditions?.find(
    ({ type, status }) => status === 'True' && (type === 'Complete' || type === 'Failed'),
  );
  if (!finished) return { state: 'running' };
  if (finished.type === 'Failed') {
    const { lastTransitionTime = '', message, reason = '' } = finished;
    return { state: 'failed', message: message ?? reason, endedAt: Date.parse(lastTransitionTime) };
  }
  const schemaVersion = leftBehind(observed, name);
  return { state: 'succeeded', ...(schemaVersion !== undefined && { schemaVersion }) };
}

/** The last line of the pod that failed last. undefined: none has, or it said nothing. */
export function lastWordsOf(observed: Observed, job: string): string | undefined {
  const failed = endsOf(observed, job).filter(({ exitCode }) => exitCode !== 0);
  const last = failed.toSorted((left, right) => at(left) - at(right)).at(-1);
  return last?.message?.trim().split('\n').at(-1);
}

function at({ finishedAt = '' }: ContainerStateTerminated): number {
  return Date.parse(finishedAt);
}

function leftBehind(observed: Observed, job: string): number | undefined {
  return endsOf(observed, job)
    .map(({ message }) => schemaVersionIn(message))
    .find((version) => version !== undefined);
}

export function podsOf(observed: Observed, job: string): readonly Pod[] {
  return observed.list('Pod', { 'batch.kubernetes.io/job-name': job });
}

function endsOf(observed: Observed, job: string): ContainerStateTerminated[] {
  return podsOf(observed, job)
    .flatMap(({ status }) => status?.containerStatuses ?? [])
    .flatMap(({ state }) => state?.terminated ?? []);
}

/** `{"schemaVersion": 12}`; anything else is somebody's log line. */
function schemaVersionIn(message: string | undefined): number | undefined {
  try {
    const left: unknown = JSON.parse(message ?? '');
    if (typeof left !== 'object' || left === null || !('schemaVersion' in left)) return undefined;
    return typeof left.schemaVersion === 'number' ? left.schemaVersion : undefined;
  } catch {
    return undefined;
  }
}
