/** Waits for a condition, never for a time. */
import { setTimeout as pause } from 'node:timers/promises';

export interface Patience {
  /** Absent: 30. */
  readonly seconds?: number;
  /** What to look at when it does not come true. */
  readonly hint?: string;
  /** Absent: 15, as what is waited for may be over soon. A question that costs its answerer something is asked less often. */
  readonly everyMilliseconds?: number;
}

/**
 * Asks again and again. An answer of undefined or false is no answer yet, and neither is an error.
 * @returns the first answer
 * @throws Error that says what was waited for, how long, the last refusal, and the hint
 */
export async function until<T>(
  what: string,
  ask: () => Promise<T | false | undefined> | T | false | undefined,
  { seconds = 30, hint, everyMilliseconds = 15 }: Patience = {},
): Promise<T> {
  const deadline = performance.now() + seconds * 1000;
  let refusal = '';
  let cause: unknown;
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer;
    } catch (error) {
      // Not there yet is the normal answer; the last one is told when time is up.
      refusal = ` (last answer: ${error instanceof Error ? error.message : String(error)})`;
      cause = error;
    }
    if (performance.now() > deadline) break;
    await pause(everyMilliseconds);
  }
  const where = hint === undefined ? '' : `; ${hint}`;
  throw new Error(`${what}: not within ${seconds} s${refusal}${where}`, { cause });
}
