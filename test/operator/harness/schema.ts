/** The schema of the MemoApp as data. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

export interface Schema {
  readonly description?: string;
  readonly default?: unknown;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
}

const file = new URL('../../../crds/memo.sogangcomputerclub.org_memoapps.yaml', import.meta.url);

/** The whole file, as people read it. */
export const crdText = readFileSync(file, 'utf8');

/** What the schema says of a field, as `schema('spec', 'api')`. @throws where it has no such field */
export function schema(...path: readonly string[]): Schema {
  const crd = parse(crdText) as { spec: { versions: [{ schema: { openAPIV3Schema: Schema } }] } };
  return path.reduce(property, crd.spec.versions[0].schema.openAPIV3Schema);
}

export function property(of: Schema, name: string): Schema {
  const found = of.properties?.[name];
  if (found === undefined) throw new Error(`the schema has no ${name}`);
  return found;
}

/** Every field below `of` with its path. */
export function fields(
  of: Schema,
  path: readonly string[] = [],
): (readonly [path: readonly string[], field: Schema])[] {
  return Object.entries(of.properties ?? {}).flatMap(([name, field]) => [
    [[...path, name], field] as const,
    ...fields(field, [...path, name]),
  ]);
}
