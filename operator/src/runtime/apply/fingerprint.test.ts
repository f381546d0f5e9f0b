import { expect } from 'chai';
import fc from 'fast-check';
import type { KubeObject } from '../object.ts';
import { fingerprint, formatFingerprint, parseFingerprint } from './fingerprint.ts';

function object(spec: unknown): KubeObject {
  return { apiVersion: 'v1', kind: 'Thing', metadata: { name: 'a' }, spec };
}

function shape(spec: unknown): string {
  return fingerprint(object(spec)).shape;
}

describe('the fingerprint', () => {
  it('does not depend on the order of keys or on undefined fields', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (spec) => {
        const turned = Object.fromEntries([...Object.entries(spec).reverse(), ['\u0000absent', undefined]]);
        expect(fingerprint(object(turned))).to.deep.equal(fingerprint(object(spec)));
      }),
    );
  });

  it('differs in content with any value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (left, right) => {
        fc.pre(JSON.stringify(left) !== JSON.stringify(right));
        expect(fingerprint(object([left])).content).not.to.equal(fingerprint(object([right])).content);
      }),
      {
        examples: [
          [{ a: 1 }, { a: '1' }],
          [[], {}],
        ],
      },
    );
  });

  it('differs in shape when a field goes, and not when a value changes', () => {
    const containers = (...env: string[]): object => ({
      containers: [{ name: 'a', args: ['x'], env: env.map((name) => ({ name, value: '1' })) }],
    });
    expect(shape(containers('X', 'Y'))).to.equal(shape(containers('X', 'Y')));
    expect(shape({ image: 'a', replicas: 2 })).to.equal(shape({ image: 'b' }));
    expect(shape(containers('X', 'Y'))).not.to.equal(shape(containers('X')));
    expect(shape({ args: ['x'] })).to.equal(shape({ args: ['x', 'y'] }));
    expect(shape({ a: {} })).not.to.equal(shape({}));
  });

  it('comes back from its annotation', () => {
    const print = fingerprint(object({ a: 1 }));
    expect(parseFingerprint(formatFingerprint(print))).to.deep.equal(print);
    expect(parseFingerprint(undefined)).to.deep.equal({ content: '', shape: '' });
  });
});
