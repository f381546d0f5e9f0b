/** A spec for each field of the schema: as small as it can be with it, and the same without it. */
import type { MemoAppSpec } from '../../../operator/src/api/memoapp.ts';
import { examples, leaves, property, schema, written, type Path, type Schema } from '../harness/schema.ts';

export interface FieldSpecs {
  /** As `api.env[].name`. */
  readonly field: string;
  /** With each word that it may be, or each example of its description. */
  readonly specs: readonly MemoAppSpec[];
  /** Without it; with another value, where it has to be there. */
  readonly base: MemoAppSpec;
}

/** What has to be beside a field that is none of these, by the object that they are in. */
const oneOf: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  // An image by its digest needs its version.
  '': { version: '1.4.0' },
  'database.managed': { version: '11.8' },
  'cache.managed': { version: '8.0' },
  'events.managed': { version: '3.9.2' },
  'events.managed.zooKeeper': { version: '3.9' },
  'api.env[]': { value: 'x', valueFrom: undefined },
  'api.auth.jwt': { jwks: { url: 'https://x.example' }, secret: undefined },
  // Of as many brokers as the topic may ask for.
  events: { external: { bootstrapServers: ['x:9092'] }, managed: undefined, disabled: undefined },
  route: { ingress: {}, gateway: undefined },
};

/** Values for what has to be there and may not be `x`, by the end of its path. */
const plain: Readonly<Record<string, string>> = {
  'bootstrapServers[]': 'x:9092',
  cidr: '192.0.2.0/24',
  per: '1h',
  'external.url': 'rediss://x',
  'jwks.url': 'https://x.example',
};

export const everyField: readonly FieldSpecs[] = leaves(schema('spec')).map(([path, field]) => ({
  field: written(path),
  specs: values(field).map((value) => specOf(path, value)),
  base: specOf(path, undefined),
}));

function values(field: Schema): readonly unknown[] {
  if (field.enum) return field.enum;
  const isEmpty = field.type === 'object' && !field.properties && !field.additionalProperties;
  return isEmpty ? [{}] : examples(field);
}

function specOf(path: Path, value: unknown): MemoAppSpec {
  return holding(schema('spec'), [], path, value) as MemoAppSpec;
}

/** Everything on the way to the field, and beside it what has to be there. */
function holding(of: Schema, at: Path, [name, ...rest]: Path, value: unknown): unknown {
  if (name === undefined) return value;
  const inner = holding(property(of, name), [...at, name], rest, value);
  if (name === '[]') return [inner];
  const union = oneOf[written(at)] ?? {};
  return {
    ...(least(of, at) as object),
    ...(name in union ? {} : union),
    ...(inner !== undefined && { [name]: inner }),
  };
}

/** As little as the schema takes. */
function least(of: Schema, at: Path): unknown {
  if (of.enum) return of.enum.at(-1);
  if (of.items) return [least(of.items, [...at, '[]'])];
  if (of.type === 'integer') return of.maximum;
  if (of.type !== 'object') return Object.entries(plain).find(([end]) => written(at).endsWith(end))?.[1] ?? 'x';
  return Object.fromEntries((of.required ?? []).map((name) => [name, least(property(of, name), [...at, name])]));
}
