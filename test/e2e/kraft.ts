/** config/samples/kraft.yaml: three brokers of Kafka 4 without ZooKeeper, and nothing left after a delete. */
import { expect } from 'chai';
import type { PersistentVolume } from 'kubernetes-types/core/v1.js';
import { selectorText } from '../../operator/src/api/labels.ts';
import { names } from '../../operator/src/api/names.ts';
import { memoAppOf, sampleObjects } from '../../scripts/stack/manifests.ts';
import { ensureImages } from '../images/build.ts';
import { brokers } from './brokers.ts';
import { firstEvent } from './harness/consumer.ts';
import { remains } from './harness/remains.ts';
import type { Staged } from './harness/stage.ts';
import { ready } from './harness/ready.ts';
import { eventually } from './harness/witness.ts';

/** Beside those of the first sample. */
const kafka = 'apache/kafka:4.2.1';
const app = { namespace: 'memo', name: 'kraft' };
const host = 'kraft.example.org';

export function kraft(stage: Staged): void {
  before(async () => {
    const archives = await ensureImages([kafka]);
    await stage().cluster.load([...archives.values()]);
  });

  after(async () => await stage().kubectl.run(['delete', 'namespace', app.namespace, '--timeout=120s']));

  describe('from the sample', () => broughtUp(stage));
  describe('with three brokers', () => brokers(stage, app, host));
  describe('deleted', () => deleted(stage));
}

function broughtUp(stage: Staged): void {
  it('turns Ready with Kafka 4', async () => {
    const { kubectl } = stage();
    const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
    await kubectl.apply([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: app.namespace, labels } }]);
    const { metadata, ...sample } = memoAppOf(await sampleObjects('kraft.yaml'));
    await kubectl.apply([{ ...sample, metadata: { ...metadata, namespace: app.namespace } }]);
    const memoApp = await ready(kubectl, app);
    const events = memoApp.status?.conditions?.find(({ type }) => type === 'EventsReady');
    expect(events?.message).to.equal('Kafka 4.2.1 answers, 3 of 3 pods are ready');
  });

  it('takes memos and shows their events', async () => {
    const { kubectl } = stage();
    const client = stage().clientOf(host);
    const memo = await eventually(
      kubectl,
      app,
      'the Ingress leads to it',
      30,
      async () => await client.create('크래프트', '주키퍼 없이'),
    );
    expect((await client.search('키퍼 없')).map(({ id }) => id)).to.deep.equal([memo.id]);
    await client.close();
    const { key, value } = await firstEvent(kubectl, app, 'memo_events', 60);
    expect(key).to.equal(String(memo.id));
    expect(value).to.include({ event_type: 'memo_created', memo_id: memo.id, title: '크래프트' });
  });
}

function deleted(stage: Staged): void {
  it('leaves nothing, as its deletionPolicy says', async () => {
    const { kubectl } = stage();
    await kubectl.run(['delete', 'memoapp', app.name, '-n', app.namespace, '--timeout=60s']);
    const there = ['-n', app.namespace];
    await kubectl.run(['wait', ...there, '--for=delete', `statefulset/${names(app).events}`, '--timeout=60s']);
    // The last broker has no quorum left to take leave of, and would go on trying for its two minutes.
    await kubectl.run(['delete', 'pods', ...there, '-l', selectorText(app, 'events'), '--force', '--grace-period=0']);
    await eventually(kubectl, app, 'nothing is left', 120, async () => {
      expect(await remains(kubectl, app.namespace)).to.deep.equal([]);
      const volumes = await kubectl.list<PersistentVolume>('persistentvolumes');
      const ours = volumes.filter(({ spec }) => spec?.claimRef?.namespace === app.namespace);
      expect(ours.map(({ metadata }) => metadata?.name)).to.deep.equal([]);
      return true;
    });
  });
}
