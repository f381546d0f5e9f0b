/** docs/spec.md as text: every field of a MemoApp, out of the schema that the API server enforces. */
import type { Schema } from './schema.ts';

const HEAD = `# The MemoApp, field by field

<!-- Made by scripts/generate-spec.ts from crds/memo.sogangcomputerclub.org_memoapps.yaml: edit that, then run \`make generate\`. -->

The same as \`kubectl explain memoapp --recursive\`, on one page. A field marked with * has to be there where its parent is. What is
refused is refused when the object is written, with the words that stand here.
`;

/** @param schema of the whole object */
export function specPage(schema: Schema): string {
  const { spec, status } = schema.properties ?? {};
  if (!spec || !status) throw new TypeError('the schema has no spec or no status');
  return HEAD + [...sections('spec', spec), ...sections('status', status)].join('');
}

/** A section for the object at this path, and then for each object below it. */
function sections(path: string, schema: Schema): string[] {
  const fields = Object.entries(schema.properties ?? {});
  const refused = [schema, ...fields.flatMap(([, field]) => withoutSection(field))].flatMap((each) =>
    (each['x-kubernetes-validations'] ?? []).flatMap(({ message }) => message ?? []),
  );
  const section = [
    `\n## ${path}\n\n${oneLine(schema.description)}\n`,
    fields.length === 0 ? '' : `\n| field | type | default | meaning |\n|---|---|---|---|\n`,
    ...fields.map(([name, field]) => row(name, field, schema.required?.includes(name) ?? false)),
    refused.length === 0 ? '' : `\nRefused:\n\n${refused.map((message) => `- ${oneLine(message)}\n`).join('')}`,
  ].join('');
  const below = fields.flatMap(([name, field]) => {
    const item = field.items ?? field;
    return item.properties ? sections(`${path}.${name}${field.items ? '[]' : ''}`, item) : [];
  });
  return [section, ...below];
}

/** The field and what it holds, but for objects, which are told of in a section of their own. */
function withoutSection(field: Schema): Schema[] {
  const { additionalProperties, items, properties } = field;
  if (properties) return [];
  return [field, ...[items, additionalProperties].flatMap((inner) => (inner ? withoutSection(inner) : []))];
}

function row(name: string, field: Schema, required: boolean): string {
  const fallback = field.default === undefined ? '' : `\`${JSON.stringify(field.default)}\``;
  const cells = [`\`${name}\`${required ? ' *' : ''}`, typeOf(field), fallback, oneLine(field.description)];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`;
}

/** In the words of the field: a choice, a range, a list of something, a map to something. */
function typeOf(field: Schema): string {
  if (field.enum) return field.enum.join(', ');
  if (field['x-kubernetes-int-or-string']) return 'integer or string';
  if (field.items) return `list of ${typeOf(field.items)}`;
  if (field.additionalProperties) return `map of ${typeOf(field.additionalProperties)}`;
  const { maximum, minimum, type = 'any' } = field;
  if (minimum === undefined && maximum === undefined) return type;
  return `${type}, ${minimum ?? '…'} to ${maximum ?? '…'}`;
}

function oneLine(text = ''): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
