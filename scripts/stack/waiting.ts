/** What a MemoApp waits for, read from its conditions. Pure. */
import type { StoredCondition } from '../../operator/src/api/conditions.ts';
import type { MemoApp } from '../../operator/src/api/memoapp.ts';

/** Conditions that are about the whole, not about a part. */
const SUMMARIES: ReadonlySet<string> = new Set(['Ready', 'Reconciling', 'Stalled']);

/**
 * How long, in seconds, a reason may stand before more waiting is thought useless. Others have until the deadline: a pod
 * that is starting, or a volume on its way, is no failure.
 */
const PATIENCE: Readonly<Record<string, number>> = {
  ImagePull: 45,
  CrashLoop: 90,
  OutOfMemory: 60,
  JobFailed: 5,
  ApplyRefused: 30,
  DiskFull: 60,
  PodRefused: 30,
  PodNotStarted: 90,
  QuotaExceeded: 30,
  IngressClassMissing: 20,
  Unschedulable: 60,
  MetricsMissing: 240,
};
const STALLED_PATIENCE = 10;

export interface Standing {
  readonly ready: boolean;
  /** Parts that are as asked, and why they say so. */
  readonly done: ReadonlyMap<string, string>;
  /** The first part that is not, or `Ready` itself. */
  readonly waitsFor?: { readonly part: string; readonly reason: string; readonly message: string };
  /** Seconds that this may stand. */
  readonly patience: number;
}

/** @param deadline seconds for what has no shorter patience */
export function standing(memoApp: MemoApp | undefined, deadline: number): Standing {
  const conditions = memoApp?.status?.conditions ?? [];
  const ready = conditions.find(({ type }) => type === 'Ready');
  if (memoApp === undefined || ready === undefined) {
    const waitsFor = { part: 'operator', reason: 'Unseen', message: 'it has not looked at the MemoApp yet' };
    return { ready: false, done: new Map(), waitsFor, patience: 45 };
  }
  const parts = conditions.filter(({ type }) => !SUMMARIES.has(type));
  const done = new Map(parts.filter(isTrue).map(({ type, message }) => [type, message]));
  const current = ready.observedGeneration === memoApp.metadata.generation;
  if (current && isTrue(ready)) return { ready: true, done, patience: deadline };
  const stalled = conditions.find((condition) => condition.type === 'Stalled' && isTrue(condition));
  const { type: part, reason, message } = stalled ?? parts.find((condition) => !isTrue(condition)) ?? ready;
  const patience = stalled ? STALLED_PATIENCE : (PATIENCE[reason] ?? deadline);
  return { ready: false, done, waitsFor: { part, reason, message }, patience };
}

function isTrue({ status }: Pick<StoredCondition, 'status'>): boolean {
  return status === 'True';
}
