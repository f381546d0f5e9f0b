import { expect } from 'chai';
import { ManualClock } from '../../../test/operator/runtime/manual-clock.ts';
import { dependenciesOn } from '../../../test/operator/harness/dependencies.ts';
import { seen } from '../../../test/operator/harness/rendered.ts';
import { appLabel, paused, partLabel, reconcileAnnotation } from '../api/labels.ts';
import type { MemoApp, MemoAppStatus } from '../api/memoapp.ts';
import { apiVersion, kind } from '../api/names.ts';
import { resolve } from '../api/resolve.ts';
import type { ApiClient, CallOptions, WatchEvent, WatchOptions } from '../runtime/client/client.ts';
import { ApiError } from '../runtime/client/error.ts';
import { kindOf, type Kind, type KubeList, type KubeObject } from '../runtime/object.ts';
import type { Informers } from '../runtime/watch/informers.ts';
import type { Reconcile, Result } from '../runtime/work/controller.ts';
import { migrationName } from '../stack/jobs/migration.ts';
import type { Dependencies } from './dependencies.ts';
import { memoAppReconciler } from './memoapp.ts';
import { Shortages } from './observe/shortages.ts';

const key = 'club/shop';

/** Paused, so that its status is all that is written. */
const shop: MemoApp = {
  apiVersion,
  kind,
  metadata: {
    namespace: 'club',
    name: 'shop',
    uid: 'u',
    resourceVersion: '1',
    generation: 1,
    annotations: { [reconcileAnnotation]: paused },
  },
  spec: {},
};

/** A workload of it that its controller has looked at, and that has no pod. */
function podless(of: 'StatefulSet' | 'Job', name: string, part: string): KubeObject {
  const metadata = { namespace: 'club', name, uid: `uid of ${name}`, resourceVersion: '1', generation: 1 };
  const labels = { [appLabel]: 'shop', [partLabel]: part };
  const spec = { replicas: 1, template: { spec: { containers: [] } } };
  const head = { kind: of, metadata: { ...metadata, labels } };
  return of === 'Job'
    ? { apiVersion: 'batch/v1', ...head, status: { startTime: '2026-01-01T00:00:00Z' } }
    : { apiVersion: 'apps/v1', ...head, spec, status: { observedGeneration: 1, replicas: 0 } };
}

const database = podless('StatefulSet', 'shop-database', 'database');

function refused(uid: string): KubeObject {
  const metadata = { name: 'e', namespace: 'club' };
  return { ...eventKind, metadata, reason: 'FailedCreate', note: `Error creating: exceeded quota: of ${uid}` };
}

/** What it gives or throws, as a promise. */
async function later<T>(give: () => T): Promise<T> {
  return await Promise.resolve().then(give);
}

const eventKind = kindOf('events.k8s.io/v1', 'Event');
const forbidden = new ApiError({ code: 403, reason: 'Forbidden', message: 'no' });

