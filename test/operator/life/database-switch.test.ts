/**
 * From one database to another, on a cluster with controllers and simulated nodes: the pods of before serve on until the wanted
 * one has its schema, and all of them have ended before one of the new ones is made.
 */
import type { Deployment } from 'kubernetes-types/apps/v1.js';
import type { Pod } from 'kubernetes-types/core/v1.js';
import { expect } from 'chai';
import { watchLabel } from '../../../operator/src/api/labels.ts';
import { startInstalled, type Installed } from '../harness/installed.ts';
import { memoApp, type Kubectl } from '../harness/kubectl.ts';
import { apply, get, getAs, untilCondition } from '../harness/live.ts';
import { until } from '../harness/until.ts';
import { readyMadeClass, readyMadeVolumes } from '../harness/volumes.ts';

const without = { cache: { disabled: {} }, events: { disabled: {} }, api: { replicas: 2 } };
const managed = memoApp('shop', without);
const database = { external: { host: 'db.example', credentialsSecret: { name: 'db' } } };
const external = memoApp('shop', { ...without, database });
const account = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'db', namespace: 'default', labels: { [watchLabel]: 'true' } },
  stringData: { username: 'memo', password: 'p' },
};
const claim = 'data-shop-database-0';
const address = 'mysql://db.example:3306/memo_app';

