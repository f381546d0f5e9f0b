/** Waits for a condition, never for a time. */
import { until as wait } from '../../cluster/host/wait.ts';

/** Asks every tenth of a second until the answer is no longer undefined; an assertion that fails counts as undefined. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined> | T | undefined,
  seconds = 30,
): Promise<T> {
  const patience = { seconds, hint: 'see the log of the operator', everyMilliseconds: 100 };
  return await wait(what, patience, async () => await ask());
}
