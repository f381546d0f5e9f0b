/** The life of a MemoApp on a real API server: made, left alone, drifted, changed, taken names, restarts. */
import { expect } from 'chai';
import type { ManagedFieldsEntry } from '../../../operator/src/runtime/object.ts';
import { ownsReplicas } from '../../../operator/src/runtime/watch/projection.ts';
import { writesOf } from '../harness/audit.ts';
import { startInstalled, type Installed } from '../harness/installed.ts';
import { memoApp, type Kubectl } from '../harness/kubectl.ts';
import { apply as applyLive, getAs } from '../harness/live.ts';
import { operatorUser } from '../harness/operator.ts';
import { until } from '../harness/until.ts';

interface Live {
  readonly metadata: {
    readonly uid: string;
    readonly labels?: Record<string, string>;
    readonly annotations?: Record<string, string>;
    readonly ownerReferences?: readonly { readonly kind: string; readonly controller?: boolean }[];
  };
  readonly spec?: { readonly replicas?: number };
  readonly data?: Record<string, string>;
  readonly status?: {
    readonly observedGeneration?: number;
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly reason: string }[];
  };
}

describe('a MemoApp on a real API server', function () {
  this.timeout(120_000);
  let on: Installed;
  let kubectl: Kubectl;

  async function get(what: string, name: string): Promise<Live | undefined> {
    return await getAs<Live>(kubectl, what, name);
  }

  async function apply(object: object): Promise<void> {
    await applyLive(kubectl, object);
  }

  function writes(): string[] {
    return writesOf(on.cluster.auditLog, operatorUser);
  }

  before(async () => {
    // Every three seconds each MemoApp is looked at again: idleness is proven by passes, not by waiting.
    on = await startInstalled({ name: 'test-life', rung: 1, resyncMinutes: 0.05 });
    ({ kubectl } = on);
  });

  after(async () => await on.stop());

  it('makes the whole stack with the rights of config/rbac alone, and says what it waits for', async () => {
    await apply(memoApp('shop', {}));
    for (const [kind, name] of [
      ['deployment', 'shop-api'],
      ['service', 'shop-api'],
      ['statefulset', 'shop-database'],
      ['pvc', 'data-shop-database-0'],
      ['statefulset', 'shop-cache'],
      ['statefulset', 'shop-events'],
      ['pdb', 'shop-api'],
    ] as const) {
      await until(`${kind} ${name}`, async () => await get(kind, name));
    }
    const app = await until('status', async () => {
      const live = await get('memoapp', 'shop');
      return live?.status?.conditions?.some(({ type }) => type === 'DatabaseReady') ? live : undefined;
    });
    expect(app.status?.observedGeneration).to.equal(1);
    const ready = app.status?.conditions?.find(({ type }) => type === 'Ready');
    expect(ready).to.include({ status: 'False', reason: 'VolumePending' });
  });

  it('keeps volumes and credentials without an owner, and owns everything else', async () => {
    for (const name of ['shop-database-credentials', 'shop-database-migration', 'shop-database-root']) {
      expect((await get('secret', name))?.metadata.ownerReferences, name).to.equal(undefined);
    }
    expect((await get('pvc', 'data-shop-database-0'))?.metadata.ownerReferences).to.equal(undefined);
    expect((await get('deployment', 'shop-api'))?.metadata.ownerReferences?.[0]).to.include({
      kind: 'MemoApp',
      controller: true,
    });
  });

  it('writes nothing while nothing changes', async () => {
    await on.operator.passes(2);
    const before = writes();
    await on.operator.passes(3);
    expect(writes().slice(before.length)).to.deep.equal([]);
  });

  it('writes nothing after a restart', async () => {
    expect(await on.operator.stop()).to.equal(0);
    const before = writes();
    await on.restart();
    await on.operator.passes(3);
    expect(writes().slice(before.length)).to.deep.equal([]);
  });

  it('brings a deleted Service back', async () => {
    const old = await get('service', 'shop-api');
    await kubectl(['delete', 'service', 'shop-api']);
    const back = await until('Service', async () => await get('service', 'shop-api'));
    expect(back.metadata.uid).not.to.equal(old?.metadata.uid);
  });

  it('repairs what was changed by hand, and leaves what others added', async () => {
    await kubectl(['annotate', 'deployment', 'shop-api', 'club.example/note=mine']);
    await kubectl(['rollout', 'restart', 'deployment/shop-api']);
    await kubectl(['patch', 'configmap', 'shop-cache', '--type=merge', '-p', '{"data":{"redis.conf":"drifted"}}']);
    await until('repair', async () => {
      const map = await get('configmap', 'shop-cache');
      return map?.data?.['redis.conf']?.includes('maxmemory ');
    });
    await on.operator.passes(2);
    const live = await get('deployment', 'shop-api');
    expect(live?.metadata.annotations?.['club.example/note']).to.equal('mine');
    expect(JSON.stringify(live?.spec)).to.contain('kubectl.kubernetes.io/restartedAt');
  });

  it('removes what the spec no longer asks for, and makes it again', async () => {
    await apply(memoApp('shop', { cache: { disabled: {} } }));
    await until('prune', async () => (await get('statefulset', 'shop-cache')) === undefined);
    expect(JSON.stringify(await get('deployment', 'shop-api'))).not.to.contain('REDIS_URL_FILE');
    await apply(memoApp('shop', {}));
    await until('cache', async () => await get('statefulset', 'shop-cache'));
  });

  it('hands the number of pods to an autoscaler and takes it back, never by way of 1', async () => {
    await apply(memoApp('shop', { api: { replicas: 3 } }));
    const replicas = async (): Promise<number | undefined> => (await get('deployment', 'shop-api'))?.spec?.replicas;
    await until('3 pods', async () => (await replicas()) === 3);
    await apply(memoApp('shop', { api: { autoscaling: { minReplicas: 2, maxReplicas: 5 } } }));
    await until('autoscaler', async () => await get('hpa', 'shop-api'));
    await on.operator.passes(2);
    expect(await replicas()).to.equal(3);
    // What the autoscaler does: an update through the scale subresource.
    await kubectl(['scale', 'deployment/shop-api', '--replicas=5']);
    await on.operator.passes(3);
    expect(await replicas()).to.equal(5);
    await apply(memoApp('shop', { api: { replicas: 4 } }));
    await until('4 pods', async () => (await replicas()) === 4);
    expect(await get('hpa', 'shop-api')).to.equal(undefined);
  });

  it('has handed it at once, not when it is looked at the next time', async () => {
    await apply(memoApp('handed', {}));
    await until('Deployment', async () => await get('deployment', 'handed-api'));
    await on.operator.passes(2);
    await on.restart({ resyncMinutes: 1440 });
    await until('a pass over both', async () => (await on.operator.passed()) >= 2);
    await apply(memoApp('handed', { api: { autoscaling: { minReplicas: 2, maxReplicas: 5 } } }));
    await until('an apply without the number', async () => {
      const path = ['-o', 'jsonpath={.metadata.managedFields[?(@.operation=="Apply")]}'];
      const { stdout } = await kubectl(['get', 'deployment', 'handed-api', ...path]);
      const owners = stdout.split(/(?<=})\s+(?={)/).map((entry) => JSON.parse(entry) as ManagedFieldsEntry);
      const ours = owners.find(({ manager }) => manager === 'memo-operator');
      return ours && !ownsReplicas(ours);
    });
    await kubectl(['delete', 'memoapp', 'handed']);
    await on.restart();
  });

  it('leaves the number to the autoscaler though something else of the app cannot be made', async () => {
    await apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'scaled-cache', namespace: 'default' } });
    await apply(memoApp('scaled', { api: { autoscaling: { minReplicas: 2, maxReplicas: 5 } } }));
    await until('Stalled', async () => {
      const app = await get('memoapp', 'scaled');
      return app?.status?.conditions?.find(({ type, reason }) => type === 'Stalled' && reason === 'NameTaken');
    });
    await on.operator.passes(2);
    const before = writes().length;
    await kubectl(['scale', 'deployment/scaled-api', '--replicas=4']);
    await on.operator.passes(3);
    expect((await get('deployment', 'scaled-api'))?.spec?.replicas).to.equal(4);
    const written = writes().slice(before);
    expect(written.filter((write) => write.includes('deployments'))).to.deep.equal([]);
    await kubectl(['delete', 'memoapp/scaled', 'configmap/scaled-cache']);
  });

  it('takes over nothing that is not its own', async () => {
    const foreign = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'taken-cache', namespace: 'default' },
      data: { mine: 'yes' },
    };
    await apply(foreign);
    await apply(memoApp('taken', {}));
    const stalled = await until('Stalled', async () => {
      const app = await get('memoapp', 'taken');
      return app?.status?.conditions?.find(({ type, reason }) => type === 'Stalled' && reason === 'NameTaken');
    });
    expect(stalled.status).to.equal('True');
    expect((await get('configmap', 'taken-cache'))?.data).to.deep.equal({ mine: 'yes' });
    await kubectl(['delete', 'configmap', 'taken-cache']);
    await until('end of Stalled', async () => {
      const app = await get('memoapp', 'taken');
      return app?.status?.conditions?.every(({ type }) => type !== 'Stalled');
    });
  });

  it('never makes new passwords for old data', async () => {
    // As a provisioner binds it, of which there is none here: on a claim without a volume there is no data.
    await kubectl(['patch', 'pvc', 'data-shop-database-0', '--type=merge', '-p', '{"spec":{"volumeName":"old"}}']);
    await kubectl(['delete', 'secret', 'shop-database-credentials']);
    await on.restart();
    await until('Stalled', async () => {
      const app = await get('memoapp', 'shop');
      return app?.status?.conditions?.find(({ type, reason }) => type === 'Stalled' && reason === 'SecretMissing');
    });
    expect(await get('secret', 'shop-database-credentials')).to.equal(undefined);
  });

  it('has no rights that it does not need: no delete of Secrets, no write to a spec, no pod of its making', async () => {
    const may = async (...what: string[]): Promise<string> =>
      (await kubectl(['auth', 'can-i', ...what, '--as', operatorUser])).stdout.trim();
    expect(await may('create', 'deployments')).to.equal('yes');
    for (const no of [
      ['delete', 'secrets'],
      ['delete', 'persistentvolumeclaims'],
      ['patch', 'memoapps'],
      ['create', 'pods'],
      ['create', 'pods/exec'],
      ['get', 'nodes'],
    ]) {
      expect(await may(...no), no.join(' ')).to.equal('no');
    }
  });
});
