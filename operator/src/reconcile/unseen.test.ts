import { expect } from 'chai';
import { dependenciesOn } from '../../../test/operator/harness/dependencies.ts';
import { MemoryCluster } from '../../../test/operator/harness/memory-cluster.ts';
import { labels, storeLayoutAnnotation, storeVersionAnnotation } from '../api/labels.ts';
import type { MemoApp } from '../api/memoapp.ts';
import { apiVersion, kind } from '../api/names.ts';
import { ApiError } from '../runtime/client/error.ts';
import { systemClock } from '../runtime/clock.ts';
import type { KubeObject } from '../runtime/object.ts';
import type { Dependencies } from './dependencies.ts';
import { memoAppReconciler } from './memoapp.ts';

const key = 'club/shop';

const shop: MemoApp = {
  apiVersion,
  kind,
  metadata: { namespace: 'club', name: 'shop', uid: 'u', generation: 1 },
  spec: {},
};

/** Of a database that has been served. */
const served: MemoApp = {
  ...shop,
  status: { observedGeneration: 1, version: '0.1.0', database: { version: '11.8' }, conditions: [] },
};

function claim(store: 'database' | 'events', annotations: Record<string, string>): KubeObject {
  const metadata = { namespace: 'club', name: `data-shop-${store}-0`, annotations };
  return { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata, spec: {}, status: { phase: 'Bound' } };
}

function labelled(object: KubeObject, part: 'database' | 'events'): KubeObject {
  const all = labels({ name: 'shop', commonLabels: {} }, part);
  return { ...object, metadata: { ...object.metadata, labels: all } };
}

function secret(name: string): KubeObject {
  const metadata = { namespace: 'club', name, labels: labels({ name: 'shop', commonLabels: {} }, 'database') };
  return { apiVersion: 'v1', kind: 'Secret', metadata, data: { username: '', password: '', uri: '' } };
}

const opening = ['shop-database-root', 'shop-database-migration', 'shop-database-credentials'];

describe('a pass that does not see everything', () => {
  let cluster: MemoryCluster;
  let dependencies: Dependencies;

  beforeEach(() => {
    cluster = new MemoryCluster();
    dependencies = dependenciesOn(cluster.client, systemClock);
  });

  afterEach(async () => {
    await dependencies.informers.stop();
    dependencies.storeHealth.stop();
  });

  /** Lets the stores see what is there by now. */
  async function look(): Promise<void> {
    dependencies.informers.start();
    await dependencies.informers.whenSynced(AbortSignal.timeout(5_000));
  }

  /** One pass; what failed in it. */
  async function pass(): Promise<unknown> {
    const reconcile = memoAppReconciler(dependencies);
    return await reconcile(key, { signal: new AbortController().signal }).then(
      () => undefined,
      (error: unknown) => error,
    );
  }

  function condition(type: string): string | undefined {
    const { status } = cluster.get(kind, 'shop') as MemoApp;
    return status?.conditions?.find((one) => one.type === type)?.reason;
  }

  function image(set: string): string | undefined {
    const live = cluster.get('StatefulSet', set) as {
      spec?: { template: { spec: { containers: { image: string }[] } } };
    };
    return live.spec?.template.spec.containers[0]?.image;
  }

  it('makes no new passwords for the volume of a database that the watch has yet to tell of', async () => {
    cluster.put(shop);
    await look();
    cluster.put(labelled(claim('database', { [storeVersionAnnotation]: '11.8' }), 'database'));
    await pass();
    await pass();
    expect(cluster.names('Secret')).to.not.include('shop-database-root');
    expect(condition('Stalled')).to.equal('SecretMissing');
  });

  it('makes none while the claim of a restored database cannot be labelled, which nobody else would find', async () => {
    cluster.put(shop);
    await look();
    cluster.put(claim('database', { [storeVersionAnnotation]: '11.8' }));
    const refusal = new ApiError({ code: 409, reason: 'Conflict', message: 'bound meanwhile' });
    cluster.before = ({ verb, what }) => {
      if (verb === 'patch' && what === 'PersistentVolumeClaim data-shop-database-0') throw refusal;
    };
    expect(await pass()).to.equal(refusal);
    expect(cluster.names('Secret')).to.deep.equal([]);
  });

  it('starts no other MariaDB than has run on a volume that had lost its labels', async () => {
    cluster.put(served);
    for (const name of opening) cluster.put(secret(name));
    await look();
    cluster.put(claim('database', { [storeVersionAnnotation]: '12.1' }));
    expect(String(await pass())).to.contain('was not seen');
    expect(cluster.names('StatefulSet')).to.deep.equal([]);
    expect(await pass()).to.equal(undefined);
    expect(image('shop-database')).to.equal('mariadb:12.1');
  });

  it('keeps what is written on a volume of Kafka that had lost its labels, and goes by it', async () => {
    cluster.put(shop);
    await look();
    cluster.put(claim('events', { [storeVersionAnnotation]: '4.3.0', [storeLayoutAnnotation]: 'kraft-3' }));
    await pass();
    await pass();
    expect(condition('Stalled')).to.equal('LayoutChanged');
    const { metadata } = cluster.get('PersistentVolumeClaim', 'data-shop-events-0') ?? {};
    expect(metadata?.annotations).to.include({
      [storeVersionAnnotation]: '4.3.0',
      [storeLayoutAnnotation]: 'kraft-3',
    });
    expect(cluster.names('StatefulSet')).to.deep.equal([]);
  });
});
