/** What must never happen to data, and what a change must not break: on a real API server with real controllers. */
import { expect } from 'chai';
import type { Job } from 'kubernetes-types/batch/v1.js';
import {
  madeForAnnotation,
  reconcileAnnotation,
  selector,
  storeVersionAnnotation,
} from '../../../operator/src/api/labels.ts';
import type { MemoApp } from '../../../operator/src/api/memoapp.ts';
import { startInstalled, type Installed } from '../harness/installed.ts';
import { memoApp, type Kubectl } from '../harness/kubectl.ts';
import { apply as applyLive, done, getAs } from '../harness/live.ts';
import { small } from '../truth/row.ts';
import { until } from '../harness/until.ts';
import { readyMadeClass, readyMadeVolumes } from '../harness/volumes.ts';

interface Standing {
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

interface Named {
  readonly metadata: { readonly uid: string };
}

interface Owned {
  readonly metadata: { readonly ownerReferences?: readonly object[] };
}

interface PodObject {
  readonly metadata: Named['metadata'] & { readonly ownerReferences?: readonly { readonly uid: string }[] };
  readonly spec: { readonly subdomain?: string };
}

interface SetSpec {
  readonly podManagementPolicy?: string;
  readonly serviceName?: string;
  readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
  readonly template: { readonly metadata: object };
}

interface StatefulSetObject {
  readonly metadata: Named['metadata'] &
    Readonly<Partial<Record<'annotations' | 'labels' | 'ownerReferences', unknown>>>;
  readonly spec: SetSpec;
}

describe('the data of a MemoApp', function () {
  this.timeout(180_000);
  let on: Installed;
  let kubectl: Kubectl;

  async function apply(...objects: readonly object[]): Promise<void> {
    await applyLive(kubectl, ...objects);
  }

  async function get<T>(what: string, name: string): Promise<T | undefined> {
    return await getAs<T>(kubectl, what, name);
  }

  async function condition(name: string, type: string): Promise<Standing | undefined> {
    const app = await get<MemoApp>('memoapp', name);
    return app?.status?.conditions?.find((each) => each.type === type);
  }

  /** Ready at the generation that is there now. */
  async function ready(name: string): Promise<MemoApp> {
    let seen = '';
    return await until(
      `${name} is Ready (last: ${seen})`,
      async () => {
        const app = await get<MemoApp>('memoapp', name);
        const now = app?.status?.conditions?.find(({ type }) => type === 'Ready');
        seen = JSON.stringify(now);
        const is = now?.status === 'True' && now.observedGeneration === app?.metadata.generation;
        if (!is) throw new Error(seen);
        return app;
      },
      60,
    );
  }

  async function stalled(name: string, reason: string): Promise<Standing> {
    return await until(`${name} is Stalled`, async () => {
      const now = await condition(name, 'Stalled');
      return now?.reason === reason ? now : undefined;
    });
  }

  before(async () => {
    const objects = [readyMadeClass, ...readyMadeVolumes(29)];
    on = await startInstalled({ name: 'test-data', rung: 2, objects });
    ({ kubectl } = on);
  });

  after(async () => await on.stop());

  it('outlives a change of labels, of which the finished Jobs take no part', async () => {
    await apply(memoApp('shop', {}));
    await ready('shop');
    const before = await jobs();
    await apply(memoApp('shop', { commonLabels: { team: 'club' } }));
    await ready('shop');
    expect(await jobs()).to.deep.equal(before);
  });

  it('does not migrate again when the Job is gone, and keeps its release when no release is named', async () => {
    const { status } = await ready('shop');
    expect(status).to.include({ version: '0.1.0' });
    await done(kubectl, ['delete', 'jobs', '--all']);
    await apply(memoApp('shop', { commonLabels: { team: 'staff' } }));
    await ready('shop');
    expect((await jobs()).filter((job) => job.includes('migrate'))).to.deep.equal([]);
  });

  const unchangeable: readonly (readonly [what: string, ofPod: string, change: (spec: SetSpec) => SetSpec])[] = [
    ['starts its pods in another order', 'stays', (spec) => ({ ...spec, podManagementPolicy: 'OrderedReady' })],
    ['names its pods by another Service', 'is replaced', (spec) => ({ ...spec, serviceName: 'before' })],
    [
      'knows its pods by another label',
      'is replaced',
      ({ selector, template, ...spec }) => {
        const matchLabels = { ...selector.matchLabels, era: 'before' };
        return {
          ...spec,
          selector: { matchLabels },
          template: { ...template, metadata: { ...template.metadata, labels: matchLabels } },
        };
      },
    ],
  ];

  for (const [index, [what, ofPod, change]] of unchangeable.entries()) {
    it(`outlives a StatefulSet that ${what}, which has to be made anew: its pod ${ofPod}`, async () => {
      const [name, set] = [`older-${index}`, `older-${index}-database`];
      await apply(memoApp(name, small));
      await ready(name);
      await done(kubectl, ['annotate', 'memoapp', name, `${reconcileAnnotation}=paused`]);
      await until('Paused', async () => await condition(name, 'Paused'));
      const made = await get<StatefulSetObject>('statefulset', set);
      if (!made) throw new Error(`no StatefulSet ${set}`);
      const { annotations, labels, ownerReferences } = made.metadata;
      const { podManagementPolicy, selector, serviceName } = made.spec;
      await done(kubectl, ['delete', 'statefulset', set, ...(ofPod === 'stays' ? ['--cascade=orphan'] : [])]);
      const metadata = { name: set, annotations, labels, ownerReferences };
      await apply({ apiVersion: 'apps/v1', kind: 'StatefulSet', metadata, spec: change(made.spec) });
      const before = await podOf(set);
      const claim = await get<Named>('pvc', `data-${set}-0`);
      await done(kubectl, ['annotate', 'memoapp', name, `${reconcileAnnotation}-`]);
      await until('the new StatefulSet', async () => {
        const { metadata, spec } = (await get<StatefulSetObject>('statefulset', set)) ?? {};
        expect(spec).to.deep.include({ podManagementPolicy, selector, serviceName });
        return metadata;
      });
      await ready(name);
      const after = await podOf(set);
      expect(after.metadata.uid === before.metadata.uid).to.equal(ofPod === 'stays');
      expect(after.spec.subdomain).to.equal(serviceName);
      expect((await get<Named>('pvc', `data-${set}-0`))?.metadata.uid).to.equal(claim?.metadata.uid);
    });
  }

  it('is not replaced by an empty volume when its claim is lost', async () => {
    await done(kubectl, ['delete', 'pvc', 'data-shop-database-0', '--wait=false']);
    await done(kubectl, ['delete', 'pod', 'shop-database-0', '--grace-period=0', '--force']);
    const { message } = await stalled('shop', 'DataMissing');
    expect(message).to.contain('data-shop-database-0').and.to.contain('to start empty');
    expect(await condition('shop', 'APIAvailable')).to.include({ status: 'False', reason: 'DataMissing' });
    await on.operator.passes(1);
    const claim = await get<{ metadata: { annotations?: object } }>('pvc', 'data-shop-database-0');
    expect(JSON.stringify(claim?.metadata.annotations ?? {})).not.to.contain('memo.sogangcomputerclub.org');
  });

  it('is not served by an empty database meanwhile, and starts empty when its admin says so', async () => {
    await until('the database is stopped', async () => (await get('statefulset', 'shop-database')) === undefined);
    const secrets = ['root', 'migration', 'credentials'].map((name) => `shop-database-${name}`);
    await done(kubectl, ['delete', 'secret', ...secrets]);
    await done(kubectl, ['delete', 'pvc', 'data-shop-database-0', '--ignore-not-found', '--wait=false']);
    await done(kubectl, ['annotate', 'memoapp', 'shop', 'club.example/looked-at=yes']);
    await ready('shop');
    expect((await jobs()).filter((job) => job.includes('shop-migrate'))).to.have.length(1);
  });

  it('starts empty also where the new volume is refused at first: the old one is not missed again', async () => {
    const [name, volume] = ['refused', 'data-refused-database-0'];
    await apply(memoApp(name, small));
    await ready(name);
    const limits = [{ type: 'PersistentVolumeClaim', max: { storage: '1Gi' } }];
    await apply({ apiVersion: 'v1', kind: 'LimitRange', metadata: { name: 'small' }, spec: { limits } });
    await done(kubectl, ['delete', 'pvc', volume, '--wait=false']);
    await done(kubectl, ['delete', 'pod', `${name}-database-0`, '--grace-period=0', '--force']);
    await stalled(name, 'DataMissing');
    await done(kubectl, [
      'delete',
      'secret',
      ...['root', 'migration', 'credentials'].map((what) => `${name}-database-${what}`),
    ]);
    await done(kubectl, ['annotate', 'memoapp', name, 'club.example/looked-at=yes']);
    await until('the refusal', async () =>
      (await condition(name, 'Ready'))?.reason === 'ApplyRefused' ? true : undefined,
    );
    await done(kubectl, ['annotate', 'memoapp', name, 'club.example/looked-at=again', '--overwrite']);
    await on.operator.passes(1);
    expect(await condition(name, 'Ready')).to.include({ reason: 'ApplyRefused' });
    await done(kubectl, ['delete', 'limitrange', 'small']);
    await done(kubectl, ['annotate', 'memoapp', name, 'club.example/looked-at=yes', '--overwrite']);
    await ready(name);
  });

  it('stays where a MemoApp says Retain again in the edit that mends it', async () => {
    const [name, volume] = ['mended', 'data-mended-database-0'];
    const owners = async (): Promise<number> =>
      (await get<Owned>('pvc', volume))?.metadata.ownerReferences?.length ?? 0;
    await apply(memoApp(name, small));
    await ready(name);
    const older = { managed: { version: '10.11' } };
    await apply(memoApp(name, { ...small, deletionPolicy: 'Delete', database: older }));
    await stalled(name, 'StoreDowngrade');
    expect(await owners()).to.equal(1);
    await apply(memoApp(name, small));
    await ready(name);
    expect(await owners()).to.equal(0);
  });

  it('is taken up where it is restored as a new MemoApp asks for it, by its name and annotation alone', async () => {
    const [name, volume] = ['restored', 'data-restored-database-0'];
    const ofBefore = ['root', 'migration', 'credentials'].map((what) => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        name: `${name}-database-${what}`,
        namespace: 'default',
        labels: selector({ name }, 'database'),
        annotations: { [madeForAnnotation]: 'an-earlier-one' },
      },
      stringData: { username: 'x', password: 'x', uri: 'mysql://x:x@db/memo_app' },
    }));
    await apply(...ofBefore, memoApp(name, small));
    expect((await stalled(name, 'DataMissing')).message).to.contain(`${storeVersionAnnotation}: "11.8"`);
    await apply(claimOf(volume, { [storeVersionAnnotation]: '11.8' }));
    const { uid } = (await get<Named>('pvc', volume))?.metadata ?? {};
    await done(kubectl, ['annotate', 'memoapp', name, 'club.example/looked-at=yes']);
    await ready(name);
    expect((await get<Named>('pvc', volume))?.metadata.uid).to.equal(uid);
  });

  it('is never opened with new passwords where it is restored without its Secrets', async () => {
    await apply(claimOf('data-locked-database-0', { [storeVersionAnnotation]: '11.8' }), memoApp('locked', small));
    expect((await stalled('locked', 'SecretMissing')).message).to.contain('data-locked-database-0 is here');
    expect(await get('secret', 'locked-database-root')).to.equal(undefined);
  });

  it('is never that of a stranger who has a claim of the same name', async () => {
    await apply(claimOf('data-other-database-0'));
    await apply(memoApp('other', {}));
    expect((await stalled('other', 'NameTaken')).message).to.contain('data-other-database-0');
    await until('the rest of the stack', async () => await get('statefulset', 'other-cache'));
    expect(await get('statefulset', 'other-database')).to.equal(undefined);
    await done(kubectl, ['delete', 'memoapp', 'other']);
  });

  it('goes with a MemoApp that says so, and one of the same name made at once is never stalled', async () => {
    const spec = { deletionPolicy: 'Delete', events: { disabled: {} } };
    await apply(memoApp('brief', spec));
    const first = await ready('brief');
    const child = async (): Promise<string | undefined> =>
      (await get<{ metadata: { uid?: string } }>('pvc', 'data-brief-database-0'))?.metadata.uid;
    const volumeBefore = await child();
    const since = new Date().toISOString();
    await done(kubectl, ['delete', 'memoapp', 'brief']);
    await apply(memoApp('brief', spec));
    const second = await ready('brief');
    expect(second.metadata.uid).not.to.equal(first.metadata.uid);
    expect(await child()).not.to.equal(volumeBefore);
    const events = await done(kubectl, ['get', 'events', '-o', 'json']);
    const { items } = JSON.parse(events) as { items: { message?: string; eventTime?: string }[] };
    const told = items.filter(({ eventTime = '', message = '' }) => eventTime > since && message.includes('Stalled'));
    expect(told).to.deep.equal([]);
  });

  /** The pod of the StatefulSet that is there now, made or taken up by it. */
  async function podOf(set: string): Promise<PodObject> {
    return await until(`the pod of ${set}`, async () => {
      const owner = await get<Named>('statefulset', set);
      const pod = await get<PodObject>('pod', `${set}-0`);
      return pod?.metadata.ownerReferences?.some(({ uid }) => uid === owner?.metadata.uid) ? pod : undefined;
    });
  }

  async function jobs(): Promise<string[]> {
    const { items } = JSON.parse(await done(kubectl, ['get', 'jobs', '-o', 'json'])) as { items: Job[] };
    return items.map(({ metadata }) => `${metadata?.name ?? ''} ${metadata?.uid ?? ''}`).toSorted();
  }
});

function claimOf(name: string, annotations: Readonly<Record<string, string>> = {}): object {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, namespace: 'default', annotations },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  };
}
