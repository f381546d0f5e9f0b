/** Whether a live object is as desired, whatever defaults, sidecars, labels and statuses were added to it. */
import { isAtomicMap, isFilledIn, isSet, keyDefaults, mergeKeys } from './lists.ts';

/** A place where a live object is not as desired. */
export interface Difference {
  /** Names of fields, as `spec.ingress.from`; an item of a list has none of its own. */
  readonly path: string;
  readonly live: unknown;
}

/**
 * Whether every field of `desired` is in `live` with the same value. Only desired fields are looked at, so what the API
 * server fills in does not matter. Items of a list are matched by their merge keys where the list has some. A list without any is
 * one value, and so are a few maps: they are ours to the last field, and one that was added anywhere in them is drift.
 * @param at where in the object the two stand, if they are no whole objects
 */
export function covers(desired: unknown, live: unknown, at: readonly string[] = []): boolean {
  return compare(desired, live, false, { path: [...at], differs: () => false });
}

/** Every place that keeps `live` from covering `desired`. Nothing else of `live` has a part in it. */
export function differences(desired: unknown, live: unknown): Difference[] {
  const found: Difference[] = [];
  const path: string[] = [];
  const differs = (there: unknown): boolean => found.push({ path: path.join('.'), live: there }) > 0;
  compare(desired, live, false, { path, differs });
  return found;
}

interface Comparison {
  /** Where it is at. */
  readonly path: string[];
  /** Told what is there instead, it answers whether to go on. */
  readonly differs: (live: unknown) => boolean;
}

/** @param whole whether `live` must have nothing that `desired` has not */
function compare(desired: unknown, live: unknown, whole: boolean, comparison: Comparison): boolean {
  if (Array.isArray(desired)) {
    // The server drops an empty list.
    if (desired.length === 0 && live === undefined) return true;
    return Array.isArray(live) ? compareLists(desired, live, whole, comparison) : comparison.differs(live);
  }
  if (isMap(desired) && isMap(live)) {
    return compareMaps(desired, live, whole || isAtomicMap(comparison.path), comparison);
  }
  return desired === live || comparison.differs(live);
}

function compareMaps(desired: Fields, live: Fields, whole: boolean, comparison: Comparison): boolean {
  for (const [field, value] of Object.entries(desired)) {
    if (value === undefined) continue;
    comparison.path.push(field);
    const goOn = compare(value, live[field], whole, comparison);
    comparison.path.pop();
    if (!goOn) return false;
  }
  // A label may be called `constructor`: only own members count.
  const isSaid = (field: string): boolean => Object.hasOwn(desired, field) && desired[field] !== undefined;
  return !whole || Object.keys(live).every(isSaid) || comparison.differs(live);
}

function compareLists(
  desired: readonly unknown[],
  live: readonly unknown[],
  whole: boolean,
  comparison: Comparison,
): boolean {
  const { differs, path } = comparison;
  if (isSet(path)) return desired.every((item) => live.includes(item)) || differs(live);
  const keys = whole ? undefined : mergeKeys(path);
  if (keys) {
    return desired.every((item) => {
      const match = live.find((candidate) => sameItem(item, candidate, keys));
      return match === undefined ? differs(undefined) : compare(item, match, false, comparison);
    });
  }
  if (desired.length !== live.length) return differs(live);
  return desired.every((item, at) => compare(item, live[at], !isFilledIn(path), comparison));
}

function sameItem(left: unknown, right: unknown, keys: readonly string[]): boolean {
  if (!isMap(left) || !isMap(right)) return false;
  return keys.every((key) => (left[key] ?? keyDefaults[key]) === (right[key] ?? keyDefaults[key]));
}

type Fields = Readonly<Record<string, unknown>>;

function isMap(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