describe('a MemoApp that goes to another database', function () {
  this.timeout(180_000);
  let on: Installed;
  let kubectl: Kubectl;

  before(async () => {
    const objects = [readyMadeClass, ...readyMadeVolumes(2), account];
    on = await startInstalled({ name: 'test-switch', rung: 2, resyncMinutes: 0.05, objects });
    ({ kubectl } = on);
    await apply(kubectl, managed);
    await untilCondition(kubectl, 'shop', { type: 'Ready', status: 'True' });
  });

  after(async () => await on.stop());

  it('keeps what serves while the migration cannot begin, and says why', async () => {
    const pods = await names();
    await withoutRoom(async () => {
      await apply(kubectl, external);
      const database = await untilCondition(kubectl, 'shop', { type: 'DatabaseReady', reason: 'QuotaExceeded' });
      expect(database.message).to.contain('keeps the database of before');
      await on.operator.passes(2);
      expect(await names()).to.deep.equal(pods);
      expect((await deployment())?.paused).to.equal(true);
      expect(await get(kubectl, 'statefulset', 'shop-database')).not.to.equal(undefined);
      await untilCondition(kubectl, 'shop', { type: 'APIAvailable', status: 'True' });
      await goBack();
    });
  });

  it('keeps them also when they are not ready for a while, and knows the way back', async () => {
    const before = await names();
    await withoutRoom(async () => {
      await apply(kubectl, external);
      await until('it waits', async () => (await deployment())?.paused);
      await setReady(before, 'False');
      await on.operator.passes(2);
      expect((await deployment())?.paused).to.equal(true);
      await setReady(before, 'True');
      await goBack();
      expect(await names()).to.deep.equal(before);
    });
    await untilCondition(kubectl, 'shop', { type: 'Ready', status: 'True' });
  });

  it('keeps them as they are also where a release that came along is left of it', async () => {
    const api = { replicas: 2, legacyPaths: 'Disabled' };
    const release = { version: '0.2.0', api };
    const [before, template] = [await names(), (await deployment())?.template];
    await withoutRoom(async () => {
      await apply(kubectl, memoApp('shop', { ...without, ...release, database }));
      await until('it waits', async () => (await deployment())?.paused);
      expect((await deployment())?.template).to.deep.equal(template);
      await apply(kubectl, memoApp('shop', { ...without, ...release }));
      await until('it goes on', async () => (await deployment())?.paused === undefined);
      await on.operator.passes(2);
      expect((await deployment())?.template).to.deep.equal(template);
      await goBack();
    });
    expect(await names()).to.deep.equal(before);
    await untilCondition(kubectl, 'shop', { type: 'Ready', status: 'True' });
  });

  it('keeps them while a Secret is missing that the new ones need', async () => {
    const before = await names();
    await kubectl(['delete', 'secret', 'db']);
    await apply(kubectl, external);
    await untilCondition(kubectl, 'shop', { type: 'DatabaseReady', reason: 'ReferenceMissing' });
    await until('the schema', async () => (await jobs()).includes('shop-migrate'));
    await untilCondition(kubectl, 'shop', { type: 'SchemaMigrated', status: 'True' });
    await on.operator.passes(2);
    expect((await deployment())?.paused).to.equal(true);
    expect(await names()).to.deep.equal(before);
  });

  it('never has pods of both', async () => {
    const mixed = await whileWatched(async () => {
      await apply(kubectl, account);
      await until('pods of the external one', async () => (await inUse()).join() === `${address},${address}`);
      await until('no StatefulSet', async () => !(await get(kubectl, 'statefulset', 'shop-database')));
    });
    expect(mixed).to.deep.equal([]);
  });

  it('nor on the way back, and rolls as usual afterwards', async () => {
    const mixed = await whileWatched(async () => {
      await apply(kubectl, managed);
      await until('pods of the managed one', async () => (await inUse()).join() === 'managed,managed');
      await untilCondition(kubectl, 'shop', { type: 'Ready', status: 'True' });
    });
    expect(mixed).to.deep.equal([]);
    await until('the usual strategy', async () => {
      const { paused, strategy } = (await deployment()) ?? {};
      return paused === undefined && strategy?.rollingUpdate?.maxUnavailable === 0;
    });
  });

  it('is not served by an empty database when the volume was lost meanwhile, until its Secrets are gone too', async () => {
    await goOut();
    const pods = await names();
    await kubectl(['delete', 'pvc', claim]);
    await apply(kubectl, managed);
    const stalled = await untilCondition(kubectl, 'shop', { type: 'Stalled', reason: 'DataMissing' });
    expect(stalled.message).to.contain(`volume claim ${claim} of the database is gone`);
    await on.operator.passes(2);
    expect(await get(kubectl, 'pvc', claim)).to.equal(undefined);
    expect(await names()).to.deep.equal(pods);
    await goOut();
    await kubectl(['delete', 'secret', ...['root', 'migration', 'credentials'].map((what) => `shop-database-${what}`)]);
    await apply(kubectl, managed);
    await until('pods of the managed one', async () => (await inUse()).join() === 'managed,managed' || undefined);
    await untilCondition(kubectl, 'shop', { type: 'Ready', status: 'True' });
  });

  /** To the external one, until nothing of the managed one runs. */
  async function goOut(): Promise<void> {
    await apply(kubectl, external);
    await untilCondition(kubectl, 'shop', { type: 'DatabaseReady', reason: 'WaitingForAPI' });
    await until(
      'pods of the external one',
      async () => (await inUse()).join() === `${address},${address}` || undefined,
    );
    await until('no StatefulSet', async () =>
      (await get(kubectl, 'statefulset', 'shop-database')) ? undefined : true,
    );
  }

  /** Nobody can make another pod meanwhile. */
  async function withoutRoom(work: () => Promise<void>): Promise<void> {
    const quota = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'full', namespace: 'default' } };
    await apply(kubectl, { ...quota, spec: { hard: { pods: '0' } } });
    await until(
      'the quota',
      async () => (await getAs<{ status?: { used?: object } }>(kubectl, 'quota', 'full'))?.status?.used,
    );
    await work().finally(async () => await kubectl(['delete', 'resourcequota', 'full']));
  }

  /** While there is still no room: with room, the external database's migration would run in the moment before it is left. */
  async function goBack(): Promise<void> {
    await apply(kubectl, managed);
    await until('it goes on', async () => (await deployment())?.paused === undefined);
    await untilCondition(kubectl, 'shop', { type: 'SchemaMigrated', status: 'True' });
  }

  /** As the kubelet would. */
  async function setReady(pods: readonly (string | undefined)[], status: 'True' | 'False'): Promise<void> {
    const patch = JSON.stringify({ status: { conditions: [{ type: 'Ready', status }] } });
    for (const name of pods) await kubectl(['patch', 'pod', name ?? '', '--subresource=status', '-p', patch]);
  }

  /** What was seen of two databases at one time. */
  async function whileWatched(work: () => Promise<void>): Promise<string[][]> {
    const mixed: string[][] = [];
    const over = new AbortController();
    const watching = (async () => {
      while (!over.signal.aborted) {
        const databases = await inUse();
        if (new Set(databases).size > 1) mixed.push(databases);
      }
    })();
    await work().finally(() => {
      over.abort();
    });
    await watching;
    return mixed;
  }

  async function jobs(): Promise<string> {
    return (await kubectl(['get', 'jobs', '-o', 'name'])).stdout;
  }

  async function deployment(): Promise<Deployment['spec']> {
    return (await getAs<Deployment>(kubectl, 'deployment', 'shop-api'))?.spec;
  }

  async function inUse(): Promise<string[]> {
    return (await pods()).map(({ spec }) => {
      return spec?.containers[0]?.env?.find(({ name }) => name === 'DATABASE_URL')?.value ?? 'managed';
    });
  }

  async function names(): Promise<(string | undefined)[]> {
    return (await pods()).map(({ metadata }) => metadata?.name);
  }

  async function pods(): Promise<Pod[]> {
    const { stdout } = await kubectl(['get', 'pods', '-l', 'memo.sogangcomputerclub.org/part=api', '-o', 'json']);
    return (JSON.parse(stdout) as { items: Pod[] }).items;
  }
});
