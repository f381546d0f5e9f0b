/** Stores that hold data, on a real API server: what ran on a volume, who owns it, and what a change restarts. */
import { expect } from 'chai';
import type { PodTemplateSpec } from 'kubernetes-types/core/v1.js';
import { startInstalled, type Installed } from '../harness/installed.ts';
import { memoApp, type Kubectl } from '../harness/kubectl.ts';
import { apply as applyLive, getAs } from '../harness/live.ts';
import { until } from '../harness/until.ts';

const versionAnnotation = 'memo.sogangcomputerclub.org/store-version';

interface Live {
  readonly metadata: {
    readonly generation?: number;
    readonly annotations?: Record<string, string>;
    readonly labels?: Record<string, string>;
    readonly ownerReferences?: readonly { readonly kind: string }[];
  };
  readonly spec?: { readonly template?: PodTemplateSpec; readonly replicas?: number };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly database?: { readonly version?: string };
    readonly cache?: { readonly version?: string };
    readonly conditions?: readonly { readonly type: string; readonly reason: string; readonly message: string }[];
  };
}

const running = { running: { startedAt: '2026-01-01T00:00:00Z' } };
const pulling = { waiting: { reason: 'ImagePullBackOff', message: 'no such image' } };
const neverMade = {
  terminated: {
    reason: 'ContainerStatusUnknown',
    message: 'The container could not be located when the pod was terminated',
    exitCode: 137,
  },
};

