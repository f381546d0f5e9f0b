/** Waits for a condition, never longer than its deadline. */
import { setTimeout as pause } from 'node:timers/promises';

export interface Patience {
  readonly seconds: number;
  /** What to look at when it does not come true. */
  readonly hint: string;
  readonly everyMilliseconds?: number;
}

/**
 * Asks `probe` until it answers with something other than undefined.
 * @throws Error that says what was waited for, how long, the last refusal and the hint.
 */
export async function until<T>(what: string, patience: Patience, probe: () => Promise<T | undefined>): Promise<T> {
  const deadline = performance.now() + patience.seconds * 1000;
  let refusal = '';
  for (;;) {
    try {
      const answer = await probe();
      if (answer !== undefined) return answer;
    } catch (error) {
      // Not there yet is the normal answer; the last one is told when time is up.
      refusal = ` (last answer: ${error instanceof Error ? error.message : String(error)})`;
    }
    if (performance.now() > deadline) {
      throw new Error(`${what}: not within ${patience.seconds} s${refusal}; ${patience.hint}`);
    }
    await pause(patience.everyMilliseconds ?? 50);
  }
}
