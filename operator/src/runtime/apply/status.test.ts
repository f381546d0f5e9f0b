import { expect } from 'chai';
import fc from 'fast-check';
import { mergePatch } from './status.ts';

/** RFC 7386 as its section 2 writes it. */
function patched(target: unknown, patch: unknown): unknown {
  if (!isMap(patch)) return patch;
  const result: Record<string, unknown> = isMap(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) Reflect.deleteProperty(result, name);
    else result[name] = patched(result[name], value);
  }
  return result;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Status values: no nulls, which a merge patch cannot carry. */
const { status } = fc.letrec((tie) => ({
  leaf: fc.oneof(fc.integer(), fc.string(), fc.boolean()),
  value: fc.oneof({ maxDepth: 3 }, tie('leaf'), fc.array(tie('leaf')), tie('status')),
  status: fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), tie('value')),
}));

describe('the merge patch of a status', () => {
  it('leads from one to the other, and is none when they are equal', () => {
    fc.assert(
      fc.property(status, status, (from, to) => {
        const patch = mergePatch(from, to);
        if (patch === undefined) expect(from).to.deep.equal(to);
        else expect(patched(from, patch)).to.deep.equal(to);
        expect(mergePatch(to, structuredClone(to))).to.equal(undefined);
      }),
    );
  });

  it('carries what differs and no more', () => {
    const conditions = [{ type: 'Ready', status: 'True' }];
    expect(mergePatch({ url: 'a', old: 1, conditions }, { url: 'b', conditions })).to.deep.equal({
      url: 'b',
      old: null,
    });
  });
});
