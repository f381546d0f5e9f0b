/** Waits for what the operator does: asks a real API server less often than the default, and refers to the operator's log. */
import { until as wait } from '../../until.ts';

/** @param seconds the deadline. An assertion that fails is no answer yet, and neither is undefined or false */
export async function until<T>(
  what: string,
  ask: () => Promise<T | false | undefined> | T | false | undefined,
  seconds = 30,
): Promise<T> {
  return await wait(what, ask, { seconds, hint: 'see the log of the operator', everyMilliseconds: 100 });
}
