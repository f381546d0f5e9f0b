/** How far a Job is, and what its pod left behind. */
import type { Observed } from '../observed.ts';

export interface JobState {
  readonly state: 'absent' | 'running' | 'succeeded' | 'failed';
  /** What the API server says of the failure. */
  readonly message?: string;
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
  if (finished.type === 'Failed') return { state: 'failed', message: finished.message ?? finished.reason ?? '' };
  const schemaVersion = leftBehind(observed, name);
  return { state: 'succeeded', ...(schemaVersion !== undefined && { schemaVersion }) };
}

function leftBehind(observed: Observed, job: string): number | undefined {
  const pods = observed.list('Pod', { 'batch.kubernetes.io/job-name': job });
  for (const pod of pods) {
    for (const container of pod.status?.containerStatuses ?? []) {
      const version = schemaVersionIn(container.state?.terminated?.message);
      if (version !== undefined) return version;
    }
  }
  return undefined;
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
