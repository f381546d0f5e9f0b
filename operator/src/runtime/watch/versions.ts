/**
 * Resource versions of one kind are integers that only grow, and may be compared as such (kubernetes/enhancements#5504).
 * Used only to prefer our own write over an older event, never to judge a watch, so a server that breaks the rule costs
 * a write more and nothing else.
 */

/** Whether `left` is newer than `right`; false when either is no plain integer. */
export function isNewer(left: string | undefined, right: string | undefined): boolean {
  if (left === undefined || right === undefined) return false;
  if (!isInteger(left) || !isInteger(right)) return false;
  return left.length === right.length ? left > right : left.length > right.length;
}

function isInteger(version: string): boolean {
  return /^[1-9][0-9]*$/.test(version);
}
