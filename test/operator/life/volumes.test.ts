/** Volumes that are asked to grow, and those that nothing can bind: on a real API server with real controllers. */
import { expect } from 'chai';
import type { StatefulSet } from 'kubernetes-types/apps/v1.js';
import type { PersistentVolumeClaim } from 'kubernetes-types/core/v1.js';
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
    const objects = [readyMadeClass, ...readyMadeVolumes(6)];
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
    await until('the claim asks for more', async () => ((await requested()) === '50Gi' ? true : undefined), 90);
    const growing = await untilCondition(kubectl, 'shop', { type: 'Ready', reason: 'VolumeGrowing' });
    expect(growing.message).to.contain(`volume claim ${claim} has 20Gi and grows to 50Gi`);
    await untilCondition(kubectl, 'shop', { type: 'DatabaseReady', status: 'True', reason: 'Available' });
  });

  it('are made anew in another class by who follows what is said of one that is not there', async () => {
    const name = 'typo';
    await apply(kubectl, memoApp(name, sized('1Gi', 'fast')));
    const told = await untilCondition(kubectl, name, { type: 'DatabaseReady', reason: 'VolumePending' });
    expect(told.message).to.contain('set spec.deletionPolicy to Delete, delete the MemoApp and apply it again');
    await done(kubectl, ['patch', 'memoapp', name, '--type=merge', '-p', '{"spec":{"deletionPolicy":"Delete"}}']);
    await until('the volume is the MemoApp’s', async () => {
      const live = await getAs<PersistentVolumeClaim>(kubectl, 'pvc', `data-${name}-database-0`);
      return live?.metadata?.ownerReferences?.[0];
    });
    await done(kubectl, ['delete', 'memoapp', name]);
    await apply(kubectl, memoApp(name, sized('1Gi', 'ready-made')));
    await untilReady(name);
    const live = await getAs<PersistentVolumeClaim>(kubectl, 'pvc', `data-${name}-database-0`);
    expect(live?.spec?.storageClassName).to.equal('ready-made');
  });

  it('of events are made anew likewise, without a loss of memos', async () => {
    const name = 'later';
    const events = (className: string): object => ({
      ...small,
      events: { managed: { storage: { size: '1Gi', className } } },
    });
    await apply(kubectl, memoApp(name, events('fast')));
    const told = await untilCondition(kubectl, name, { type: 'EventsReady', reason: 'VolumePending' });
    expect(told.message).to.contain('set spec.events to {disabled: {}}, delete the claim once its StatefulSet is gone');
    const volume = await get(kubectl, 'pvc', `data-${name}-database-0`);
    await apply(kubectl, memoApp(name, small));
    await until('the StatefulSet is gone', async () => {
      return (await get(kubectl, 'statefulset', `${name}-events`)) === undefined ? true : undefined;
    });
    await done(kubectl, ['delete', 'pvc', `data-${name}-events-0`]);
    await apply(kubectl, memoApp(name, events('ready-made')));
    await untilReady(name);
    expect((await get(kubectl, 'pvc', `data-${name}-database-0`))?.metadata.uid).to.equal(volume?.metadata.uid);
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
    const grown = async (): Promise<true | undefined> =>
      (await requested(`data-${name}-database-0`)) === '50Gi' ? true : undefined;
    await until('the claim asks for more', grown, 90);
  });
});

const defaultClass = 'storageclass.kubernetes.io/is-default-class';

interface ReadyApp {
  readonly metadata: { readonly generation?: number };
  readonly status?: { readonly conditions?: readonly (LiveCondition & { readonly observedGeneration?: number })[] };
}
