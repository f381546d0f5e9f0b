import { expect } from 'chai';
import fc from 'fast-check';
import type { KubeObject } from '../object.ts';
import { Packing } from './packing.ts';

describe('packing', () => {
  it('gives back what it was given, in any script', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string({ unit: 'binary' }), fc.jsonValue()), { minLength: 1 }), (contents) => {
        const packing = new Packing();
        const objects = contents.map(([name, spec]): KubeObject => ({
          apiVersion: 'v1',
          kind: '메모',
          metadata: { name },
          spec: JSON.parse(JSON.stringify(spec)) as unknown,
        }));
        const packed = objects.map((object) => packing.pack(object));
        expect(packed.map((text) => packing.unpack(text))).to.deep.equal(objects);
      }),
      { numRuns: 30 },
    );
  });
});