describe('a pass over a MemoApp', () => {
  let clock: ManualClock;
  let there: KubeObject[];
  /** What is answered to whoever asks for the Events about a workload. */
  let events: (uid: string, options: CallOptions) => KubeObject[];
  let statuses: MemoAppStatus[];
  let running: Informers[];
  /** Takes the kind away, before a watch has told of any end. */
  let unserve: () => void;

  beforeEach(() => {
    clock = new ManualClock();
    there = [shop, database];
    events = () => [];
    statuses = [];
    running = [];
  });

  afterEach(async () => {
    await Promise.all(running.map((informers) => informers.stop()));
  });

  /** An API server with what is there, and no Secret. */
  function server(): ApiClient {
    const other = (): never => expect.fail('not asked for in such a pass');
    async function* watch(of: Kind, { signal }: WatchOptions): AsyncGenerator<WatchEvent[]> {
      const metadata = { name: '', resourceVersion: '9', annotations: { 'k8s.io/initial-events-end': 'true' } };
      const objects = there.filter((object) => object.kind === of.kind);
      yield [
        ...objects.map((object): WatchEvent => ({ type: 'ADDED', object })),
        { type: 'BOOKMARK', object: { ...of, metadata } },
      ];
      await new Promise<void>((resolve, reject) => {
        signal.addEventListener('abort', () => resolve());
        if (of.kind === kind) unserve = () => reject(new ApiError({ code: 404, reason: 'NotFound', message: 'no' }));
      });
    }
    const list: ApiClient['list'] = <T extends KubeObject>(_kind: Kind<T>, options = {}) => {
      const uid = /regarding\.uid=(.*)/.exec((options as { fieldSelector?: string }).fieldSelector ?? '')?.[1] ?? '';
      return later(() => ({ metadata: {}, items: events(uid, options) }) as KubeList as KubeList<T>);
    };
    let kept: MemoAppStatus = {};
    const patch: ApiClient['patch'] = <T extends KubeObject>(
      of: Kind<T>,
      _name: unknown,
      { body }: { body: unknown },
      { signal }: CallOptions = {},
    ) => {
      if (signal?.aborted) return Promise.reject(new ApiError({ code: 0, reason: 'Aborted', message: 'aborted' }));
      if (of.kind !== kind) return missing();
      kept = { ...kept, ...(body as { status: MemoAppStatus }).status };
      statuses.push(kept);
      const metadata = { ...shop.metadata, resourceVersion: String(10 + statuses.length) };
      return Promise.resolve({ ...shop, metadata, status: kept } as KubeObject as T);
    };
    const missing = (): Promise<never> =>
      Promise.reject(new ApiError({ code: 404, reason: 'NotFound', message: 'no' }));
    const reads = { get: missing, list, watch, resource: other, read: other };
    const writes = { create: other, replace: other, apply: other, patch, delete: other };
    const guarded = (check: () => void): ApiClient => {
      const withheld = (): Promise<never> => later(check).then(other);
      return { ...client, create: withheld, replace: withheld, apply: withheld, patch: withheld, delete: withheld };
    };
    const client: ApiClient = { ...reads, ...writes, guarded, close: other };
    return client;
  }

  async function reconciler(): Promise<Reconcile> {
    return memoAppReconciler(await started());
  }

  async function started(): Promise<Dependencies> {
    const dependencies = dependenciesOn(server(), clock);
    const { informers } = dependencies;
    running.push(informers);
    informers.start();
    await informers.whenSynced(AbortSignal.timeout(5_000));
    return dependencies;
  }

  /** Passes for a while, each when the one before asks for it; answers how long each waits for the next, in seconds. */
  async function passes(seconds: number): Promise<number[]> {
    const reconcile = await reconciler();
    const waits: number[] = [];
    const end = clock.now() + seconds * 1_000;
    while (clock.now() < end) {
      const answer: Result | undefined = await reconcile(key, { signal: new AbortController().signal });
      const wait = answer?.requeueAfter ?? 3_600_000;
      waits.push(wait / 1_000);
      await clock.advance(wait);
    }
    return waits;
  }

  describe('whose pods are not made', () => {
    it('is followed by another one soon while the Event that says why may come, and then every half minute', async () => {
      const waits = await passes(600);
      expect(waits[0]).to.equal(2);
      expect(waits.slice(10).every((wait) => wait === 30)).to.equal(true);
    });

    it('is so where Events may not be read', async () => {
      events = () => {
        throw forbidden;
      };
      expect((await passes(600)).slice(10).every((wait) => wait === 30)).to.equal(true);
    });

    it('is followed after half a minute where both Jobs of a part are explained, and names the same one always', async () => {
      const name = migrationName(resolve(shop, { release: '0.1.0', volumes: {} }), seen());
      const jobs = [podless('Job', name, 'migrate'), podless('Job', 'shop-migrate-z', 'migrate')];
      events = (uid) => [refused(uid)];
      for (const order of [jobs, jobs.toReversed()]) {
        there = [shop, ...order];
        expect(await passes(60)).to.deep.equal([30, 30]);
      }
      const told = statuses.flatMap(({ conditions = [] }) =>
        conditions.filter(({ type }) => type === 'SchemaMigrated'),
      );
      expect(told.length).to.be.at.least(2);
      for (const { message } of told) expect(message).to.match(new RegExp(`^Job ${name} cannot make its pod`));
    });

    it('is followed soon by another one again when pods come to lack once more', async () => {
      const shortages = new Shortages(clock);
      const lacking = [{ part: 'database', namespace: 'club', uid: 'a', workload: 'StatefulSet a' }] as const;
      expect(shortages.recent(key, lacking)).to.deep.equal(lacking);
      await clock.advance(60_000);
      expect(shortages.recent(key, lacking)).to.deep.equal([]);
      expect(shortages.recent(key, [])).to.deep.equal([]);
      expect(shortages.recent(key, lacking)).to.deep.equal(lacking);
    });
  });

  describe('whose pod has a node that does not start it', () => {
    const warning: KubeObject = {
      ...eventKind,
      metadata: { name: 'e', namespace: 'club' },
      reason: 'FailedMount',
      note: 'no such disk',
    };
    let askedAt: number[];

    beforeEach(() => {
      askedAt = [];
      events = (uid) => {
        expect(uid).to.equal('uid of the pod');
        askedAt.push(clock.now() / 1_000);
        return [warning];
      };
    });

    /** The database, whose one pod got its node as the clock began. */
    function placed(state: object): KubeObject[] {
      const { labels = {} } = database.metadata;
      const conditions = [{ type: 'PodScheduled', status: 'True', lastTransitionTime: clock.date().toISOString() }];
      const pod = {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { namespace: 'club', name: 'shop-database-0', uid: 'uid of the pod', resourceVersion: '1', labels },
        spec: { nodeName: 'node-1' },
        status: { conditions, containerStatuses: [{ name: 'mariadb', ready: false, restartCount: 0, state }] },
      };
      return [{ ...database, status: { observedGeneration: 1, replicas: 1 } }, pod];
    }

    it('asks why after half a minute and each half minute from then on, however many passes there are', async () => {
      there = [shop, ...placed({ waiting: { reason: 'ContainerCreating' } })];
      const reconcile = await reconciler();
      const waits: (number | undefined)[] = [];
      while (clock.now() <= 95_000) {
        const answer = await reconcile(key, { signal: new AbortController().signal });
        waits.push(answer?.requeueAfter);
        await clock.advance(5_000);
      }
      expect(askedAt).to.deep.equal([30, 60, 90]);
      expect(waits.slice(0, 7)).to.deep.equal([30, 25, 20, 15, 10, 5, 30].map((seconds) => seconds * 1_000));
      const told = statuses.map(
        ({ conditions = [] }) => conditions.find(({ type }) => type === 'DatabaseReady')?.message ?? '',
      );
      expect(told).to.have.length(2);
      expect(told.at(-1)).to.contain('is not started on node node-1: no such disk');
    });

    it('asks nothing once a container of it is started', async () => {
      there = [shop, ...placed({ running: {} })];
      await passes(300);
      expect(askedAt).to.deep.equal([]);
    });

    it('asks nothing while an image is pulled, where the node says that volumes and network are there', async () => {
      const [set, pod] = placed({ waiting: { reason: 'ContainerCreating' } });
      const conditions = [{ type: 'PodReadyToStartContainers', status: 'True' }];
      there = [shop, ...(set && pod ? [set, { ...pod, status: { conditions } }] : [])];
      await passes(300);
      expect(askedAt).to.deep.equal([]);
    });
  });

  it('writes its status though its deadline falls between its end and the status', async () => {
    const pass = new AbortController();
    events = () => {
      pass.abort(new Error('the pass took longer than 60000 ms'));
      throw new ApiError({ code: 0, reason: 'Aborted', message: 'aborted' });
    };
    const reconcile = await reconciler();
    await reconcile(key, { signal: pass.signal });
    expect(pass.signal.aborted).to.equal(true);
    expect(statuses).to.have.length(1);
    expect(statuses[0]?.conditions?.map(({ type }) => type)).to.include('DatabaseReady');
  });

  it('writes nothing where the CRD is gone and nobody has told that the MemoApp went with it', async () => {
    const dependencies = await started();
    const { apps, informers } = dependencies;
    const served = Promise.withResolvers<undefined>();
    informers.onServed(() => served.resolve(undefined));
    unserve();
    await served.promise;
    expect(apps.has(key)).to.equal(true);
    await memoAppReconciler(dependencies)(key, { signal: new AbortController().signal });
    expect(statuses).to.deep.equal([]);
  });

  it('fails, for the log and the metrics, where the spec has what no schema should have let through', async () => {
    const spec = { api: { resources: { limits: { memory: 'much' } } } };
    there = [{ ...shop, spec }];
    const reconcile = await reconciler();
    const pass = reconcile(key, { signal: new AbortController().signal });
    expect(await pass.then(() => 'well', String)).to.contain('"much" is not a quantity');
  });
});