describe('the stores of a MemoApp', function () {
  this.timeout(120_000);
  let on: Installed;
  let kubectl: Kubectl;

  before(async () => {
    on = await startInstalled({ name: 'test-stores', rung: 1, resyncMinutes: 0.05 });
    ({ kubectl } = on);
  });

  after(async () => await on.stop());

  async function get(what: string, name: string): Promise<Live | undefined> {
    return await getAs<Live>(kubectl, what, name);
  }

  /** Applies a spec and waits until a pass has seen it. */
  async function apply(name: string, spec: object): Promise<Live> {
    await applyLive(kubectl, memoApp(name, spec));
    return await seen(name);
  }

  async function seen(name: string): Promise<Live> {
    return await until(`${name} is seen`, async () => {
      const app = await get('memoapp', name);
      const looked = app?.status?.conditions?.some(({ type }) => type === 'DatabaseReady');
      return looked && app?.status?.observedGeneration === app?.metadata.generation ? app : undefined;
    });
  }

  async function stalled(name: string, reason: string): Promise<string> {
    return await until(reason, async () => {
      const app = await get('memoapp', name);
      return app?.status?.conditions?.find((one) => one.type === 'Stalled' && one.reason === reason)?.message;
    });
  }

  async function templateVersion(set: string): Promise<string | undefined> {
    return (await get('statefulset', set))?.spec?.template?.metadata?.annotations?.[versionAnnotation];
  }

  async function recorded(claim: string): Promise<string | undefined> {
    return (await get('pvc', claim))?.metadata.annotations?.[versionAnnotation];
  }

  /** What the StatefulSet's controller and a kubelet would do: the pod of the template as it is now, in the state given. */
  async function pod(set: string, version: string, state: object): Promise<void> {
    const template = await until(`template of ${version}`, async () => {
      const live = await get('statefulset', set);
      const found = live?.spec?.template;
      return found?.metadata?.annotations?.[versionAnnotation] === version ? found : undefined;
    });
    const name = `${set}-0`;
    await kubectl(['delete', 'pod', name, '--ignore-not-found', '--force', '--grace-period=0']);
    const data = { name: 'data', persistentVolumeClaim: { claimName: `data-${name}` } };
    const own = template.spec?.volumes ?? [];
    const volumes = own.some((volume) => volume.name === 'data') ? own : [...own, data];
    const made = await kubectl(['create', '-f', '-'], {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { ...template.metadata, name, namespace: 'default' },
      spec: { ...template.spec, volumes },
    });
    expect(made.code, made.stderr).to.equal(0);
    const [container] = template.spec?.containers ?? [];
    const status = {
      name: container?.name,
      image: container?.image,
      imageID: '',
      ready: false,
      restartCount: 0,
      state,
    };
    const patch = JSON.stringify({ status: { phase: 'Pending', containerStatuses: [status] } });
    const patched = await kubectl(['patch', 'pod', name, '--subresource=status', '--type=merge', '-p', patch]);
    expect(patched.code, patched.stderr).to.equal(0);
  }

  function database(version: string): object {
    return { database: { managed: { version } } };
  }

  it('let a version be taken back that never started, and do not say that it ran', async () => {
    await apply('typo', database('18.8'));
    await pod('typo-database', '18.8', pulling);
    await on.operator.passes(2);
    expect(await recorded('data-typo-database-0')).to.equal(undefined);
    const app = await apply('typo', database('11.8'));
    expect(app.status?.conditions?.map(({ type }) => type)).not.to.include('Stalled');
    expect(app.status?.database).to.equal(undefined);
    await pod('typo-database', '11.8', running);
    await until('the record', async () => (await recorded('data-typo-database-0')) === '11.8');
    await apply('typo', database('18.8'));
    await pod('typo-database', '18.8', pulling);
    await on.operator.passes(2);
    // The kubelet's last word on the pod, when the version is taken back.
    await pod('typo-database', '18.8', neverMade);
    await on.operator.passes(2);
    expect((await get('memoapp', 'typo'))?.status?.database).to.deep.equal({ version: '11.8' });
    await apply('typo', database('11.8'));
    await until('11.8 again', async () => (await templateVersion('typo-database')) === '11.8');
    expect(await recorded('data-typo-database-0')).to.equal('11.8');
  });

  it('never go back below a version that ran while no operator was there', async () => {
    await apply('typo', database('12.3'));
    await until('12.3', async () => (await templateVersion('typo-database')) === '12.3');
    await on.operator.stop();
    await pod('typo-database', '12.3', running);
    await kubectl(['apply', '-f', '-'], memoApp('typo', database('11.8')));
    await on.restart();
    expect(await stalled('typo', 'StoreDowngrade')).to.match(/MariaDB 12\.3/);
    // Written down though the app must not go on: the pod may be gone at the next look.
    await until('the record', async () => (await recorded('data-typo-database-0')) === '12.3');
    await kubectl(['delete', 'pod', 'typo-database-0', '--force', '--grace-period=0']);
    await on.operator.passes(2);
    expect(await templateVersion('typo-database')).to.equal('12.3');
    const app = await apply('typo', {});
    expect(app.status?.conditions?.map(({ type }) => type)).not.to.include('Stalled');
    expect(app.status?.database).to.deep.equal({ version: '12.3' });
    expect(await templateVersion('typo-database')).to.equal('12.3');
  });

  it('keep the cache at the version that runs when the spec no longer names one', async () => {
    await apply('typo', { cache: { managed: { version: '7.4' } } });
    await pod('typo-cache', '7.4', running);
    await until('status', async () => (await get('memoapp', 'typo'))?.status?.cache?.version === '7.4');
    await apply('typo', {});
    expect(await templateVersion('typo-cache')).to.equal('7.4');
  });

  it('are not restarted by another number of API pods', async () => {
    const before = await get('statefulset', 'typo-database');
    for (const replicas of [1, 7, 20]) {
      const { code, stderr } = await kubectl(['scale', 'memoapp/typo', `--replicas=${replicas}`]);
      expect(code, stderr).to.equal(0);
      await until(`${replicas} pods`, async () => (await get('deployment', 'typo-api'))?.spec?.replicas === replicas);
      await seen('typo');
      expect((await get('statefulset', 'typo-database'))?.spec?.template).to.deep.equal(before?.spec?.template);
    }
  });

  it('do not start another ensemble of ZooKeeper on volumes of an earlier one', async () => {
    const legacy = (replicas: number): object => ({ events: { managed: { zooKeeper: { replicas } } } });
    await apply('keeper', legacy(1));
    await until('claim', async () => await get('pvc', 'data-keeper-zookeeper-0'));
    await apply('keeper', { events: { disabled: {} } });
    await apply('keeper', legacy(3));
    expect(await stalled('keeper', 'LayoutChanged')).to.match(/ensemble-3.*ensemble-1/);
    expect(await get('pvc', 'data-keeper-zookeeper-1')).to.equal(undefined);
    await apply('keeper', { events: { disabled: {} } });
    await apply('keeper', legacy(1));
    await until('its end', async () =>
      (await get('memoapp', 'keeper'))?.status?.conditions?.every(({ type }) => type !== 'Stalled'),
    );
  });

  it('are kept or given away as deletionPolicy says now, also what is no longer wanted, and while Stalled', async () => {
    const retained: readonly (readonly [what: string, name: string])[] = [
      ['pvc', 'data-owned-database-0'],
      ['pvc', 'data-owned-events-0'],
      ['secret', 'owned-database-credentials'],
      ['secret', 'owned-database-migration'],
      ['secret', 'owned-database-root'],
    ];
    const owners = async (): Promise<(number | undefined)[]> =>
      await Promise.all(retained.map(async (one) => (await get(...one))?.metadata.ownerReferences?.length));
    const all = (number: number | undefined): (number | undefined)[] => retained.map(() => number);
    await apply('owned', { deletionPolicy: 'Delete', ...database('12.3') });
    await pod('owned-database', '12.3', running);
    await until('the record', async () => (await recorded('data-owned-database-0')) === '12.3');
    const disabled = { ...database('12.3'), events: { disabled: {} } };
    await apply('owned', { deletionPolicy: 'Delete', ...disabled });
    expect(await owners()).to.deep.equal(all(1));
    await apply('owned', { deletionPolicy: 'Retain', ...disabled });
    expect(await owners()).to.deep.equal(all(undefined));
    await apply('owned', { deletionPolicy: 'Delete', ...disabled });
    expect(await owners()).to.deep.equal(all(1));
    await apply('owned', { deletionPolicy: 'Retain', ...database('11.8'), events: { disabled: {} } });
    await stalled('owned', 'StoreDowngrade');
    expect(await owners()).to.deep.equal(all(undefined));
  });

  it('are kept or given away with the Secrets that open them, also while another database is used', async () => {
    const retained: readonly (readonly [what: string, name: string])[] = [
      ['pvc', 'data-moved-database-0'],
      ...['credentials', 'migration', 'root'].map((what) => ['secret', `moved-database-${what}`] as const),
    ];
    const owned = async (deletionPolicy: string, number: number | undefined): Promise<void> => {
      await apply('moved', { deletionPolicy, events: { disabled: {} }, database: { external } });
      const owners = retained.map(async (one) => (await get(...one))?.metadata.ownerReferences?.length);
      expect(await Promise.all(owners)).to.deep.equal(retained.map(() => number));
    };
    const external = { host: 'db.example', credentialsSecret: { name: 'db' } };
    await apply('moved', { deletionPolicy: 'Delete', events: { disabled: {} } });
    await until('its Secrets', async () => await get('secret', 'moved-database-credentials'));
    await until('its claim', async () => await get('pvc', 'data-moved-database-0'));
    await owned('Delete', 1);
    await owned('Retain', undefined);
    await owned('Delete', 1);
  });

  it('lose from their Secrets the labels that the spec no longer has, and none of others', async () => {
    const labelled = async (): Promise<object> => (await get('secret', 'tagged-database-root'))?.metadata.labels ?? {};
    await apply('tagged', { commonLabels: { team: 'club', era: 'now' } });
    await until('its Secret', async () => await get('secret', 'tagged-database-root'));
    await kubectl(['label', 'secret', 'tagged-database-root', 'backup=nightly', 'era=then', '--overwrite']);
    await apply('tagged', { commonLabels: { era: 'now' } });
    expect(await labelled())
      .to.include({ backup: 'nightly', era: 'now' })
      .and.not.to.have.property('team');
    await apply('tagged', {});
    expect(await labelled())
      .to.include({ backup: 'nightly' })
      .and.not.to.have.any.keys('team', 'era');
  });
});
