/** Volumes that are asked to grow, and those that nothing can bind: on a real API server with real controllers. */
import { expect } from 'chai';
import type { StatefulSet } from 'kubernetes-types/apps/v1.js';
import type { PersistentVolumeClaim } from 'kubernetes-types/core/v1.js';
import { appLabel, selector } from '../../../operator/src/api/labels.ts';
import { startInstalled, type Installed } from '../harness/installed.ts';
import { memoApp, type Kubectl } from '../harness/kubectl.ts';
import { apply, done, get, getAs, untilCondition, type LiveCondition } from '../harness/live.ts';
import { until } from '../harness/until.ts';
import { readyMadeClass, readyMadeVolumes } from '../harness/volumes.ts';
import { small } from '../truth/row.ts';

const claim = 'data-shop-database-0';

describe('the volumes of a MemoApp', function () {
  this.timeout(180_000);
  let on: Installed;
  let kubectl: Kubectl;

  before(async () => {
    const objects = [readyMadeClass, ...readyMadeVolumes(7)];
    on = await startInstalled({ name: 'test-volumes', rung: 2, objects });
    ({ kubectl } = on);
  });

  after(async () => await on.stop());

  async function allowExpansion(allowVolumeExpansion: boolean): Promise<void> {
    const patch = JSON.stringify({ allowVolumeExpansion });
    await done(kubectl, ['patch', 'storageclass', 'ready-made', '--type=merge', '-p', patch]);
  }

  async function requested(name = claim): Promise<string | undefined> {
    const live = await getAs<PersistentVolumeClaim>(kubectl, 'pvc', name);
    return live?.spec?.resources?.requests?.['storage'];
  }

  function sized(size: string, className?: string, more: object = {}): object {
    return {
      ...small,
      database: { managed: { storage: { size, ...(className !== undefined && { className }) }, ...more } },
    };
  }

  async function untilReady(name: string): Promise<LiveCondition> {
    const isReady = async (): Promise<LiveCondition | undefined> => {
      const app = await getAs<ReadyApp>(kubectl, 'memoapp', name);
      const ready = app?.status?.conditions?.find(({ type }) => type === 'Ready');
      return ready?.status === 'True' && ready.observedGeneration === app?.metadata.generation ? ready : undefined;
    };
    // Ready-made volumes are bound when their controller looks round, every 15 s.
    return await until(`${name} is Ready`, isReady, 90);
  }

  async function untilToDelete(app: string, type: string, name: string): Promise<void> {
    const way = `waits in StorageClass "fast", while the spec asks for "ready-made"; there is nothing on it: delete it, and it is made anew: kubectl delete pvc ${name}`;
    await until(`${type} says what to delete`, async () => {
      const told = await untilCondition(kubectl, app, { type, reason: 'VolumePending' });
      return told.message.includes(way);
    });
  }

  it('stay as they are in a class that does not let them grow, while everything else goes on and says so', async () => {
    await apply(kubectl, memoApp('shop', sized('10Gi')));
    await untilReady('shop');
    const grown = { resources: { limits: { memory: '2Gi' } } };
    await apply(kubectl, memoApp('shop', { ...sized('50Gi', undefined, grown), commonLabels: { team: 'club' } }));
    const kept = await untilCondition(kubectl, 'shop', { type: 'DatabaseReady', status: 'True', reason: 'VolumeKept' });
    const stays = `volume claim ${claim} stays at 20Gi and does not grow to 50Gi: StorageClass ready-made does not let volumes grow`;
    expect(kept.message)
      .to.contain(stays)
      .and.to.contain('allowVolumeExpansion: true')
      .and.to.contain('docs/backup.md');
    const ready = await untilReady('shop');
    expect(ready).to.include({ reason: 'Available' });
    expect(ready.message).to.contain(stays);
    expect(await requested()).to.equal('10Gi');
    const set = await getAs<StatefulSet>(kubectl, 'statefulset', 'shop-database');
    expect(set?.spec?.template.spec?.containers[0]?.resources?.limits?.['memory']).to.equal('2Gi');
    expect((await get(kubectl, 'pvc', claim))?.metadata.labels).to.include({ team: 'club' });
  });

  it('grow by themselves once the class lets them', async () => {
    await allowExpansion(true);
    await until('the claim asks for more', async () => (await requested()) === '50Gi', 90);
    const growing = await untilCondition(kubectl, 'shop', { type: 'Ready', reason: 'VolumeGrowing' });
    expect(growing.message).to.contain(`volume claim ${claim} has 20Gi and grows to 50Gi`);
    await untilCondition(kubectl, 'shop', { type: 'DatabaseReady', status: 'True', reason: 'Available' });
  });

  it('are made anew in another class by who follows what is said of one that is not there', async () => {
    const name = 'typo';
    await apply(kubectl, memoApp(name, sized('1Gi', 'fast')));
    const told = await untilCondition(kubectl, name, { type: 'DatabaseReady', reason: 'VolumePending' });
    expect(told.message).to.contain('make it, or name another in spec.database.managed.storage.className');
    const passwords = await get(kubectl, 'secret', `${name}-database-root`);
    await apply(kubectl, memoApp(name, sized('1Gi', 'ready-made')));
    await untilToDelete(name, 'DatabaseReady', `data-${name}-database-0`);
    await done(kubectl, ['delete', 'pvc', `data-${name}-database-0`]);
    await untilReady(name);
    const live = await getAs<PersistentVolumeClaim>(kubectl, 'pvc', `data-${name}-database-0`);
    expect(live?.spec?.storageClassName).to.equal('ready-made');
    expect((await get(kubectl, 'secret', `${name}-database-root`))?.metadata.uid).to.equal(passwords?.metadata.uid);
    const back = await kubectl(['apply', '-f', '-'], memoApp(name, sized('1Gi', 'fast')));
    expect(back.stderr).to.contain('className cannot be changed, added or removed once there is a volume');
  });

  it('of events are made anew likewise, while the database serves on', async () => {
    const name = 'later';
    const events = (className: string): object => ({
      ...small,
      events: { managed: { storage: { size: '1Gi', className } } },
    });
    await apply(kubectl, memoApp(name, events('fast')));
    await untilCondition(kubectl, name, { type: 'EventsReady', reason: 'VolumePending' });
    const served = { type: 'DatabaseReady', status: 'True' } as const;
    await until('the database serves', async () => await untilCondition(kubectl, name, served), 90);
    const volume = await get(kubectl, 'pvc', `data-${name}-database-0`);
    await apply(kubectl, memoApp(name, events('ready-made')));
    await untilToDelete(name, 'EventsReady', `data-${name}-events-0`);
    await done(kubectl, ['delete', 'pvc', `data-${name}-events-0`]);
    await untilReady(name);
    expect((await get(kubectl, 'pvc', `data-${name}-database-0`))?.metadata.uid).to.equal(volume?.metadata.uid);
  });

  it('need no password of before where nothing was ever on them', async () => {
    const name = 'left';
    // So the StatefulSet of an app that is being deleted makes it once more, when its Secrets have gone already.
    await apply(kubectl, {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: `data-${name}-database-0`, labels: selector({ name }, 'database') },
      spec: {
        accessModes: ['ReadWriteOnce'],
        resources: { requests: { storage: '1Gi' } },
        storageClassName: 'fast',
      },
    });
    await apply(kubectl, memoApp(name, sized('1Gi', 'ready-made')));
    await untilToDelete(name, 'DatabaseReady', `data-${name}-database-0`);
    await done(kubectl, ['delete', 'pvc', `data-${name}-database-0`]);
    await untilReady(name);
  });

  it('are found again by their names where somebody takes our labels off them', async () => {
    const unlabelled = async (name: string): Promise<void> => {
      const before = await get(kubectl, 'pvc', name);
      await done(kubectl, [
        'label',
        'pvc',
        name,
        ...Object.keys(selector({ name: '' }, 'database')).map((one) => `${one}-`),
      ]);
      const back = await until('the label is back', async () => {
        const live = await get(kubectl, 'pvc', name);
        return live?.metadata.labels?.[appLabel] === undefined ? undefined : live;
      });
      expect(back.metadata.uid).to.equal(before?.metadata.uid);
    };
    const set = await get(kubectl, 'statefulset', 'later-database');
    await unlabelled('data-later-database-0');
    await unlabelled('data-later-events-0');
    await untilReady('later');
    expect((await get(kubectl, 'statefulset', 'later-database'))?.metadata.uid).to.equal(set?.metadata.uid);
  });

  it('get the default class as soon as there is one', async () => {
    const name = 'plain';
    await done(kubectl, ['annotate', 'storageclass', 'ready-made', `${defaultClass}-`]);
    await apply(kubectl, memoApp(name, sized('1Gi')));
    const told = await untilCondition(kubectl, name, { type: 'DatabaseReady', reason: 'VolumePending' });
    expect(told.message).to.contain('the cluster has no default StorageClass; mark one as default');
    await done(kubectl, ['annotate', 'storageclass', 'ready-made', `${defaultClass}=true`]);
    await untilReady(name);
  });

  it('stay as they are and grow later also where the operator cannot see what their class allows', async () => {
    const name = 'blind';
    await on.restart({ installation: { namespace: 'memo-system', namespaces: ['default'] } });
    await allowExpansion(false);
    await apply(kubectl, memoApp(name, sized('1Gi')));
    await untilReady(name);
    const bigger = sized('50Gi', undefined, { resources: { limits: { memory: '2Gi' } } });
    await apply(kubectl, memoApp(name, { ...bigger, deletionPolicy: 'Delete' }));
    const kept = await untilCondition(kubectl, name, { type: 'DatabaseReady', status: 'True', reason: 'VolumeKept' });
    expect(kept.message).to.match(/the API server refuses it: .*must support resize.*; set allowVolumeExpansion: true/);
    expect((await untilReady(name)).message).to.contain(`volume claim data-${name}-database-0 stays at 20Gi`);
    const set = await getAs<StatefulSet>(kubectl, 'statefulset', `${name}-database`);
    expect(set?.spec?.template.spec?.containers[0]?.resources?.limits?.['memory']).to.equal('2Gi');
    const live = await getAs<PersistentVolumeClaim>(kubectl, 'pvc', `data-${name}-database-0`);
    expect(live?.metadata?.ownerReferences).to.have.length(1);
    await allowExpansion(true);
    // Nothing tells of it: it is asked again, twice a minute.
    await until('the claim asks for more', async () => (await requested(`data-${name}-database-0`)) === '50Gi', 90);
  });
});

const defaultClass = 'storageclass.kubernetes.io/is-default-class';

interface ReadyApp {
  readonly metadata: { readonly generation?: number };
  readonly status?: { readonly conditions?: readonly (LiveCondition & { readonly observedGeneration?: number })[] };
}
