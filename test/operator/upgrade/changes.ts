/** What differs between two values, for people: a line for each field, with its path. */
import { isDeepStrictEqual } from 'node:util';
import { mergeKeys } from '../../../operator/src/runtime/apply/lists.ts';

/** A script in a field would bury the rest. */
const longest = 200;

/**
 * As `template.spec.containers[kafka].readinessProbe.periodSeconds: 5 → 6`; of a text of several lines those that differ. None
 * where the values are equal, else at least one.
 */
export function changes(before: unknown, after: unknown, path: readonly string[] = []): string[] {
  if (isDeepStrictEqual(before, after)) return [];
  const [left, right] = [fieldsOf(before, path), fieldsOf(after, path)];
  if (!left || !right) return valueChanges(before, after).map((change) => `${written(path)}: ${change}`);
  const names = new Set([...Object.keys(left), ...Object.keys(right)]);
  const found = [...names].flatMap((name) => changes(left[name], right[name], [...path, name]));
  // The items of a list with keys are compared by these.
  return found.length > 0 ? found : [`${written(path)}: in another order`];
}

/** undefined: a value without fields. */
function fieldsOf(value: unknown, path: readonly string[]): Readonly<Record<string, unknown>> | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (!Array.isArray(value)) return value as Readonly<Record<string, unknown>>;
  const keys = mergeKeys(path.filter((name) => !name.startsWith('[')));
  const named = value.map((item: Readonly<Record<string, unknown>>, index) => {
    const name = keys ? keys.map((key) => String(item[key])).join() : String(index);
    return [`[${name}]`, item] as const;
  });
  return Object.fromEntries(named);
}

function valueChanges(before: unknown, after: unknown): string[] {
  const lines = isText(before) && isText(after) ? lineChanges(before, after) : [];
  return lines.length > 0 ? lines : [`${shown(before)} → ${shown(after)}`];
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.includes('\n');
}

function lineChanges(before: string, after: string): string[] {
  const [old, now] = [before.split('\n'), after.split('\n')];
  return [
    ...old.filter((line) => !now.includes(line)).map((line) => `- ${line}`),
    ...now.filter((line) => !old.includes(line)).map((line) => `+ ${line}`),
  ];
}

function shown(value: unknown): string {
  if (value === undefined) return 'absent';
  const text = JSON.stringify(value);
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

function written(path: readonly string[]): string {
  return path.join('.').replaceAll('.[', '[');
}
