import { expect } from 'chai';
import type { StatefulSet } from 'kubernetes-types/apps/v1.js';
import type { PodTemplateSpec } from 'kubernetes-types/core/v1.js';
import { dependenciesOn } from '../../../test/operator/harness/dependencies.ts';
import { MemoryCluster } from '../../../test/operator/harness/memory-cluster.ts';
import {
  appLabel,
  appliedHashAnnotation,
  configHashAnnotation,
  labels,
  madeForAnnotation,
  storeLayoutAnnotation,
  storeVersionAnnotation,
} from '../api/labels.ts';
import type { MemoApp } from '../api/memoapp.ts';
import { apiVersion, kind } from '../api/names.ts';
import { ApiError } from '../runtime/client/error.ts';
import { systemClock } from '../runtime/clock.ts';
import { controlledBy, type KubeObject } from '../runtime/object.ts';
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

function secret(name: string, annotations: Record<string, string> = {}): KubeObject {
  const own = labels({ name: 'shop', commonLabels: {} }, 'database');
  const metadata = { namespace: 'club', name, annotations, labels: own };
  return { apiVersion: 'v1', kind: 'Secret', metadata, data: { username: '', password: '', uri: '' } };
}

const opening = ['shop-database-root', 'shop-database-migration', 'shop-database-credentials'];

