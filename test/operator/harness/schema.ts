/** The schema of the MemoApp as data. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { memoAppSchema, type Schema } from '../../../scripts/docs/schema.ts';

export type { Schema };

const file = new URL('../../../crds/memo.sogangcomputerclub.org_memoapps.yaml', import.meta.url);

/** The whole file, as people read it. */
export const crdText = readFileSync(file, 'utf8');

/** A field by the names on the way to it; what holds for each member of a list is below `[]`. */
export type Path = readonly string[];

/** What the schema says of a field, as `schema('spec', 'api')`. @throws where it has no such field */
export function schema(...path: Path): Schema {
  return path.reduce(property, memoAppSchema());
}

export function property(of: Schema, name: string): Schema {
  const found = name === '[]' ? of.items : of.properties?.[name];
  if (found === undefined) throw new Error(`the schema has no ${name}`);
  return found;
}

/** Every field below `of` with its path. */
export function fields(of: Schema, path: Path = []): (readonly [path: Path, field: Schema])[] {
  if (of.items) return fields(of.items, [...path, '[]']);
  return Object.entries(of.properties ?? {}).flatMap(([name, field]) => [
    [[...path, name], field] as const,
    ...fields(field, [...path, name]),
  ]);
}

/**
 * The fields with a value of their own. An affinity is one: what is below it is that of core/v1, and goes into the pod as it is.
 */
export function leaves(of: Schema): (readonly [path: Path, field: Schema])[] {
  return fields(of).filter(([path, { items, properties }]) => {
    const above = path.indexOf('affinity');
    return above === -1 ? (items ?? { properties }).properties === undefined : above === path.length - 1;
  });
}

/** As people write it: `api.env[].name`. */
export function written(path: Path): string {
  return path.join('.').replaceAll('.[]', '[]');
}

/** What a description gives as examples, as in "as `512Mi` or `1Gi`". */
export function examples({ description = '' }: Schema): unknown[] {
  return [...description.matchAll(/\bas ((?:`[^`]+`(?:,? or (?=`))?)+)/g)].flatMap(([, list = '']) =>
    [...list.matchAll(/`([^`]+)`/g)].map(([, text = '']) => parse(text) as unknown),
  );
}
