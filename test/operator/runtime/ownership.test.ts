/** Created by POST, edited by server-side apply: what the real API server makes of it, for kinds with defaults of their own. */
import { expect } from 'chai';
import { Applier } from '../../../operator/src/runtime/apply/applier.ts';
import type { ApiClient } from '../../../operator/src/runtime/client/client.ts';
import { controlledBy, kindOf, kindOfObject } from '../../../operator/src/runtime/object.ts';
import type { Kind, KubeObject } from '../../../operator/src/runtime/object.ts';
import { Informers } from '../../../operator/src/runtime/watch/informers.ts';
import { startCluster } from '../../cluster/cluster.ts';
import type { Cluster } from '../../cluster/cluster.ts';
import { clientOn } from '../harness/client.ts';
import { until } from '../harness/until.ts';

interface Deployment extends KubeObject {
  spec: { replicas?: number; minReadySeconds?: number; revisionHistoryLimit?: number };
}

interface Claim extends KubeObject {
  spec: { storageClassName?: string; resources: { requests: { storage: string } } };
}

interface Service extends KubeObject {
  spec: { clusterIP?: string; sessionAffinity?: string; ports: { nodePort?: number; appProtocol?: string }[] };
}

const namespace = 'default';
const managers = ['ours', 'ours-replicas'];
const deploymentKind = kindOf<Deployment>('apps/v1', 'Deployment');
const serviceKind = kindOf<Service>('v1', 'Service');
const claimKind = kindOf<Claim>('v1', 'PersistentVolumeClaim');

