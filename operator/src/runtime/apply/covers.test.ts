import { expect } from 'chai';
import fc from 'fast-check';
import type { KubeObject } from '../object.ts';
import { covers, differences } from './covers.ts';

function pod(spec: unknown): KubeObject {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a', namespace: 'shop' }, spec };
}

const spec = fc.dictionary(fc.string({ minLength: 1 }), fc.jsonValue(), { minKeys: 1, maxKeys: 5 });

describe('covers', () => {
  it('holds for an object and itself, and for itself with fields that others added', () => {
    fc.assert(
      fc.property(spec, (fields) => {
        const live = { ...structuredClone(pod(fields)), status: { phase: 'Running' } };
        live.metadata.labels = { team: 'blue' };
        expect(covers(pod(fields), live)).to.equal(true);
      }),
    );
  });

  it('sees any field of a plain value changed or removed', () => {
    const plain = fc.dictionary(fc.string({ minLength: 1 }), fc.integer(), { minKeys: 1, maxKeys: 5 });
    fc.assert(
      fc.property(plain, fc.nat(4), (fields, nth) => {
        const names = Object.keys(fields);
        const changed = names[nth % names.length] ?? '';
        expect(covers(pod(fields), pod({ ...fields, [changed]: 'drifted' }))).to.equal(false);
        const rest = Object.fromEntries(Object.entries(fields).filter(([name]) => name !== changed));
        expect(covers(pod(fields), pod(rest))).to.equal(false);
      }),
    );
  });

  it('lets an injected sidecar pass wherever it stands, and still sees its neighbour drift', () => {
    const proxy = { name: 'proxy', image: 'p' };
    const api = { name: 'api', image: 'a', ports: [{ containerPort: 8000 }] };
    const filled = { ...api, imagePullPolicy: 'Always', ports: [{ containerPort: 8000, protocol: 'TCP' }] };
    expect(covers(pod({ containers: [api] }), pod({ containers: [proxy, filled] }))).to.equal(true);
    expect(covers(pod({ containers: [api] }), pod({ containers: [proxy, { ...filled, image: 'b' }] }))).to.equal(false);
    expect(covers(pod({ containers: [api] }), pod({ containers: [proxy] }))).to.equal(false);
  });

  it('compares arguments as a whole', () => {
    expect(covers(pod({ args: ['a', 'b'] }), pod({ args: ['a', 'b'] }))).to.equal(true);
    expect(covers(pod({ args: ['a', 'b'] }), pod({ args: ['b', 'a'] }))).to.equal(false);
    expect(covers(pod({ args: ['a'] }), pod({ args: ['a', 'b'] }))).to.equal(false);
  });

  it('tells every place that differs, and nothing that only others speak of', () => {
    const api = { name: 'api', image: 'a', args: ['x'] };
    const ours = pod({ containers: [api], tolerations: [{ key: 'a' }], hostAliases: [{ ip: '1' }], paused: true });
    const live = pod({
      containers: [{ name: 'proxy' }, { ...api, image: 'b', tty: true }],
      tolerations: [{ key: 'b' }],
      paused: true,
      replicas: 7,
    });
    expect(differences(ours, live)).to.deep.equal([
      { path: 'spec.containers.image', live: 'b' },
      { path: 'spec.tolerations.key', live: 'b' },
      { path: 'spec.hostAliases', live: undefined },
    ]);
    expect(differences(ours, structuredClone(ours))).to.deep.equal([]);
  });
});
