import { expect } from 'chai';
import { covers } from './covers.ts';

describe('lists and maps of the built-in kinds', () => {
  it('have ports by their own keys in a Service and a container, and as they stand in a policy', () => {
    const port = { name: 'http', port: 8000 };
    const service = (...ports: object[]): object => ({ spec: { ports } });
    expect(covers(service(port), service({ port: 1 }, { ...port, protocol: 'TCP', nodePort: 30000 }))).to.equal(true);
    expect(covers(service(port), service({ ...port, port: 8001 }))).to.equal(false);
    expect(covers(service(port), service({ ...port, protocol: 'UDP' }))).to.equal(false);
    const pod = (...ports: object[]): object => ({ spec: { containers: [{ name: 'a', ports }] } });
    const listening = { containerPort: 8000, protocol: 'TCP' };
    expect(covers(pod(listening), pod({ containerPort: 1, protocol: 'TCP' }, listening))).to.equal(true);
    const policy = (...ports: object[]): object => ({ spec: { ingress: [{ ports }] } });
    expect(covers(policy({ port: 1 }), policy({ port: 1, protocol: 'TCP' }))).to.equal(true);
    expect(covers(policy({ port: 1 }), policy({ port: 1 }, { port: 2 }))).to.equal(false);
  });

  it('do not let a key be added to a selector', () => {
    const service = (selector: object): object => ({ spec: { selector } });
    expect(covers(service({ app: 'a' }), service({ app: 'a' }))).to.equal(true);
    expect(covers(service({ app: 'a' }), service({ app: 'a', more: 'x' }))).to.equal(false);
  });

  it('let finalizers and owners of others pass', () => {
    const meta = (finalizers: string[], ...uids: string[]): object => ({
      metadata: { finalizers, ownerReferences: uids.map((uid) => ({ uid })) },
    });
    expect(covers(meta(['a'], '1'), meta(['b', 'a'], '2', '1'))).to.equal(true);
    expect(covers(meta(['a'], '1'), meta(['b', 'a'], '2'))).to.equal(false);
    expect(covers(meta(['a'], '1'), meta(['b'], '1'))).to.equal(false);
  });

  it('count an empty struct or list that the server dropped as covered, and nothing else that is gone', () => {
    expect(covers({ spec: { a: {}, b: [] } }, { spec: {} })).to.equal(true);
    expect(covers({ spec: { a: false } }, { spec: {} })).to.equal(false);
    expect(covers({ spec: { a: {} } }, { spec: { a: 'text' } })).to.equal(false);
  });
});
