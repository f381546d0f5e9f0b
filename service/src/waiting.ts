/** Waiting with an end: a deadline for what may never answer, and pauses that a stop cuts short. */
import { setTimeout as delay } from 'node:timers/promises';

/** Thrown when something did not answer in time. It may still happen later. */
export class DeadlineExceeded extends Error {
  constructor(what: string, ms: number) {
    super(`${what}: no answer within ${ms} ms`);
    this.name = 'DeadlineExceeded';
  }
}

/**
 * The promise's result, or {@link DeadlineExceeded} after `ms`. Timers run before sockets are read, so after a long pause of
 * this process a timer is due while the answer lies in the socket: one more round of the event loop lets it be read.
 */
export function within<T>(pending: Promise<T>, ms: number, what: string): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => {
      setImmediate(() => setImmediate(() => reject(new DeadlineExceeded(what, ms))));
    }, ms);
    pending.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** Waits so long, or until `stop`: being woken by it is as good as the time having passed. */
export async function pauseUnless(stop: AbortSignal, ms: number): Promise<void> {
  if (stop.aborted) return;
  await delay(ms, undefined, { signal: stop }).catch(() => undefined);
}
