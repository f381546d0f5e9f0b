/** Stores against a real API server, and against one that goes away, comes back and freezes. */
import { expect } from 'chai';
import type { ApiClient } from '../../../operator/src/runtime/client/client.ts';
import { ApiError } from '../../../operator/src/runtime/client/error.ts';
import { kindOf } from '../../../operator/src/runtime/object.ts';
import type { KubeObject } from '../../../operator/src/runtime/object.ts';
import { Informers } from '../../../operator/src/runtime/watch/informers.ts';
import type { InformerOptions } from '../../../operator/src/runtime/watch/informers.ts';
import type { ObjectStore } from '../../../operator/src/runtime/watch/object-store.ts';
import { startCluster } from '../../cluster/cluster.ts';
import type { Cluster } from '../../cluster/cluster.ts';
import { clientOn } from '../harness/client.ts';
import { until } from '../harness/until.ts';

interface Config extends KubeObject {
  data?: Record<string, string>;
}

const kind = kindOf<Config>('v1', 'ConfigMap');
const namespace = 'default';

describe('the informers', function () {
  this.timeout(120_000);
  let cluster: Cluster;
  let client: ApiClient;
  const running: Informers[] = [];

  before(async () => {
    cluster = await startCluster({ name: 'runtime-watch', rung: 1 });
    client = await clientOn(cluster);
  });

  after(async () => {
    await Promise.all(running.map((informers) => informers.stop()));
    await client.close();
    await cluster.stop();
  });

  async function watching(
    part: string,
    options: InformerOptions<Config> = {},
    by = client,
  ): Promise<ObjectStore<Config>> {
    const informers = new Informers({ client: by, idleLimit: 3_000 });
    running.push(informers);
    const store = informers.add(kind, { namespaces: [namespace], labelSelector: `part=${part}`, ...options });
    informers.start();
    await informers.whenSynced(AbortSignal.timeout(30_000));
    return store;
  }

  async function create(part: string, name: string): Promise<Config> {
    const metadata = { name, namespace, labels: { part } };
    return client.create<Config>({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { a: '1' } });
  }

  /** Waits until the store shows exactly what the API server has. */
  async function equal(store: ObjectStore<Config>, part: string): Promise<void> {
    await until('equal store', async () => {
      const { items } = await client.list(kind, { namespace, labelSelector: `part=${part}` });
      const want = items.map(({ metadata }) => `${metadata.name} ${metadata.resourceVersion ?? ''}`).sort();
      const have = [...store.list()].map(({ metadata }) => `${metadata.name} ${metadata.resourceVersion ?? ''}`).sort();
      expect(have).to.deep.equal(want);
      return true;
    });
  }

  it('show what there is, then every change; what leaves the selector goes', async () => {
    await create('follow', 'there');
    const store = await watching('follow');
    expect([...store.keys()]).to.deep.equal(['default/there']);
    await create('follow', 'new');
    await client.patch(
      kind,
      { namespace, name: 'there' },
      { type: 'merge', body: { metadata: { labels: { part: 'other' } } } },
    );
    await until('change of both', () => store.has('default/new') && !store.has('default/there'));
    await client.delete(kind, { namespace, name: 'new' });
    await until('deletion', () => [...store.keys()].length === 0);
  });

  it('show the namespaces asked for and no other, in one store', async () => {
    const places = ['first', 'second', 'third'];
    for (const name of places) await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    const store = await watching('places', {
      namespaces: ['first', 'second'],
      indices: { name: (one) => [one.metadata.name] },
    });
    const told: string[] = [];
    store.subscribe(({ key }) => told.push(key));
    for (const at of places.toReversed()) {
      await client.create<Config>({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'same', namespace: at, labels: { part: 'places' } },
      });
    }
    await until('both', () => store.has('first/same') && store.has('second/same'));
    expect([...store.keys()]).to.have.members(['first/same', 'second/same']);
    expect(store.byIndex('name', 'same').map(({ metadata }) => metadata.namespace)).to.have.members([
      'first',
      'second',
    ]);
    expect(store.keysByIndex('name', 'same')).to.have.members(['first/same', 'second/same']);
    expect(told).to.have.members(['first/same', 'second/same']);
    const live = store.get('second/same');
    const patch = { type: 'merge', body: { data: { a: '2' } } } as const;
    const written = await client.patch(kind, { namespace: 'second', name: 'same' }, patch);
    store.written(written);
    expect([store.get('second/same')?.data, live?.data]).to.deep.equal([{ a: '2' }, undefined]);
    await client.delete(kind, { namespace: 'first', name: 'same' });
    await until('deletion', () => !store.has('first/same'));
    expect(store.has('second/same')).to.equal(true);
  });

  it('hold metadata alone when asked', async () => {
    await create('partial', 'partial');
    const store = await watching('partial', { metadataOnly: true });
    const object = store.get('default/partial');
    expect(object?.metadata.labels).to.deep.equal({ part: 'partial' });
    expect(object?.data).to.equal(undefined);
  });

  it('list in pages where lists are not streamed', async () => {
    const names = Array.from({ length: 620 }, (_, at) => `page-${at}`);
    await Promise.all(names.map((name) => create('paged', name)));
    const old: ApiClient = {
      ...delegate(client),
      watch: (watched, options) => {
        if (options.sendInitialEvents) throw new ApiError({ code: 422, reason: 'Invalid', message: 'not here' });
        return client.watch(watched, options);
      },
    };
    const store = await watching('paged', {}, old);
    expect([...store.keys()]).to.have.length(620);
    await client.delete(kind, { namespace, name: 'page-7' });
    await until('deletion', () => [...store.keys()].length === 619);
  });

  it('survive the death of the API server', async () => {
    const store = await watching('killed');
    await create('killed', 'before');
    await until('object', () => store.has('default/before'));
    await cluster.kill('kube-apiserver');
    await until('failure', async () => {
      const error: unknown = await client
        .get(kind, { namespace, name: 'before' }, { deadline: 500 })
        .catch((e: unknown) => e);
      return error instanceof ApiError;
    });
    expect(store.has('default/before')).to.equal(true);
    await cluster.restart('kube-apiserver');
    await client.delete(kind, { namespace, name: 'before' });
    await create('killed', 'after');
    await equal(store, 'killed');
    expect([...store.keys()]).to.deep.equal(['default/after']);
  });

  it('survive an API server that stands still, and calls to it end by their deadline', async () => {
    const store = await watching('frozen');
    await create('frozen', 'frozen');
    await until('object', () => store.has('default/frozen'));
    await cluster.pause('kube-apiserver');
    const began = performance.now();
    const error: unknown = await client
      .get(kind, { namespace, name: 'frozen' }, { deadline: 1_000 })
      .catch((e: unknown) => e);
    expect(error).to.be.instanceOf(ApiError).with.property('reason', 'Timeout');
    expect(performance.now() - began).to.be.within(900, 2_000);
    // Longer than the idle limit: the watch is given up while nothing answers.
    await until('idle watches', () => performance.now() - began > 4_000);
    await cluster.resume('kube-apiserver');
    await create('frozen', 'thawed');
    await equal(store, 'frozen');
  });
});

/** A client that passes everything on; its methods live on a prototype, which a spread would lose. */
function delegate(client: ApiClient): ApiClient {
  return {
    get: (...call) => client.get(...call),
    list: (...call) => client.list(...call),
    watch: (...call) => client.watch(...call),
    create: (...call) => client.create(...call),
    replace: (...call) => client.replace(...call),
    apply: (...call) => client.apply(...call),
    patch: (...call) => client.patch(...call),
    delete: (...call) => client.delete(...call),
    resource: (...call) => client.resource(...call),
    read: (...call) => client.read(...call),
    guarded: (...call) => client.guarded(...call),
    close: () => client.close(),
  };
}
