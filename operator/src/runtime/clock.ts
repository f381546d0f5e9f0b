/** Time as a parameter: everything that waits in the runtime takes a {@link Clock}, so that tests own the time. */

/** A timer that can be taken back. */
export interface Timer {
  cancel(): void;
}

export interface Clock {
  /** Monotonic milliseconds; only differences mean anything. */
  now(): number;
  /** The wall clock, for what is written down, never for deadlines. */
  date(): Date;
  /** Calls back once after `milliseconds`. */
  after(milliseconds: number, callback: () => void): Timer;
}

/** A number in [0, 1), as `Math.random`. */
export type Random = () => number;

/** Node's own timers. They do not keep the process alive: sockets and the stop sequence decide that. */
export const systemClock: Clock = {
  now: () => performance.now(),
  date: () => new Date(),
  after(milliseconds, callback) {
    const timer = setTimeout(callback, milliseconds);
    timer.unref();
    return { cancel: () => clearTimeout(timer) };
  },
};

/** Resolves after `milliseconds`, or as soon as `signal` aborts; it never rejects, so look at the signal afterwards. */
export function pause(clock: Clock, milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const finish = (): void => {
      timer.cancel();
      signal.removeEventListener('abort', finish);
      resolve();
    };
    const timer = clock.after(milliseconds, finish);
    signal.addEventListener('abort', finish, { once: true });
  });
}

/** `base` give or take `fraction` of it, so that many of us do not move in step. */
export function jitter(base: number, fraction: number, random: Random): number {
  return base * (1 + fraction * (2 * random() - 1));
}
