/** The topic of a live MemoApp, on a cluster with controllers and simulated nodes: every change of it is the work of another Job. */
import { expect } from 'chai';
import type { Job } from 'kubernetes-types/batch/v1.js';
import { startInstalled, type Installed } from '../harness/installed.ts';
import { memoApp, type Kubectl } from '../harness/kubectl.ts';
import { apply, done, untilCondition } from '../harness/live.ts';
import { until } from '../harness/until.ts';
import { readyMadeClass, readyMadeVolumes } from '../harness/volumes.ts';

const grown = { partitions: 6 };
const keptLonger = { ...grown, retention: '720h' };

/** One edit after the other: what is asked for, and what the Job is told. */
const edits = [
  { what: 'more partitions', topic: grown, told: { PARTITIONS: '6', RETENTION: '168h' } },
  { what: 'another retention', topic: keptLonger, told: { PARTITIONS: '6', RETENTION: '720h' } },
];

describe('the topic of a MemoApp', function () {
  this.timeout(180_000);
  let on: Installed;
  let kubectl: Kubectl;

  before(async () => {
    const objects = [readyMadeClass, ...readyMadeVolumes(2)];
    on = await startInstalled({ name: 'test-topic', rung: 2, resyncMinutes: 0.05, objects });
    ({ kubectl } = on);
  });

  after(async () => await on.stop());

  it('is made by a Job', async () => {
    await ask({});
    await untilCondition(kubectl, 'shop', { type: 'EventsReady', status: 'True', reason: 'Available' });
    expect(toldTo(await job())).to.include({ PARTITIONS: '3', RETENTION: '168h' });
  });

  for (const { what, told, topic } of edits) {
    it(`has ${what} by another Job, and EventsReady waits for it alone`, async () => {
      const before = await job();
      // So that the Job does not end at once.
      await on.cluster.pause('kwok');
      try {
        await ask({ topic });
        const waiting = await untilCondition(kubectl, 'shop', { type: 'EventsReady', reason: 'Progressing' });
        const made = await until('another Job, and it alone', async () => {
          const found = await job();
          return found.metadata?.name === before.metadata?.name ? undefined : found;
        });
        expect(waiting.message).to.equal(`Job ${made.metadata?.name ?? ''} makes topic memo_events`);
        expect(toldTo(made)).to.include(told);
        await untilCondition(kubectl, 'shop', { type: 'Ready', status: 'False', message: waiting.message });
        await untilCondition(kubectl, 'shop', { type: 'APIAvailable', status: 'True' });
      } finally {
        await on.cluster.resume('kwok');
      }
      await untilCondition(kubectl, 'shop', { type: 'EventsReady', status: 'True', reason: 'Available' });
      await untilCondition(kubectl, 'shop', { type: 'Ready', status: 'True' });
    });
  }

  it('is left alone by whatever else changes', async () => {
    const before = await job();
    await ask({ topic: keptLonger, updateEvents: 'Enabled' });
    await on.operator.passes(2);
    expect((await job()).metadata?.uid).to.equal(before.metadata?.uid);
  });

  async function ask(events: object): Promise<void> {
    await apply(kubectl, memoApp('shop', { api: { replicas: 1 }, cache: { disabled: {} }, events }));
  }

  /** The one Job of the topic that there is. */
  async function job(): Promise<Job> {
    return await until('one Job of the topic', async () => {
      const labels = 'memo.sogangcomputerclub.org/app=shop,memo.sogangcomputerclub.org/part=topic';
      const { items } = JSON.parse(await done(kubectl, ['get', 'jobs', '-l', labels, '-o', 'json'])) as {
        items: Job[];
      };
      return items.length === 1 ? items[0] : undefined;
    });
  }
});

/** What the topic is to be, by the variables of the Job. */
function toldTo({ spec }: Job): Record<string, string | undefined> {
  const env = spec?.template.spec?.containers[0]?.env ?? [];
  return Object.fromEntries(env.map(({ name, value }) => [name.replace(/^KAFKA_TOPIC_/, ''), value]));
}
