/** Portions that are bounded twice: by their number, and by what they weigh together. */

export interface Bounds {
  readonly count: number;
  readonly weight: number;
}

/** How many of the first items are within the bounds; the very first always is. */
export function fitting<T>(items: readonly T[], { count, weight }: Bounds, weightOf: (item: T) => number): number {
  let sum = 0;
  const end = items.findIndex((item, index) => {
    return index === count || ((sum += weightOf(item)) > weight && index > 0);
  });
  return end < 0 ? items.length : end;
}
