/** Paused and stopped MemoApps on a cluster with controllers and simulated nodes. */
import { expect } from 'chai';
import { writesOf } from '../harness/audit.ts';
import { startInstalled, type Installed } from '../harness/installed.ts';
import { memoApp, type Kubectl } from '../harness/kubectl.ts';
import { apply, get, untilCondition, type Live } from '../harness/live.ts';
import { operatorUser } from '../harness/operator.ts';
import { until } from '../harness/until.ts';
import { readyMadeClass, readyMadeVolumes } from '../harness/volumes.ts';

const pause = 'memo.sogangcomputerclub.org/reconcile';

describe('a MemoApp that is to rest', function () {
  this.timeout(180_000);
  let on: Installed;
  let kubectl: Kubectl;

  before(async () => {
    const objects = [readyMadeClass, ...readyMadeVolumes(6)];
    on = await startInstalled({ name: 'test-states', rung: 2, resyncMinutes: 0.05, objects });
    ({ kubectl } = on);
  });

  after(async () => await on.stop());

  /** What the operator wrote since, but for the status and the events about it. */
  function childWrites(since: number): string[] {
    const all = writesOf(on.cluster.auditLog, operatorUser).slice(since);
    return all.filter((write) => !write.includes('memoapps/status') && !/^\w+ events\b/.test(write));
  }

  function writesSoFar(): number {
    return writesOf(on.cluster.auditLog, operatorUser).length;
  }

  describe('paused', () => {
    it('at its birth: nothing is made, and it says why', async () => {
      const before = writesSoFar();
      await apply(kubectl, paused(memoApp('rest', { state: 'Stopped' })));
      await untilCondition(kubectl, 'rest', { type: 'Paused', status: 'True', reason: 'Paused' });
      const ready = await untilCondition(kubectl, 'rest', { type: 'Ready', status: 'False', reason: 'Paused' });
      expect(ready.message).to.contain('Secret default/rest-').and.to.contain(pause);
      await on.operator.passes(1);
      expect(childWrites(before)).to.deep.equal([]);
    });

    it('goes on at once when the annotation is taken off', async () => {
      await kubectl(['annotate', 'memoapp/rest', `${pause}-`]);
      await until('Deployment', async () => await get(kubectl, 'deployment', 'rest-api'));
      await untilCondition(kubectl, 'rest', { type: 'Ready', status: 'True', reason: 'Stopped' });
      const { conditions = [] } = (await get(kubectl, 'memoapp', 'rest'))?.status ?? {};
      expect(conditions.map(({ type }) => type)).not.to.include('Paused');
    });

    it('in the middle of its life: drift and changes wait, and Ready names what does', async () => {
      await kubectl(['annotate', 'memoapp/rest', `${pause}=paused`]);
      const still = await untilCondition(kubectl, 'rest', { type: 'Ready', status: 'True', reason: 'Stopped' });
      await untilCondition(kubectl, 'rest', { type: 'Paused', status: 'True' });
      expect(still.reason).to.equal('Stopped');
      const before = writesSoFar();
      await kubectl(['delete', 'service', 'rest-api']);
      await apply(kubectl, paused(memoApp('rest', { state: 'Stopped', cache: { disabled: {} } })));
      const ready = await untilCondition(kubectl, 'rest', { type: 'Ready', status: 'False', reason: 'Paused' });
      expect(ready.message).to.contain('default/rest-api');
      await on.operator.passes(1);
      expect(childWrites(before)).to.deep.equal([]);
      expect(await get(kubectl, 'service', 'rest-api')).to.equal(undefined);
      await kubectl(['annotate', 'memoapp/rest', `${pause}-`]);
      await until('Service', async () => await get(kubectl, 'service', 'rest-api'));
      await until('prune', async () => !(await get(kubectl, 'service', 'rest-cache')));
    });
  });

  describe('stopped', () => {
    const running = { api: { autoscaling: { minReplicas: 2, maxReplicas: 5 } } };
    let before: (Live | undefined)[];

    it('runs', async () => {
      await apply(kubectl, memoApp('shop', running));
      await untilCondition(kubectl, 'shop', { type: 'APIAvailable', status: 'True' });
      await until('hand-over', async () => await get(kubectl, 'hpa', 'shop-api'));
      await kubectl(['scale', 'deployment/shop-api', '--replicas=4']);
      await until('4 pods', async () => (await replicas('deployment', 'shop-api')) === 4);
      before = await keepsakes();
      expect(before).not.to.include(undefined);
    });

    it('loses every pod and nothing else, and is Ready', async () => {
      const since = writesSoFar();
      await apply(kubectl, memoApp('shop', { ...running, state: 'Stopped' }));
      const ready = await untilCondition(kubectl, 'shop', { type: 'Ready', status: 'True', reason: 'Stopped' });
      expect(ready.message).to.contain('spec.state');
      await untilCondition(kubectl, 'shop', { type: 'APIAvailable', status: 'False', reason: 'Stopped' });
      expect(await pods()).to.deep.equal([]);
      expect(await get(kubectl, 'hpa', 'shop-api')).to.equal(undefined);
      expect((await kubectl(['get', 'jobs', '-o', 'name'])).stdout).not.to.contain('shop');
      expect(uids(await keepsakes())).to.deep.equal(uids(before));
      const writes = childWrites(since);
      expect(writes.indexOf('patch deployments/shop-api')).to.be.within(
        0,
        writes.indexOf('patch statefulsets/shop-database') - 1,
      );
    });

    it('is left alone, also by a restarted operator', async () => {
      await on.operator.stop();
      const since = writesSoFar();
      await on.restart();
      await on.operator.passes(2);
      expect(writesOf(on.cluster.auditLog, operatorUser).slice(since)).to.deep.equal([]);
    });

    it('comes back with its volumes, passwords and autoscaler', async () => {
      await apply(kubectl, memoApp('shop', running));
      await untilCondition(kubectl, 'shop', { type: 'APIAvailable', status: 'True' });
      for (const type of ['DatabaseReady', 'CacheReady', 'EventsReady', 'SchemaMigrated']) {
        await untilCondition(kubectl, 'shop', { type, status: 'True' });
      }
      expect(await replicas('deployment', 'shop-api')).to.equal(2);
      await until('autoscaler', async () => await get(kubectl, 'hpa', 'shop-api'));
      expect(uids(await keepsakes())).to.deep.equal(uids(before));
      await kubectl(['scale', 'deployment/shop-api', '--replicas=3']);
      await on.operator.passes(1);
      expect(await replicas('deployment', 'shop-api')).to.equal(3);
    });

    async function replicas(what: string, name: string): Promise<number | undefined> {
      return (await get(kubectl, what, name))?.spec?.replicas;
    }

    async function pods(): Promise<string[]> {
      const { stdout } = await kubectl(['get', 'pods', '-l', 'memo.sogangcomputerclub.org/app=shop', '-o', 'name']);
      return stdout.split('\n').filter((line) => line !== '');
    }

    /** What a stop must not touch. */
    async function keepsakes(): Promise<(Live | undefined)[]> {
      const kept = [
        ['pvc', 'data-shop-database-0'],
        ['pvc', 'data-shop-events-0'],
        ['secret', 'shop-database-credentials'],
        ['secret', 'shop-key'],
        ['service', 'shop-api'],
        ['service', 'shop-database'],
        ['pdb', 'shop-api'],
        ['deployment', 'shop-api'],
        ['statefulset', 'shop-database'],
      ] as const;
      return await Promise.all(kept.map(([what, name]) => get(kubectl, what, name)));
    }
  });
});

function uids(objects: readonly (Live | undefined)[]): (string | undefined)[] {
  return objects.map((object) => object?.metadata.uid);
}

function paused(app: object): object {
  const { metadata } = app as { metadata: object };
  return { ...app, metadata: { ...metadata, annotations: { [pause]: 'paused' } } };
}
