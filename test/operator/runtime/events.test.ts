/** Events as the API server keeps them. */
import { expect } from 'chai';
import type { ApiClient } from '../../../operator/src/runtime/client/client.ts';
import { EventRecorder } from '../../../operator/src/runtime/events/recorder.ts';
import { RuntimeMetrics } from '../../../operator/src/runtime/metrics.ts';
import { kindOf } from '../../../operator/src/runtime/object.ts';
import type { KubeObject } from '../../../operator/src/runtime/object.ts';
import { startCluster } from '../../cluster/cluster.ts';
import type { Cluster } from '../../cluster/cluster.ts';
import { clientOn } from '../harness/client.ts';

interface Event extends KubeObject {
  note: string;
  reason: string;
  regarding: { name: string; uid: string };
  series?: { count: number };
}

const kind = kindOf<Event>('events.k8s.io/v1', 'Event');
const namespace = 'default';

describe('the event recorder', function () {
  this.timeout(120_000);
  let cluster: Cluster;
  let client: ApiClient;
  let recorder: EventRecorder;

  before(async () => {
    cluster = await startCluster({ name: 'runtime-events', rung: 1 });
    client = await clientOn(cluster);
    recorder = new EventRecorder({ client, controller: 'memo.test/operator', instance: 'pod-0' });
  });

  after(async () => {
    await client.close();
    await cluster.stop();
  });

  async function about(name: string): Promise<Event[]> {
    const { items } = await client.list(kind, { namespace });
    return items.filter(({ regarding }) => regarding.name === name);
  }

  it('tells what happened, and counts what happens again', async () => {
    const object = await client.create<KubeObject>({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'told', namespace },
    });
    const ready = { type: 'Normal' as const, reason: 'Ready', action: 'Ready', note: '준비되었습니다' };
    for (let again = 0; again < 3; again += 1) recorder.record(object, ready);
    recorder.record(object, { ...ready, type: 'Warning', reason: 'NameTaken' });
    await recorder.flush();
    const events = await about('told');
    expect(events.map(({ reason, series }) => `${reason} ${series?.count ?? 1}`).sort()).to.deep.equal([
      'NameTaken 1',
      'Ready 3',
    ]);
    expect(events.every(({ regarding }) => regarding.uid === object.metadata.uid)).to.equal(true);
  });

  it('tells as much of a long note as an Event takes, also where its characters are of several bytes', async () => {
    const object = await client.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'long', namespace } });
    const note = '볼륨이'.repeat(200);
    recorder.record(object, { type: 'Warning', reason: 'Long', action: 'Ready', note });
    await recorder.flush();
    const [event] = await about('long');
    expect(event?.note).to.equal(note.slice(0, 341));
  });

  it('tells again what the API server has forgotten', async () => {
    const object = await client.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'gone', namespace } });
    const fields = { type: 'Normal' as const, reason: 'Again', action: 'Ready', note: 'x' };
    recorder.record(object, fields);
    await recorder.flush();
    const [first] = await about('gone');
    if (!first) throw new Error('no event');
    await client.delete(kind, first.metadata);
    recorder.record(object, fields);
    await recorder.flush();
    expect(await about('gone')).to.have.length(1);
  });

  it('counts those that it holds back, as too many about one object', async () => {
    const metrics = new RuntimeMetrics();
    const holding = new EventRecorder({ client, controller: 'memo.test/operator', instance: 'pod-0', metrics });
    const object = await client.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'loud', namespace } });
    const fields = { type: 'Normal' as const, reason: 'Loud', action: 'Ready', note: 'x' };
    for (let again = 0; again < 102; again += 1) holding.record(object, fields);
    await holding.flush();
    expect((await about('loud')).map(({ series }) => series?.count)).to.deep.equal([100]);
    expect(await dropped(metrics)).to.equal(2);
  });

  it('does not trouble its caller when nothing can be sent', async () => {
    const metrics = new RuntimeMetrics();
    const down = new EventRecorder({
      client: client.guarded(() => {
        throw new Error('not leading');
      }),
      controller: 'memo.test/operator',
      instance: 'pod-0',
      metrics,
    });
    const metadata = { name: 'silent', namespace, uid: 'x' };
    down.record(
      { apiVersion: 'v1', kind: 'ConfigMap', metadata },
      { type: 'Normal', reason: 'R', action: 'A', note: '' },
    );
    await down.flush();
    expect(await about('silent')).to.deep.equal([]);
    expect(await dropped(metrics)).to.equal(1);
  });

  async function dropped({ registry }: RuntimeMetrics): Promise<number> {
    const [, value = ''] =
      / (\d+)$/m.exec(await registry.getSingleMetricAsString('event_recorder_dropped_total')) ?? [];
    return Number(value);
  }
});
