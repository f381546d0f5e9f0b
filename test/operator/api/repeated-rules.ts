/** What the rules of a definition cost, as far as the API server tells. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

/**
 * The definition under another name, each of its rules so many times: the API server tells what rules cost only once they cost too
 * much. Blanks make it another rule; what is there for people is left out, for there is a limit to the size of a request too.
 * @param crd path of its file
 * @param further rules of the whole object
 */
export function withRulesRepeated(
  crd: string,
  times: number,
  further: readonly object[] = [],
): { readonly count: number; readonly definition: object } {
  let count = 0;
  const repeated = (node: unknown, name = ''): unknown => {
    if (Array.isArray(node) && name === 'x-kubernetes-validations') {
      count += node.length * times;
      return (node as { rule: string }[]).flatMap(({ rule }) =>
        Array.from({ length: times }, (_, index) => ({ rule: rule + blanks(index), message: 'no' })),
      );
    }
    if (Array.isArray(node)) return node.map((each) => repeated(each));
    if (typeof node !== 'object' || node === null) return node;
    const members = Object.entries(node).filter(([key, value]) => key !== 'description' || typeof value !== 'string');
    return Object.fromEntries(members.map(([key, value]) => [key, repeated(value, key)]));
  };
  const text = readFileSync(crd, 'utf8').replaceAll('memoapp', 'copyapp').replaceAll('MemoApp', 'CopyApp');
  const definition = repeated(parse(text)) as Definition;
  for (const { schema } of definition.spec.versions) {
    const { openAPIV3Schema: root } = schema;
    root['x-kubernetes-validations'] = [...(root['x-kubernetes-validations'] ?? []), ...further];
  }
  return { count, definition };
}

interface Definition {
  readonly spec: {
    readonly versions: readonly {
      readonly schema: { readonly openAPIV3Schema: { 'x-kubernetes-validations'?: readonly object[] } };
    }[];
  };
}

function blanks(number: number): string {
  return number.toString(2).replaceAll('0', ' ').replaceAll('1', '\t');
}
