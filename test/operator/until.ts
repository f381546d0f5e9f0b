/** Waits for a condition, never for a time. */

/**
 * Asks every tenth of a second until the answer is no longer undefined; an assertion that fails counts as undefined, and
 * is the error when the deadline passes.
 */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined> | T | undefined,
  seconds = 30,
): Promise<T> {
  const deadline = performance.now() + seconds * 1000;
  let last: unknown;
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
    } catch (error) {
      last = error;
    }
    if (performance.now() > deadline) throw new Error(`no ${what} within ${seconds} s`, { cause: last });
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
