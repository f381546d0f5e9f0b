/** Versions of stores, as the tags of their images are written. */

/** Compares as many numbers as both have: `11.8` and `11.8.9` are the same line. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a.split('.').map(Number), b.split('.').map(Number)];
  for (let index = 0; index < Math.min(left.length, right.length); index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** The later of two; of one line the second, which is then what ran last. */
export function laterVersion(before: string | undefined, now: string): string {
  return before === undefined || compareVersions(now, before) >= 0 ? now : before;
}
