/** A signal that also aborts after a while, and lets go of its parent when the work is done. */
import type { Clock } from '../clock.ts';

/** Milliseconds for a call, repetitions included, where it names none. */
export const defaultDeadline = 30_000;

export interface Deadline {
  readonly signal: AbortSignal;
  /** Whether the time, and not the parent, ended it. */
  readonly expired: boolean;
}

/** Runs `work` under a signal that follows `parent` and aborts after `milliseconds`. */
export async function withDeadline<T>(
  clock: Clock,
  milliseconds: number,
  parent: AbortSignal | undefined,
  work: (deadline: Deadline) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const deadline = { signal: controller.signal, expired: false };
  const follow = (): void => controller.abort(parent?.reason);
  const timer = clock.after(milliseconds, () => {
    deadline.expired = true;
    controller.abort(new Error(`no answer within ${Math.round(milliseconds)} ms`));
  });
  if (parent?.aborted) follow();
  // AbortSignal.any would keep an entry per call on a parent that lives as long as the process.
  parent?.addEventListener('abort', follow, { once: true });
  try {
    return await work(deadline);
  } finally {
    timer.cancel();
    parent?.removeEventListener('abort', follow);
  }
}
