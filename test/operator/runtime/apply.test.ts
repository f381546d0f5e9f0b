/** The applier, the status writer and the elector against a real API server. */
import { expect } from 'chai';
import { Applier } from '../../../operator/src/runtime/apply/applier.ts';
import { StatusWriter } from '../../../operator/src/runtime/apply/status.ts';
import type { ApiClient } from '../../../operator/src/runtime/client/client.ts';
import { Elector } from '../../../operator/src/runtime/lease/elector.ts';
import { silent } from '../../../operator/src/runtime/log.ts';
import { controlledBy, kindOf, type KubeObject } from '../../../operator/src/runtime/object.ts';
import { Informers } from '../../../operator/src/runtime/watch/informers.ts';
import { startCluster, type Cluster } from '../../cluster/cluster.ts';
import { clientOn } from '../harness/client.ts';

interface Config extends KubeObject {
  data?: Record<string, string>;
}

interface Deployment extends KubeObject {
  status?: { observedGeneration?: number; replicas?: number };
}

interface Lease extends KubeObject {
  spec?: { holderIdentity?: string };
}

const configKind = kindOf<Config>('v1', 'ConfigMap');
const deploymentKind = kindOf<Deployment>('apps/v1', 'Deployment');
const leaseKind = kindOf<Lease>('coordination.k8s.io/v1', 'Lease');
const namespace = 'default';
const fieldManager = 'memo-operator';

