/** Whether a live object is as desired, whatever defaults, sidecars, labels and statuses were added to it. */
import { isDeepStrictEqual } from 'node:util';
import { isAtomicMap, isSet, keyDefaults, mergeKeys } from './lists.ts';

/** A place where a live object is not as desired. */
export interface Difference {
  /** Names of fields, as `spec.ingress.from`; an item of a list has none of its own. */
  readonly path: string;
  readonly live: unknown;
}

/**
 * Whether every field of `desired` is in `live` with the same value. Only desired fields are looked at, so what the API
 * server fills in does not matter. Items of a list are matched by their merge keys where the list has some.
 */
export function covers(desired: unknown, live: unknown): boolean {
  return compare(desired, live, { path: [], differs: () => false });
}

/** Every place that keeps `live` from covering `desired`. Nothing else of `live` has a part in it. */
export function differences(desired: unknown, live: unknown): Difference[] {
  const found: Difference[] = [];
  const path: string[] = [];
  const differs = (there: unknown): boolean => found.push({ path: path.join('.'), live: there }) > 0;
  compare(desired, live, { path, differs });
  return found;
}

interface Comparison {
  /** Where it is at. */
  readonly path: string[];
  /** Told what is there instead, it answers whether to go on. */
  readonly differs: (live: unknown) => boolean;
}

function compare(desired: unknown, live: unknown, comparison: Comparison): boolean {
  const { differs, path } = comparison;
  if (Array.isArray(desired)) {
    if (Array.isArray(live)) return compareLists(desired, live, comparison);
    return (desired.length === 0 && live === undefined) || differs(live);
  }
  if (isMap(desired)) {
    // The server drops empty structs of optional fields.
    if (!isMap(live)) return (live === undefined && Object.keys(desired).length === 0) || differs(live);
    if (isAtomicMap(path)) return isDeepStrictEqual(desired, live) || differs(live);
    return compareMaps(desired, live, comparison);
  }
  return desired === live || differs(live);
}

function compareMaps(desired: Fields, live: Fields, comparison: Comparison): boolean {
  for (const [field, value] of Object.entries(desired)) {
    if (value === undefined) continue;
    comparison.path.push(field);
    const goOn = compare(value, live[field], comparison);
    comparison.path.pop();
    if (!goOn) return false;
  }
  return true;
}

function compareLists(desired: readonly unknown[], live: readonly unknown[], comparison: Comparison): boolean {
  const { differs, path } = comparison;
  if (isSet(path)) return desired.every((item) => live.includes(item)) || differs(live);
  const keys = mergeKeys(path);
  if (keys) {
    return desired.every((item) => {
      const match = live.find((candidate) => sameItem(item, candidate, keys));
      return match === undefined ? differs(undefined) : compare(item, match, comparison);
    });
  }
  if (desired.length !== live.length) return differs(live);
  return desired.every((item, at) => compare(item, live[at], comparison));
}

function sameItem(left: unknown, right: unknown, keys: readonly string[]): boolean {
  if (!isMap(left) || !isMap(right)) return false;
  return keys.every((key) => (left[key] ?? keyDefaults[key]) === (right[key] ?? keyDefaults[key]));
}

type Fields = Readonly<Record<string, unknown>>;

function isMap(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
