/** config/samples/kraft.yaml: Kafka 4 without ZooKeeper, and nothing left after a delete. */
import { join } from 'node:path';
import { expect } from 'chai';
import type { PersistentVolume } from 'kubernetes-types/core/v1.js';
import { ensureImages } from '../images/build.ts';
import { firstEvent } from './consumer.ts';
import { remains } from './remains.ts';
import type { Staged } from './stage.ts';
import { ready } from './ready.ts';
import { eventually } from './witness.ts';

const file = join(import.meta.dirname, '../../config/samples/kraft.yaml');
/** Beside those of the first sample. */
const kafka = 'apache/kafka:4.2.1';
const app = { namespace: 'memo', name: 'kraft' };

export function kraft(stage: Staged): void {
  before(async () => {
    const archives = await ensureImages([kafka]);
    await stage().cluster.load([...archives.values()]);
  });

  after(async () => await stage().kubectl.run(['delete', 'namespace', app.namespace, '--timeout=120s']));

  it('turns Ready with Kafka 4', async () => {
    const { kubectl } = stage();
    const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
    await kubectl.apply([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: app.namespace, labels } }]);
    await kubectl.run(['apply', '-n', app.namespace, '-f', file]);
    const memoApp = await ready(kubectl, app);
    expect(memoApp.status?.conditions?.find(({ type }) => type === 'EventsReady')?.message).to.contain('Kafka 4.2.1');
  });

  it('takes memos and shows their events', async () => {
    const { kubectl } = stage();
    const client = stage().clientOf('kraft.example.org');
    const memo = await eventually(kubectl, app, 'the Ingress leads to it', 30, async () => {
      return await client.create('크래프트', '주키퍼 없이');
    });
    expect((await client.search('키퍼 없')).map(({ id }) => id)).to.deep.equal([memo.id]);
    await client.close();
    const { key, value } = await firstEvent(kubectl, app, 'memo_events', 60);
    expect(key).to.equal(String(memo.id));
    expect(value).to.include({ event_type: 'memo_created', memo_id: memo.id, title: '크래프트' });
  });

  it('leaves nothing when it is deleted, as its deletionPolicy says', async () => {
    const { kubectl } = stage();
    await kubectl.run(['delete', 'memoapp', app.name, '-n', app.namespace, '--timeout=60s']);
    await eventually(kubectl, app, 'nothing is left', 120, async () => {
      expect(await remains(kubectl, app.namespace)).to.deep.equal([]);
      const volumes = await kubectl.list<PersistentVolume>('persistentvolumes');
      const ours = volumes.filter(({ spec }) => spec?.claimRef?.namespace === app.namespace);
      expect(ours.map(({ metadata }) => metadata?.name)).to.deep.equal([]);
      return true;
    });
  });
}