describe('the applier', function () {
  this.timeout(120_000);
  let cluster: Cluster;
  let client: ApiClient;
  let informers: Informers;
  let applier: Applier;
  let owner: KubeObject;

  before(async () => {
    cluster = await startCluster({ name: 'runtime-apply', rung: 1 });
    client = await clientOn(cluster);
    informers = new Informers({ client, fieldManagers: [fieldManager] });
    informers.add(configKind, { labelSelector: 'part=test' });
    informers.add(deploymentKind);
    informers.start();
    await informers.whenSynced(AbortSignal.timeout(30_000));
    applier = new Applier({ client, informers, fieldManager, hashAnnotation: 'memo.test/applied-hash' });
    owner = await client.create(config('owner', {}, undefined));
  });

  after(async () => {
    await informers.stop();
    await client.close();
    await cluster.stop();
  });

  function config(name: string, data: Record<string, string>, by: KubeObject | undefined): Config {
    const ownerReferences = by && { ownerReferences: [controlledBy(by)] };
    const metadata = { name, namespace, labels: { part: 'test' }, ...ownerReferences };
    return { apiVersion: 'v1', kind: 'ConfigMap', metadata, data };
  }

  function uid(): string {
    return owner.metadata.uid ?? '';
  }

  async function apply(desired: KubeObject): Promise<string> {
    return (await applier.apply(desired, { owner: uid() })).result;
  }

  async function live(name: string): Promise<Config> {
    return client.get(configKind, { namespace, name });
  }

  it('creates once, and then writes nothing', async () => {
    const desired = config('once', { a: '1' }, owner);
    expect(await apply(desired)).to.equal('created');
    const { resourceVersion } = (await live('once')).metadata;
    expect(await apply(desired)).to.equal('unchanged');
    expect((await live('once')).metadata.resourceVersion).to.equal(resourceVersion);
  });

  it('repairs what was changed and keeps what others added', async () => {
    const desired = config('drift', { a: '1' }, owner);
    await apply(desired);
    const body = { data: { a: 'changed', theirs: 'x' }, metadata: { labels: { team: 'blue' } } };
    const changed = await client.patch(configKind, { namespace, name: 'drift' }, { type: 'merge', body });
    informers.store(configKind).written(changed);
    expect(await apply(desired)).to.equal('applied');
    const repaired = await live('drift');
    expect(repaired.data).to.deep.equal({ a: '1', theirs: 'x' });
    expect(repaired.metadata.labels).to.deep.equal({ part: 'test', team: 'blue' });
    expect(await apply(desired)).to.equal('unchanged');
  });

  it('removes a field that is no longer wanted, from the first change on', async () => {
    await apply(config('removed', { a: '1', b: '2' }, owner));
    expect(await apply(config('removed', { a: '1' }, owner))).to.equal('applied');
    expect((await live('removed')).data).to.deep.equal({ a: '1' });
  });

  it('applies once what the API server keeps in other words, whatever others change beside it', async () => {
    const warnings: unknown[] = [];
    const log = { ...silent, warn: (fields: object) => void warnings.push(fields) };
    const warned = new Applier({ client, informers, fieldManager, hashAnnotation: 'memo.test/applied-hash', log });
    const labels = { app: 'reworded' };
    const resources = { limits: { cpu: '1000m' } };
    const desired = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'reworded', namespace, ownerReferences: [controlledBy(owner)] },
      spec: {
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [{ name: 'a', image: 'a', resources }] } },
      },
    };
    const result = async (): Promise<string> => (await warned.apply(desired, { owner: uid() })).result;
    const patched = async (body: object): Promise<void> => {
      const target = { namespace, name: 'reworded' };
      informers.store(deploymentKind).written(await client.patch(deploymentKind, target, { type: 'merge', body }));
    };
    expect(await result()).to.equal('created');
    expect(warnings).to.deep.equal([
      { object: 'apps/v1 Deployment default/reworded', fields: ['spec.template.spec.containers.resources.limits.cpu'] },
    ]);
    expect(await result()).to.equal('unchanged');
    // What the controller of Deployments, an autoscaler and an admin do.
    await patched({
      metadata: { annotations: { 'deployment.kubernetes.io/revision': '2' }, labels: { team: 'blue' } },
    });
    await patched({ spec: { replicas: 5 } });
    expect(await result()).to.equal('unchanged');
    await patched({ spec: { template: { spec: { containers: [{ name: 'a', image: 'b', resources }] } } } });
    expect(await result()).to.equal('applied');
    expect(await result()).to.equal('unchanged');
    await patched({ spec: { template: { spec: { containers: [{ name: 'a', image: 'a' }] } } } });
    expect(await result()).to.equal('applied');
  });

  it('leaves an object alone that belongs to nobody or to another', async () => {
    const other = await client.create(config('other-owner', {}, undefined));
    await client.create(config('foreign', { theirs: 'x' }, undefined));
    await client.create(config('held', { theirs: 'x' }, other));
    expect(await apply(config('foreign', { a: '1' }, owner))).to.equal('name-taken');
    const held = await applier.apply(config('held', { a: '1' }, owner), { owner: uid() });
    expect(held.result === 'name-taken' && held.holder?.name).to.equal('other-owner');
    expect((await live('foreign')).data).to.deep.equal({ theirs: 'x' });
    expect((await live('held')).data).to.deep.equal({ theirs: 'x' });
  });

  it('adopts what it is told to adopt', async () => {
    await client.create(config('retained', { a: '1' }, undefined));
    const outcome = await applier.apply(config('retained', { a: '2' }, owner), {
      owner: uid(),
      adopt: () => Promise.resolve(true),
    });
    expect(outcome.result).to.equal('applied');
    expect((await live('retained')).data).to.deep.equal({ a: '2' });
  });

  it('removes this very object and never one made under its name since', async () => {
    await apply(config('again', { a: '1' }, owner));
    const first = await live('again');
    expect(await applier.remove(first)).to.equal(true);
    expect(await applier.remove(first)).to.equal(false);
    await client.create(config('again', { a: '2' }, owner));
    expect(await applier.remove(first)).to.equal(false);
    expect((await live('again')).data).to.deep.equal({ a: '2' });
  });

  it('sends a status only when it differs', async () => {
    const labels = { app: 'status' };
    const template = { metadata: { labels }, spec: { containers: [{ name: 'a', image: 'a' }] } };
    const stored = await client.create<Deployment>({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'status', namespace },
      spec: { selector: { matchLabels: labels }, template },
    });
    const store = informers.store(deploymentKind);
    // The writer compares with what the store shows, which the watch may not have told yet.
    store.written(stored);
    const statuses = new StatusWriter<Deployment>({ client, store, fieldManager });
    await statuses.write(stored, { observedGeneration: 1, replicas: 2 });
    const written = await client.get(deploymentKind, { namespace, name: 'status' });
    expect(written.status).to.deep.equal({ observedGeneration: 1, replicas: 2 });
    expect(store.get('default/status')?.metadata.resourceVersion).to.equal(written.metadata.resourceVersion);
    await statuses.write(written, { replicas: 2, observedGeneration: 1 });
    const same = await client.get(deploymentKind, { namespace, name: 'status' });
    expect(same.metadata.resourceVersion).to.equal(written.metadata.resourceVersion);
    await statuses.write(same, { observedGeneration: 1 });
    const fewer = await client.get(deploymentKind, { namespace, name: 'status' });
    expect(fewer.status).to.deep.equal({ observedGeneration: 1 });
  });

  it('takes a free lease, and gives it back', async () => {
    const lease = { namespace, name: 'memo-operator' };
    const first = new Elector({ client, lease, identity: 'first', log: silent });
    void first.run();
    await first.whenLeading(AbortSignal.timeout(10_000));
    expect((await client.get(leaseKind, lease)).spec?.holderIdentity).to.equal('first');
    expect(() => first.assertLeading()).not.to.throw();
    await first.stop();
    expect((await client.get(leaseKind, lease)).spec?.holderIdentity ?? '').to.equal('');
    expect(() => first.assertLeading()).to.throw();
    const second = new Elector({ client, lease, identity: 'second' });
    void second.run();
    await second.whenLeading(AbortSignal.timeout(10_000));
    await second.stop();
  });
});
