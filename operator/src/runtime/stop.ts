/** The orderly stop: what is waited for, in which order, and for how long at most. */
import type { Clock } from './clock.ts';
import type { Log } from './log.ts';

/** A name for the log, the most milliseconds it may take, and the work. */
export type StopStep = readonly [name: string, limit: number, work: () => unknown];

/** Resolves with what ends the program: the first of the signals, or `lost`. */
export async function untilSignalled(signals: readonly NodeJS.Signals[], lost: Promise<string>): Promise<string> {
  const signalled = Promise.withResolvers<string>();
  const handlers = signals.map((signal) => [signal, () => signalled.resolve(signal)] as const);
  for (const [signal, handler] of handlers) process.once(signal, handler);
  try {
    return await Promise.race([signalled.promise, lost]);
  } finally {
    for (const [signal, handler] of handlers) process.removeListener(signal, handler);
  }
}

/** Runs the steps one after the other; one that fails or hangs does not keep the next from running. 1 when any did. */
export async function stopInOrder(log: Log, clock: Clock, steps: readonly StopStep[]): Promise<0 | 1> {
  let code: 0 | 1 = 0;
  for (const [name, limit, work] of steps) {
    const late = Promise.withResolvers<never>();
    const timer = clock.after(limit, () => late.reject(new Error(`not done after ${limit} ms`)));
    try {
      await Promise.race([Promise.resolve(work()), late.promise]);
    } catch (error) {
      code = 1;
      log.error({ err: error, step: name }, 'a step of the stop failed');
    } finally {
      timer.cancel();
    }
  }
  return code;
}
