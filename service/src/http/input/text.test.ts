import { expect } from 'chai';
import fc from 'fast-check';
import { codePoints } from './text.ts';

describe('the length of a text', () => {
  it('is counted in characters, not in code units', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        expect(codePoints(value)).to.equal(Array.from(value).length);
      }),
    );
  });
});
