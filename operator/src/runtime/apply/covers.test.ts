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

  describe('of a list that is one value', () => {
    const port = { port: 3306, protocol: 'TCP' };
    const peer = { podSelector: { matchLabels: { part: 'api' } } };
    const rule = { backendRefs: [{ name: 'api', port: 8000, weight: 1 }], matches: [{ path: { value: '/' } }] };
    const path = { path: '/', pathType: 'Prefix', backend: { service: { name: 'api' } } };
    const toleration = { key: 'dedicated', operator: 'Exists', effect: 'NoExecute' };
    const cpu = {
      type: 'Resource',
      resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } },
    };

    const rows: readonly (readonly [what: string, ours: object, theirs: object])[] = [
      [
        'a selector beside that of a peer',
        { ingress: [{ from: [peer], ports: [port] }] },
        { ingress: [{ from: [{ ...peer, namespaceSelector: {} }], ports: [port] }] },
      ],
      [
        'an expression in the selector of a peer',
        { ingress: [{ from: [peer] }] },
        { ingress: [{ from: [{ podSelector: { ...peer.podSelector, matchExpressions: [{ key: 'a' }] } }] }] },
      ],
      ['a peer', { ingress: [{ from: [peer] }] }, { ingress: [{ from: [peer, {}] }] }],
      ['a rule', { ingress: [{ from: [peer] }] }, { ingress: [{ from: [peer] }, {}] }],
      ['a rule where there is none', { ingress: [] }, { ingress: [{}] }],
      ['where a rule leads to', { egress: [{ ports: [port] }] }, { egress: [{ ports: [port], to: [peer] }] }],
      ['ports where a rule names none', { egress: [{ to: [peer] }] }, { egress: [{ to: [peer], ports: [port] }] }],
      [
        'the end of a range of ports',
        { egress: [{ ports: [port] }] },
        { egress: [{ ports: [{ ...port, endPort: 9 }] }] },
      ],
      ['a filter', { rules: [rule] }, { rules: [{ ...rule, filters: [{ type: 'RequestMirror' }] }] }],
      [
        'a header of a match',
        { rules: [rule] },
        { rules: [{ ...rule, matches: [{ path: { value: '/' }, headers: [] }] }] },
      ],
      ['a path', { rules: [{ http: { paths: [path] } }] }, { rules: [{ http: { paths: [path, path] } }] }],
      ['a host', { rules: [{ http: { paths: [path] } }] }, { rules: [{ host: 'a', http: { paths: [path] } }] }],
      ['a name of a certificate', { tls: [{ hosts: ['a'] }] }, { tls: [{ hosts: ['a'], secretName: 's' }] }],
      [
        'seconds of a toleration',
        { tolerations: [toleration] },
        { tolerations: [{ ...toleration, tolerationSeconds: 1 }] },
      ],
      ['a toleration', { tolerations: [toleration] }, { tolerations: [toleration, { operator: 'Exists' }] }],
      ['a metric', { metrics: [cpu] }, { metrics: [cpu, cpu] }],
      ['a container of a metric', { metrics: [cpu] }, { metrics: [{ ...cpu, containerResource: {} }] }],
    ];

    for (const [what, ours, theirs] of rows) {
      it(`sees ${what} that was added`, () => {
        expect(covers(pod(ours), pod(structuredClone(ours)))).to.equal(true);
        expect(covers(pod(ours), pod(theirs))).to.equal(false);
      });
    }

    it('sees whatever was added to an item, at any depth', () => {
      fc.assert(
        fc.property(spec, fc.jsonValue(), (fields, added) => {
          const live = structuredClone(fields);
          expect(covers(pod({ list: [{ fields }] }), pod({ list: [{ fields: live }] }))).to.equal(true);
          Object.assign(live, { '\u0000added': added });
          expect(covers(pod({ list: [{ fields }] }), pod({ list: [{ fields: live }] }))).to.equal(false);
        }),
      );
    });
  });

  it('tells every place that differs, and nothing that only others speak of', () => {
    const api = { name: 'api', image: 'a', args: ['x'] };
    const ours = pod({ containers: [api], tolerations: [{ key: 'a' }], hostAliases: [{ ip: '1' }], paused: true });
    const live = pod({
      containers: [{ name: 'proxy' }, { ...api, image: 'b', tty: true }],
      tolerations: [{ key: 'a', effect: 'NoSchedule' }],
      paused: true,
      replicas: 7,
    });
    expect(differences(ours, live)).to.deep.equal([
      { path: 'spec.containers.image', live: 'b' },
      { path: 'spec.tolerations', live: { key: 'a', effect: 'NoSchedule' } },
      { path: 'spec.hostAliases', live: undefined },
    ]);
    expect(differences(ours, structuredClone(ours))).to.deep.equal([]);
  });
});
