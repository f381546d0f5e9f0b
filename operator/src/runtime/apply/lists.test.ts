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
    const open = { port: 1, protocol: 'TCP' };
    expect(covers(policy(open), policy(open))).to.equal(true);
    expect(covers(policy(open), policy(open, { port: 2, protocol: 'TCP' }))).to.equal(false);
    expect(covers(policy(open), policy({ ...open, endPort: 9 }))).to.equal(false);
  });

  it('do not let a key be added to a selector', () => {
    const service = (selector: object): object => ({ spec: { selector } });
    expect(covers(service({ app: 'a' }), service({ app: 'a' }))).to.equal(true);
    for (const more of ['more', 'constructor']) {
      expect(covers(service({ app: 'a' }), service({ app: 'a', [more]: 'x' })), more).to.equal(false);
    }
  });

  it('let finalizers and owners of others pass', () => {
    const meta = (finalizers: string[], ...uids: string[]): object => ({
      metadata: { finalizers, ownerReferences: uids.map((uid) => ({ uid })) },
    });
    expect(covers(meta(['a'], '1'), meta(['b', 'a'], '2', '1'))).to.equal(true);
    expect(covers(meta(['a'], '1'), meta(['b', 'a'], '2'))).to.equal(false);
    expect(covers(meta(['a'], '1'), meta(['b'], '1'))).to.equal(false);
  });

  it('do not let a field be added to a reference', () => {
    const pod = (valueFrom: object): object => ({
      spec: { containers: [{ name: 'a', env: [{ name: 'A', valueFrom }] }] },
    });
    const secretKeyRef = { name: 'db', key: 'password' };
    expect(covers(pod({ secretKeyRef }), pod({ secretKeyRef }))).to.equal(true);
    expect(covers(pod({ secretKeyRef }), pod({ secretKeyRef: { ...secretKeyRef, optional: true } }))).to.equal(false);
  });

  it('have templates of claims with what the API server fills in, which is more than builders say', () => {
    const accessModes = ['ReadWriteOnce'];
    const wanted = [{ metadata: { name: 'data' }, spec: { accessModes } }];
    const filled = (modes: string[]): object[] => [
      {
        metadata: { name: 'data' },
        spec: { accessModes: modes, volumeMode: 'Filesystem' },
        status: { phase: 'Pending' },
      },
    ];
    const set = (volumeClaimTemplates: object[]): object => ({ spec: { volumeClaimTemplates } });
    expect(covers(set(wanted), set(filled(accessModes)))).to.equal(true);
    expect(covers(set(wanted), set(filled([...accessModes, 'ReadOnlyMany'])))).to.equal(false);
    expect(covers(set(wanted), set([...filled(accessModes), ...filled(accessModes)]))).to.equal(false);
    expect(covers(wanted, filled(accessModes), ['spec', 'volumeClaimTemplates'])).to.equal(true);
  });

  it('count an empty list that the server dropped as covered, and nothing else that is gone', () => {
    expect(covers({ spec: { b: [] } }, { spec: {} })).to.equal(true);
    expect(covers({ spec: { b: [] } }, { spec: { b: [{}] } })).to.equal(false);
    expect(covers({ spec: { a: false } }, { spec: {} })).to.equal(false);
    expect(covers({ spec: { a: {} } }, { spec: { a: 'text' } })).to.equal(false);
    const mounted = (source: object): object => ({ spec: { volumes: [{ name: 'tmp', ...source }] } });
    expect(covers(mounted({ emptyDir: {} }), mounted({ hostPath: { path: '/' } }))).to.equal(false);
  });
});
