import { expect } from 'chai';
import fc from 'fast-check';
import type { KubeObject } from '../object.ts';
import { Packing } from './packing.ts';

function object(name: string, spec: unknown): KubeObject {
  return {
    apiVersion: 'v1',
    kind: '메모',
    metadata: { name },
    spec: JSON.parse(JSON.stringify(spec)) as unknown,
  };
}

function givesBack(objects: readonly KubeObject[]): void {
  const packing = new Packing();
  const packed = objects.map((one) => packing.pack(one));
  expect(packed.map((text) => packing.unpack(text))).to.deep.equal(objects);
}

describe('packing', () => {
  it('gives back what it was given, in any script', () => {
    const contents = fc.array(fc.tuple(fc.string({ unit: 'binary' }), fc.jsonValue()), { minLength: 1 });
    fc.assert(fc.property(contents, (all) => givesBack(all.map(([name, spec]) => object(name, spec)))));
  });

  it('gives back what is much alike, whatever was put in, left out, said again or moved', () => {
    const word = fc.constantFrom('name', 'image', 'quotation " mark', 'back \\ slash', '\u0000\n', '이름', 'x', '');
    const contents = fc.array(fc.array(word, { maxLength: 30 }), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(contents, (all) => givesBack(all.map((words, at) => object(`one-${at}`, { words, more: words })))),
    );
  });

  it('gives back what has more pieces than a template may have, and what is longer than any other', () => {
    const many = Array.from({ length: 30_000 }, (_, at) => `${at}`);
    givesBack([object('a', many), object('b', [...many, 'more']), object('c', 'long'.repeat(50_000)), object('d', [])]);
  });

  it('holds nobody up over an object that says two things, some ten thousand times, in another order than before', () => {
    const [a, b, times] = ['aaaa"', 'bbbb"', 25_000];
    const packing = new Packing();
    packing.pack(object('a', { text: a.repeat(times) + b.repeat(times) }));
    const others = Array.from({ length: 20 }, (_, at) => object(`b${at}`, { text: (a + b).repeat(times) }));
    for (const other of others) expect(packing.unpack(packing.pack(other))).to.deep.equal(other);
  });

  it('makes an object of a known shape a small part of what it was', () => {
    const packing = new Packing();
    const deployment = (name: string): KubeObject =>
      object(name, {
        selector: { matchLabels: { app: name } },
        template: {
          metadata: { labels: { app: name } },
          containers: ['api', 'sidecar'].map((container) => ({
            name: container,
            image: `registry.example/${container}:1.2.3`,
            resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } },
            envFrom: [{ secretRef: { name: `${name}-database-credentials` } }, { secretRef: { name: `${name}-key` } }],
          })),
        },
      });
    packing.pack(deployment('first'));
    const second = deployment('second');
    expect(packing.pack(second).length).to.be.below(JSON.stringify(second).length / 8);
  });
});