describe('a pass that does not know everything', () => {
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

  function template(set: string): PodTemplateSpec | undefined {
    const live = cluster.get('StatefulSet', set) as { spec?: StatefulSet['spec'] } | undefined;
    return live?.spec?.template;
  }

  function configHash(set: string): string | undefined {
    return template(set)?.metadata?.annotations?.[configHashAnnotation];
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
    expect(template('shop-database')?.spec?.containers[0]?.image).to.equal('mariadb:12.1');
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

  it('keeps the number of pods that an autoscaler has set on a Deployment that had lost its labels', async () => {
    const autoscaling = { minReplicas: 2, maxReplicas: 9 };
    const status = { observedGeneration: 1, version: '0.1.0' };
    cluster.put({ ...shop, spec: { api: { autoscaling } }, status });
    await look();
    const metadata = { namespace: 'club', name: 'shop-api', ownerReferences: [controlledBy(shop)] };
    cluster.put({ apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: { replicas: 8 } });
    await pass();
    await pass();
    const live = cluster.get('Deployment', 'shop-api');
    expect(live).to.have.nested.property('spec.replicas', 8);
    expect(live?.metadata.labels).to.include(labels({ name: 'shop', commonLabels: {} }, 'api'));
  });

  it('goes by the volume of Kafka whose label somebody has written over', async () => {
    cluster.put({ ...shop, spec: { deletionPolicy: 'Delete' } });
    const annotations = { [storeVersionAnnotation]: '4.3.0', [storeLayoutAnnotation]: 'kraft-3' };
    const { metadata, ...volume } = labelled(claim('events', annotations), 'events');
    const other = { ...metadata.labels, [appLabel]: 'another' };
    cluster.put({ ...volume, metadata: { ...metadata, labels: other, ownerReferences: [controlledBy(shop)] } });
    await look();
    expect(String(await pass())).to.contain('was not seen');
    await pass();
    expect(condition('Stalled')).to.equal('LayoutChanged');
    expect(cluster.names('StatefulSet')).to.deep.equal([]);
  });

  it('makes no passwords for a volume with our labels and no word of its version, which the watch has yet to tell of', async () => {
    cluster.put(shop);
    await look();
    cluster.put(labelled(claim('database', {}), 'database'));
    expect(String(await pass())).to.contain('was not seen');
    expect(cluster.names('Secret')).to.deep.equal([]);
    await pass();
    expect(condition('Stalled')).to.equal('SecretMissing');
  });

  it('makes no children of a MemoApp that turns out to be gone', async () => {
    cluster.put(shop);
    await look();
    cluster.before = ({ verb, what }) => {
      if (verb === 'patch' && what === 'MemoApp shop') cluster.take(shop);
    };
    expect(await pass()).to.equal(undefined);
    expect(cluster.names('Secret')).to.deep.equal([]);
  });

  it('makes no volume for Secrets of before that are restored under its hands, which would be in the way of theirs', async () => {
    cluster.put(shop);
    await look();
    cluster.before = ({ verb, what }) => {
      if (verb !== 'create' || what !== 'Secret shop-database-root') return;
      for (const name of opening) cluster.put(secret(name, { [madeForAnnotation]: 'an-earlier-one' }));
    };
    await pass();
    expect(cluster.names('PersistentVolumeClaim')).to.deep.equal([]);
    await pass();
    expect(condition('Stalled')).to.equal('DataMissing');
  });

  it('does not take the volume of a MemoApp of before for a lost one of its own, where that goes while it looks', async () => {
    const before = controlledBy({ ...shop, metadata: { ...shop.metadata, uid: 'before' } });
    const { metadata, ...others } = labelled(claim('database', { [storeVersionAnnotation]: '11.8' }), 'database');
    const leaving = { ...others, metadata: { ...metadata, ownerReferences: [before] } };
    cluster.put(shop);
    cluster.put(leaving);
    await look();
    await pass();
    await cluster.tell('MODIFIED', cluster.get(kind, 'shop') ?? shop);
    cluster.before = ({ what }) => {
      if (what !== 'Secret shop-key') return;
      cluster.take(leaving);
      void cluster.tell('DELETED', leaving);
      cluster.before = () => undefined;
    };
    await pass();
    expect(condition('Stalled')).to.equal(undefined);
    expect(cluster.names('PersistentVolumeClaim')).to.include('data-shop-database-0');
  });

  it('takes back no volume that is let go because its MemoApp is being deleted, as its own watch has yet to tell', async () => {
    const owned: MemoApp = { ...served, spec: { deletionPolicy: 'Delete' } };
    const freed = labelled(claim('database', { [storeVersionAnnotation]: '11.8' }), 'database');
    cluster.put(owned);
    cluster.put(freed);
    for (const name of opening) cluster.put(secret(name));
    await look();
    const deletionTimestamp = '2026-01-01T00:00:00Z';
    cluster.put({ ...owned, metadata: { ...owned.metadata, deletionTimestamp } });
    await pass();
    for (const name of ['data-shop-database-0', ...opening]) {
      const live = cluster.get(name.startsWith('data') ? 'PersistentVolumeClaim' : 'Secret', name);
      expect(live?.metadata.ownerReferences ?? []).to.deep.equal([]);
    }
  });

  describe('over a database that has been served', () => {
    const volume = labelled(claim('database', { [storeVersionAnnotation]: '11.8' }), 'database');
    const name = 'data-shop-database-0';

    beforeEach(async () => {
      const valueFrom = { configMapKeyRef: { name: 'words', key: 'greeting' } };
      cluster.put({ ...served, spec: { api: { env: [{ name: 'GREETING', valueFrom }] } } });
      cluster.put(volume);
      for (const each of opening) cluster.put(secret(each));
      await look();
    });

    it('makes an empty volume where the Secrets are gone with the claim, as its admin was told to start empty', async () => {
      await lose(opening);
      await pass();
      expect(cluster.names('PersistentVolumeClaim')).to.include(name);
    });

    it('starts empty also where it ended between two of the new Secrets', async () => {
      await lose(opening);
      const away = new ApiError({ code: 503, reason: 'ServiceUnavailable', message: 'etcd is away' });
      cluster.before = ({ verb, what }) => {
        if (verb === 'create' && what === 'Secret shop-database-migration') throw away;
      };
      expect(await pass()).to.equal(away);
      expect(cluster.names('Secret')).to.include('shop-database-root');
      cluster.before = () => undefined;
      await pass();
      expect(cluster.names('Secret')).to.include.members(opening);
      expect(cluster.names('PersistentVolumeClaim')).to.include(name);
    });

    /** The claim, and some of the Secrets that open it. */
    async function lose(secrets: readonly string[]): Promise<void> {
      cluster.take(volume);
      await cluster.tell('DELETED', volume);
      for (const each of secrets) cluster.take(secret(each));
    }

    it('makes no empty volume where the claim goes after it was looked at', async () => {
      cluster.before = ({ what }) => {
        if (what !== 'ConfigMap words') return;
        cluster.take(volume);
        void cluster.tell('DELETED', volume);
      };
      await pass();
      expect(cluster.names('PersistentVolumeClaim')).to.not.include(name);
      expect(condition('Stalled')).to.equal('DataMissing');
    });

    it('makes no empty volume where the claim is gone and no watch has told of it', async () => {
      cluster.take(volume);
      await pass();
      expect(cluster.names('PersistentVolumeClaim')).to.not.include(name);
    });

    it('does not take the empty volume that the StatefulSet has got meanwhile for that of the database', async () => {
      cluster.take(volume);
      cluster.put(labelled(claim('database', {}), 'database'));
      await pass();
      const { annotations } = cluster.get('PersistentVolumeClaim', name)?.metadata ?? {};
      expect(annotations).to.not.have.any.keys(appliedHashAnnotation, storeVersionAnnotation);
    });

    it('restarts no store for a configuration that could not be written', async () => {
      await pass();
      const before = configHash('shop-database');
      const settings = { max_allowed_packet: '64M' };
      await cluster.tell('MODIFIED', cluster.put({ ...served, spec: { database: { managed: { settings } } } }));
      const refusal = new ApiError({ code: 403, reason: 'Forbidden', message: 'a policy says no' });
      cluster.before = ({ verb, what }) => {
        if (verb === 'apply' && what === 'ConfigMap shop-database') throw refusal;
      };
      await pass();
      expect(configHash('shop-database')).to.equal(before);
      cluster.before = () => undefined;
      expect(await pass()).to.equal(undefined);
      expect(configHash('shop-database')).to.not.equal(before);
    });
  });
});
