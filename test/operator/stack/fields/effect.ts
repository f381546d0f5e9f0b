/** One effect of one field: what is found at a place of an object, without the field and with it. */
import type { MemoAppSpec } from '../../../../operator/src/api/memoapp.ts';
import type { KubeObject } from '../../../../operator/src/runtime/object.ts';

export interface Effect {
  readonly field: string;
  readonly spec: MemoAppSpec;
  /** Without the field, where an object would not be there else. */
  readonly base?: MemoAppSpec;
  readonly at: Place;
  readonly before: unknown;
  readonly after: unknown;
}

/** `Kind/name`, and keys of maps and indices of lists from there. */
export type Place = readonly [object: string, ...path: (string | number)[]];

export const template = ['spec', 'template'] as const;
export const pod = [...template, 'spec'] as const;
export const container = [...pod, 'containers', 0] as const;

export const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;
export const withZooKeeper = { version: '3.9.2', zooKeeper: {} };

export function nameOf({ kind, metadata }: KubeObject): string {
  return `${kind}/${metadata.name}`;
}

/** Along keys and indices, names of variables, and first words of the lines of a file. Throws where there is no such object. */
export function valueAt(all: readonly KubeObject[], [name, ...path]: Place): unknown {
  const object = all.find((each) => nameOf(each) === name);
  if (!object) throw new Error(`there is no ${name}`);
  return path.reduce<unknown>(stepInto, object);
}

function stepInto(value: unknown, key: string | number): unknown {
  if (typeof value === 'string') {
    const line = value.split('\n').find((each) => each.startsWith(`${key} `));
    return line?.slice(String(key).length + 1);
  }
  if (Array.isArray(value) && typeof key === 'string') {
    return (value as { name: string; value: unknown }[]).find((each) => each.name === key)?.value;
  }
  return (value as Readonly<Record<string | number, unknown>> | undefined)?.[key];
}
