/**
 * Writes operator/src/api/memoapp.ts from the schema of the CRD, so that the two cannot drift apart.
 * `node scripts/generate-types.ts` writes it; `generateTypes` alone gives the text, which a test compares.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { compile, type JSONSchema } from 'json-schema-to-typescript';
import { format, resolveConfig } from 'prettier';
import { parse } from 'yaml';

const root = resolve(import.meta.dirname, '..');
const crdFile = resolve(root, 'crds/memo.sogangcomputerclub.org_memoapps.yaml');

/** The generated file, relative to nothing: an absolute path. */
export const typesFile = resolve(root, 'operator/src/api/memoapp.ts');

const banner = `/**
 * Types of the MemoApp API, generated from crds/memo.sogangcomputerclub.org_memoapps.yaml by
 * scripts/generate-types.ts. Change the schema, then run \`npm run generate\`.
 */
import type { KubeObject } from '../runtime/object.ts';
`;

const memoApp = `/** A MemoApp as the API server stores it: leaf defaults filled in, unions as the admin wrote them. */
export interface MemoApp extends KubeObject {
  apiVersion: 'memo.sogangcomputerclub.org/v1alpha1';
  kind: 'MemoApp';
  spec: MemoAppSpec;
  status?: MemoAppStatus;
}
`;

/** The text of the types file. */
export async function generateTypes(): Promise<string> {
  const schema = schemaOf(parse(await readFile(crdFile, 'utf8')));
  const parts = [];
  for (const [name, member] of [
    ['MemoAppSpec', 'spec'],
    ['MemoAppStatus', 'status'],
  ] as const) {
    const part = typed(schema.properties?.[member]) as JSONSchema;
    parts.push(
      await compile({ ...part, title: name }, name, { additionalProperties: false, bannerComment: '', format: false }),
    );
  }
  const source = [banner, memoApp, ...parts].join('\n');
  return format(source, { ...(await resolveConfig(typesFile)), parser: 'typescript' });
}

/** The schema of the one version, checked where JSON comes in. */
function schemaOf(crd: unknown): JSONSchema {
  const versions = (crd as { spec?: { versions?: { schema?: { openAPIV3Schema?: JSONSchema } }[] } }).spec?.versions;
  const schema = versions?.[0]?.schema?.openAPIV3Schema;
  if (!schema) throw new Error(`${crdFile} has no schema`);
  return schema;
}

/** What stands at several places of the file by a YAML anchor stays one object, and so becomes one type if it has a title. */
const known = new WeakMap<object, unknown>();

function typed(node: unknown): unknown {
  if (node === null || typeof node !== 'object') return node;
  const found = known.get(node) ?? translated(node);
  known.set(node, found);
  return found;
}

/** Kubernetes' own words, in those of JSON Schema: what has no type is an int-or-string; maps and limits are kept. */
function translated(node: object): unknown {
  if (Array.isArray(node)) return node.map(typed);
  const entries = Object.entries(node)
    .filter(([key]) => !key.startsWith('x-kubernetes-') && !['default', 'maxItems', 'minItems', 'anyOf'].includes(key))
    .map(([key, value]) => [key, typed(value)] as const);
  const plain = Object.fromEntries(entries);
  return 'x-kubernetes-int-or-string' in node ? { ...plain, type: ['integer', 'string'] } : plain;
}

if (import.meta.main) {
  await writeFile(typesFile, await generateTypes());
  process.stdout.write(`${typesFile} written\n`);
}
