/** Two short hashes of a desired object: of all of it, and of its shape, which is the set of its fields without their values. */
import { hash } from 'node:crypto';
import type { KubeObject } from '../object.ts';
import { mergeKeys } from './lists.ts';

export interface Fingerprint {
  content: string;
  /** Two desired objects of the same shape own the same fields: nothing has to be taken away between them. */
  shape: string;
}

/** The order of keys does not matter. `spec.replicas` is no part of the shape: it is handed over, never taken away. */
export function fingerprint(desired: KubeObject): Fingerprint {
  const shape: string[] = [];
  const content = write(desired, [], shape);
  return { content: shorten(content), shape: shorten(shape.join('\n')) };
}

/** As it stands in the annotation. */
export function formatFingerprint({ content, shape }: Fingerprint): string {
  return `${content}.${shape}`;
}

/** The inverse; of anything else parts that match nothing. */
export function parseFingerprint(text: string | undefined): Fingerprint {
  const [content = '', shape = ''] = (text ?? '').split('.');
  return { content, shape };
}

/** 132 bits: no two objects of a cluster will ever meet. */
function shorten(text: string): string {
  return hash('sha256', text, 'base64url').slice(0, 22);
}

/** Canonical JSON of `value`; the path of every leaf goes to `shape`. */
function write(value: unknown, path: string[], shape: string[]): string {
  if (Array.isArray(value)) return writeList(value, path, shape);
  if (typeof value !== 'object' || value === null) {
    if (path.join('.') !== 'spec.replicas') shape.push(path.join('.'));
    return JSON.stringify(value);
  }
  const fields = Object.entries(value as Record<string, unknown>).filter(([, field]) => field !== undefined);
  if (fields.length === 0) shape.push(path.join('.'));
  fields.sort(([left], [right]) => (left < right ? -1 : 1));
  const parts = fields.map(([name, field]) => {
    path.push(name);
    const text = `${JSON.stringify(name)}:${write(field, path, shape)}`;
    path.pop();
    return text;
  });
  return `{${parts.join(',')}}`;
}

function writeList(list: readonly unknown[], path: string[], shape: string[]): string {
  // A list without keys is replaced as a whole: one leaf, whatever is in it.
  const keys = mergeKeys(path.filter((part) => !part.startsWith('[')));
  if (!keys) shape.push(path.join('.'));
  const parts = list.map((item) => {
    path.push(`[${keys ? keyOf(item, keys) : ''}]`);
    const text = write(item, path, keys ? shape : []);
    path.pop();
    return text;
  });
  return `[${parts.join(',')}]`;
}

/** What tells an item of a keyed list apart; the API server refuses items that are no objects. */
function keyOf(item: unknown, keys: readonly string[]): string {
  if (typeof item !== 'object' || item === null) return JSON.stringify(item);
  return keys.map((key) => String((item as Record<string, unknown>)[key])).join();
}
