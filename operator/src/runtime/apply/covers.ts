/** Whether a live object is as desired, whatever defaults, sidecars, labels and statuses were added to it. */
import { isDeepStrictEqual } from 'node:util';
import { isAtomicMap, isSet, keyDefaults, mergeKeys } from './lists.ts';

/**
 * Whether every field of `desired` is in `live` with the same value. Only desired fields are looked at, so what the API
 * server fills in does not matter. Items of a list are matched by their merge keys where the list has some.
 */
export function covers(desired: unknown, live: unknown): boolean {
  return coversValue(desired, live, []);
}

function coversValue(desired: unknown, live: unknown, path: string[]): boolean {
  if (Array.isArray(desired)) {
    if (!Array.isArray(live)) return desired.length === 0 && live === undefined;
    return coversList(desired, live, path);
  }
  if (isMap(desired)) {
    // The server drops empty structs of optional fields.
    if (!isMap(live)) return live === undefined && Object.keys(desired).length === 0;
    return isAtomicMap(path) ? isDeepStrictEqual(desired, live) : coversMap(desired, live, path);
  }
  return desired === live;
}

function coversMap(
  desired: Readonly<Record<string, unknown>>,
  live: Readonly<Record<string, unknown>>,
  path: string[],
): boolean {
  for (const [field, value] of Object.entries(desired)) {
    if (value === undefined) continue;
    path.push(field);
    const same = coversValue(value, live[field], path);
    path.pop();
    if (!same) return false;
  }
  return true;
}

function coversList(desired: readonly unknown[], live: readonly unknown[], path: string[]): boolean {
  if (isSet(path)) return desired.every((item) => live.includes(item));
  const keys = mergeKeys(path);
  if (!keys) return desired.length === live.length && desired.every((item, at) => coversValue(item, live[at], path));
  return desired.every((item) => {
    const match = live.find((candidate) => sameItem(item, candidate, keys));
    return match !== undefined && coversValue(item, match, path);
  });
}

function sameItem(left: unknown, right: unknown, keys: readonly string[]): boolean {
  if (!isMap(left) || !isMap(right)) return false;
  return keys.every((key) => (left[key] ?? keyDefaults[key]) === (right[key] ?? keyDefaults[key]));
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
