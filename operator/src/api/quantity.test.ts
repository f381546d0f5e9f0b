import { expect } from 'chai';
import fc from 'fast-check';
import { bytesOf, canonicalQuantity } from './quantity.ts';

describe('quantities', () => {
  for (const [written, printed] of [
    ['1000m', '1'],
    ['0.5', '500m'],
    ['1024Mi', '1Gi'],
    ['1536Mi', '1536Mi'],
    ['1.5Gi', '1536Mi'],
    ['1000k', '1M'],
    ['1e3', '1k'],
    [2, '2'],
    ['0', '0'],
    ['100m', '100m'],
    ['16Ei', '9223372036854775807'],
    ['1e9999999', '9223372036854775807'],
    ['1e-9999999', '1n'],
  ] as const) {
    it(`prints ${written} as the API server does: ${printed}`, () => {
      expect(canonicalQuantity(written)).to.equal(printed);
    });
  }

  it('prints what it printed as it is', () => {
    fc.assert(
      fc.property(fc.nat(), fc.constantFrom('', 'm', 'k', 'M', 'G', 'Ki', 'Mi', 'Gi', 'Ti'), (number, suffix) => {
        const printed = canonicalQuantity(`${number}${suffix}`);
        expect(canonicalQuantity(printed)).to.equal(printed);
        expect(bytesOf(printed)).to.equal(bytesOf(`${number}${suffix}`));
      }),
    );
  });

  it('refuses what is none', () => {
    for (const bad of ['10GB', '', '.', 'Gi', '1 Gi']) expect(() => canonicalQuantity(bad), bad).to.throw(RangeError);
  });
});
