/** As much of a CRD's schema as a page about it needs. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

export interface Schema {
  readonly description?: string;
  readonly type?: string;
  readonly format?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema;
  readonly 'x-kubernetes-int-or-string'?: true;
  readonly 'x-kubernetes-validations'?: readonly { readonly message?: string }[];
}

interface Definition {
  readonly spec: { readonly versions: readonly [{ readonly schema: { readonly openAPIV3Schema: Schema } }] };
}

const file = join(import.meta.dirname, '../../crds/memo.sogangcomputerclub.org_memoapps.yaml');

/** The schema of a MemoApp. */
export function memoAppSchema(): Schema {
  const { spec } = parse(readFileSync(file, 'utf8')) as Definition;
  return spec.versions[0].schema.openAPIV3Schema;
}
