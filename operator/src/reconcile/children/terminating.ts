/** What is on its way out. */
import type { KubeObject } from '../../runtime/object.ts';

const atOnce = 2000;
const atMost = 30_000;

/**
 * Milliseconds until it is looked for again, for not all of it is watched: a Secret is gone in a moment, and what somebody's
 * finalizer holds may stay for days, so that it is looked for the more rarely the longer it has been leaving.
 */
export function lookForEndAfter(terminating: readonly KubeObject[], now: Date): number {
  const waits = terminating.map(({ metadata: { deletionTimestamp } }) => {
    const age = deletionTimestamp === undefined ? 0 : now.getTime() - Date.parse(deletionTimestamp);
    return Math.min(Math.max(age / 10, atOnce), atMost);
  });
  return Math.min(...waits);
}
