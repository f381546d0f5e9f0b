/** Waiting with an end: a deadline for what may never answer, pauses that a stop cuts short, and work that gives way. */
import { setImmediate as nextRound, setTimeout as delay } from 'node:timers/promises';

/** Thrown when something did not answer in time. It may still happen later. */
export class DeadlineExceeded extends Error {
  constructor(what: string, ms: number) {
    super(`${what}: no answer within ${ms} ms`);
    this.name = 'DeadlineExceeded';
  }
}

/**
 * Calls `due` after `ms`, unless the timer that is given back is called off before. Timers run before sockets are read, so after
 * a long pause of this process one is due while the answer lies in the socket: one more round of the event loop lets it be read.
 */
export function deadline(ms: number, due: () => void): { callOff(): void } {
  let off = false;
  const timer = setTimeout(() => {
    setImmediate(() =>
      setImmediate(() => {
        if (!off) due();
      }),
    );
  }, ms);
  return {
    callOff() {
      off = true;
      clearTimeout(timer);
    },
  };
}

/** The promise's result, or {@link DeadlineExceeded} after `ms`. */
export function within<T>(pending: Promise<T>, ms: number, what: string): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const timer = deadline(ms, () => reject(new DeadlineExceeded(what, ms)));
    pending.then(resolve, reject).finally(() => timer.callOff());
  });
}

/** Waits so long, or until `stop`: being woken by it is as good as the time having passed. */
export async function pauseUnless(stop: AbortSignal, ms: number): Promise<void> {
  if (stop.aborted) return;
  await delay(ms, undefined, { signal: stop }).catch(() => undefined);
}

/** Work of this thread in steps, between which others may have their turn. */
export type Steps<T> = Generator<undefined, T, undefined>;

/** Milliseconds that such work may hold up everything else. */
const TURN_MS = 4;

/** Does the work, and lets the event loop go round whenever it has taken its turn. */
export async function givingWay<T>(steps: Steps<T>): Promise<T> {
  for (let began = performance.now(); ;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (performance.now() - began < TURN_MS) continue;
    await nextRound();
    began = performance.now();
  }
}

/** Does the work in one go: for what is known to be small. */
export function atOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}