describe('objects made by POST', function () {
  this.timeout(120_000);
  let cluster: Cluster;
  let client: ApiClient;
  let informers: Informers;
  let owner: KubeObject;

  before(async () => {
    cluster = await startCluster({ name: 'runtime-ownership', rung: 1 });
    client = await clientOn(cluster);
    owner = await client.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'owner', namespace } });
    informers = await watching();
  });

  after(async () => {
    await informers.stop();
    await client.close();
    await cluster.stop();
  });

  async function watching(): Promise<Informers> {
    const started = new Informers({ client, fieldManagers: managers });
    const kinds: Kind[] = [deploymentKind, serviceKind, claimKind];
    for (const kind of kinds) started.add(kind, { pack: true, labelSelector: 'part=test' });
    started.start();
    await started.whenSynced(AbortSignal.timeout(30_000));
    return started;
  }

  function object(kind: Kind, name: string, spec: object): KubeObject {
    const metadata = { name, namespace, labels: { part: 'test' }, ownerReferences: [controlledBy(owner)] };
    return { apiVersion: kind.apiVersion, kind: kind.kind, metadata, spec };
  }

  function deployment(name: string, spec: object, env: string[] = []): KubeObject {
    const labels = { app: name };
    const container = { name: 'a', image: 'a', env: env.map((each) => ({ name: each, value: '1' })) };
    const template = { metadata: { labels }, spec: { containers: [container] } };
    return object(deploymentKind, name, { ...spec, selector: { matchLabels: labels }, template });
  }

  async function apply(desired: KubeObject, by = informers): Promise<string> {
    const applier = new Applier({ client, informers: by, fieldManager: 'ours', hashAnnotation: 'memo.test/applied' });
    return (await applier.apply(desired, { owner: owner.metadata.uid ?? '' })).result;
  }

  async function live<T extends KubeObject>(kind: Kind<T>, name: string): Promise<T> {
    return client.get(kind, { namespace, name });
  }

  it('loses a field that is no longer wanted, keeps its defaults, and comes to rest', async () => {
    expect(await apply(deployment('api', { replicas: 2, minReadySeconds: 5 }, ['X', 'Y']))).to.equal('created');
    const edited = deployment('api', { replicas: 2 }, ['X']);
    expect(await apply(edited)).to.equal('applied');
    const after = await live(deploymentKind, 'api');
    expect(after.spec.minReadySeconds).to.equal(undefined);
    expect(after.spec.revisionHistoryLimit).to.equal(10);
    expect(JSON.stringify(after.spec)).not.to.contain('"Y"');
    expect(await apply(edited)).to.equal('unchanged');
    // An edit that drops nothing needs no care from here on.
    expect(await apply(deployment('api', { replicas: 3 }, ['X']))).to.equal('applied');
    const [ours, ...more] = (await live(deploymentKind, 'api')).metadata.managedFields ?? [];
    expect([ours?.manager, ours?.operation, more.filter(({ manager }) => manager === 'ours').length]).to.deep.equal([
      'ours',
      'Apply',
      0,
    ]);
  });

  it('comes to what is wanted though somebody else writes between its look and its claim', async () => {
    await apply(deployment('raced', { minReadySeconds: 5 }));
    const target = { name: 'raced', namespace };
    let others = 0;
    const patch: ApiClient['patch'] = async (kind, name, sent, options) => {
      others += 1;
      const body = { metadata: { annotations: { turn: `${others}` } } };
      if (others === 1) await client.patch(deploymentKind, target, { type: 'merge', body }, { fieldManager: 'other' });
      return await client.patch(kind, name, sent, options);
    };
    const get: ApiClient['get'] = async (kind, name, options) => await client.get(kind, name, options);
    const send: ApiClient['apply'] = async (sent, options) => await client.apply(sent, options);
    const raced = { ...client, get, patch, apply: send };
    const applier = new Applier({
      client: raced,
      informers,
      fieldManager: 'ours',
      hashAnnotation: 'memo.test/applied',
    });
    const { result } = await applier.apply(deployment('raced', {}), { owner: owner.metadata.uid ?? '' });
    expect({ result, others }).to.deep.equal({ result: 'applied', others: 2 });
    const live = await client.get(deploymentKind, target);
    expect(live.spec.minReadySeconds).to.equal(undefined);
    expect(live.metadata.annotations).to.include({ turn: '1' });
  });

  it('keeps what the server gave a Service', async () => {
    const port = { port: 80, targetPort: 8000 };
    await apply(
      object(serviceKind, 'web', { type: 'NodePort', selector: { a: 'b' }, ports: [{ ...port, appProtocol: 'http' }] }),
    );
    const before = await live(serviceKind, 'web');
    const edited = object(serviceKind, 'web', { type: 'NodePort', selector: { a: 'b' }, ports: [port] });
    expect(await apply(edited)).to.equal('applied');
    const after = await live(serviceKind, 'web');
    expect(after.spec.clusterIP).to.equal(before.spec.clusterIP);
    expect(after.spec.ports[0]?.nodePort).to.equal(before.spec.ports[0]?.nodePort);
    expect(after.spec.ports[0]?.appProtocol).to.equal(undefined);
    expect(await apply(edited)).to.equal('unchanged');
  });

  it('keeps the storage class that admission gave a claim', async () => {
    await client.create({
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name: 'fast', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
      provisioner: 'test/none',
      allowVolumeExpansion: true,
    });
    const claim = (annotations: Record<string, string>): KubeObject => {
      const made = object(claimKind, 'data', {
        accessModes: ['ReadWriteOnce'],
        resources: { requests: { storage: '1Gi' } },
      });
      return { ...made, metadata: { ...made.metadata, annotations } };
    };
    // Admission knows a new class only after a moment: any claim made later will do.
    await until('the default class', async () => {
      const probe = object(claimKind, `probe-${Date.now()}`, {
        accessModes: ['ReadWriteOnce'],
        resources: { requests: { storage: '1Gi' } },
      });
      return ((await client.create(probe)) as Claim).spec.storageClassName === 'fast';
    });
    expect(await apply(claim({ note: 'x' }))).to.equal('created');
    expect(await apply(claim({}))).to.equal('applied');
    const after = await live(claimKind, 'data');
    expect(after.spec.storageClassName).to.equal('fast');
    expect(after.metadata.annotations).not.to.have.property('note');
  });

  it('hands replicas over to an autoscaler without a dip, and takes them back', async () => {
    const counts: number[] = [];
    const store = informers.store(deploymentKind);
    const told = store.subscribe(({ now, origin }) => {
      if (now?.metadata.name === 'scaled' && origin === 'watch') counts.push(now.spec.replicas ?? 1);
    });
    await apply(deployment('scaled', { replicas: 3 }));
    await apply(deployment('scaled', { replicas: 4 }));
    expect(await apply(deployment('scaled', {}))).to.equal('applied');
    expect((await live(deploymentKind, 'scaled')).spec.replicas).to.equal(4);
    expect(await apply(deployment('scaled', {}))).to.equal('unchanged');
    const scaled = await client.patch(
      deploymentKind,
      { namespace, name: 'scaled' },
      { type: 'merge', body: { spec: { replicas: 7 } } },
    );
    store.written(scaled);
    expect(await apply(deployment('scaled', {}))).to.equal('unchanged');
    expect(await apply(deployment('scaled', { minReadySeconds: 1 }))).to.equal('applied');
    expect(await apply(deployment('scaled', {}))).to.equal('applied');
    expect((await live(deploymentKind, 'scaled')).spec.replicas).to.equal(7);
    expect(await apply(deployment('scaled', { replicas: 5 }))).to.equal('applied');
    expect((await live(deploymentKind, 'scaled')).spec.replicas).to.equal(5);
    told();
    expect(counts).not.to.include(1);
  });

  it('is left alone by an operator that starts anew', async () => {
    const kinds = [deploymentKind, serviceKind, claimKind];
    const desired = [
      deployment('rest', { replicas: 1 }, ['X']),
      object(serviceKind, 'rest', { selector: { a: 'b' }, ports: [{ port: 80 }] }),
      object(claimKind, 'rest', { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } }),
    ];
    for (const one of desired) expect(await apply(one)).to.equal('created');
    const versions = async (): Promise<unknown[]> =>
      Promise.all(kinds.map(async (kind: Kind) => (await live(kind, 'rest')).metadata.resourceVersion));
    const before = await versions();
    const restarted = await watching();
    for (const one of desired) expect(await apply(one, restarted), kindOfObject(one).kind).to.equal('unchanged');
    await restarted.stop();
    expect(await versions()).to.deep.equal(before);
  });
});
