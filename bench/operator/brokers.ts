/**
 * Three brokers on a real cluster under writers, in KRaft and with three ZooKeeper servers: each member is lost once, one with
 * its volume, then all are changed one after the other, stopped and started. `node bench/operator/brokers.ts` runs both modes,
 * `--mode kraft` one of them. Prints JSON, and fails when a partition had no leader or too few copies before the stop, when a
 * memo was refused, or when an acknowledged one lacks an event.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { MemoAppSpec } from '../../operator/src/api/memoapp.ts';
import { names } from '../../operator/src/api/names.ts';
import { memoAppOf, sampleObjects } from '../../scripts/stack/manifests.ts';
import type { AppName } from '../../scripts/stack/memoapp.ts';
import { losePod, loseVolume } from '../../test/e2e/brokers/faults.ts';
import { change } from '../../test/e2e/harness/change.ts';
import { startObserver } from '../../test/e2e/brokers/observer.ts';
import { eventsIn, partitionsIn, slowestEvent, type EventVerdict } from '../../test/e2e/brokers/verdict.ts';
import { ready } from '../../test/e2e/harness/ready.ts';
import { startStage, type Stage } from '../../test/e2e/harness/stage.ts';
import { eventually } from '../../test/e2e/harness/witness.ts';
import { startWriter, writeTwice } from '../../test/e2e/harness/writer.ts';
import { ensureImages } from '../../test/images/build.ts';

type Managed = NonNullable<NonNullable<MemoAppSpec['events']>['managed']>;

/** Over what the sample for KRaft asks for. */
const modes: Readonly<Record<string, Managed>> = {
  kraft: {},
  zookeeper: {
    version: '3.9.2',
    zooKeeper: {
      replicas: 3,
      storage: { size: '1Gi' },
      resources: { requests: { cpu: '50m', memory: '192Mi' }, limits: { memory: '384Mi' } },
    },
  },
};

const { values } = parseArgs({ options: { mode: { type: 'string', multiple: true, default: Object.keys(modes) } } });
const sample = memoAppOf(await sampleObjects('kraft.yaml'));
const archives = await ensureImages(['apache/kafka:4.2.1']);

const stage = await startStage((cluster) => process.once('exit', () => void cluster.stop()), 'bench-brokers');
const failures: string[] = [];
try {
  await stage.cluster.load([...archives.values()]);
  for (const mode of values.mode) console.log(JSON.stringify(await run(stage, mode), undefined, 2));
} finally {
  await stage.cluster.stop();
}
for (const failure of failures) console.error(failure);
process.exitCode = failures.length > 0 ? 1 : 0;

async function run(stage: Stage, mode: string): Promise<object> {
  const { kubectl } = stage;
  const app = { namespace: mode, name: sample.metadata.name };
  const managed = { ...sample.spec.events?.managed, ...modes[mode] };
  const spec = { ...sample.spec, events: { ...sample.spec.events, managed } };
  await kubectl.apply([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: mode } }]);
  const began = performance.now();
  await kubectl.apply([{ ...sample, metadata: { ...sample.metadata, namespace: mode }, spec }]);
  await ready(kubectl, app);
  const readyAfter = seconds(performance.now() - began);

  const client = stage.clientOf(sample.spec.route?.hostnames[0] ?? '');
  const observer = await startObserver(kubectl, app, 3);
  await eventually(kubectl, app, 'the Ingress leads to it', 30, async () => await client.create('첫 기록', '시작'));
  const writer = startWriter(writeTwice(client));
  const faults = [];
  for (const [name, work] of Object.entries(lossesAndChanges(stage, app, managed))) {
    const [from, started] = [new Date(), performance.now()];
    const told = await work();
    const took = seconds(performance.now() - started);
    const slowest = slowestEvent(await observer.soFar(), from, new Date());
    faults.push({ name, seconds: took, told, slowestEvent: slowest });
  }
  await writer.stop();
  const memos = { acknowledged: writer.acknowledged.length, refused: writer.refusals.length };
  const events = await settled(async () => eventsIn(await observer.soFar(), writer.acknowledged));
  const partitions = partitionsIn(await observer.soFar());
  await client.close();

  const stopped = await timed(async () => await change(stage, app, { state: 'Stopped' }));
  const startedAgain = await timed(async () => await change(stage, app, { state: 'Running' }));
  await kubectl.run(['delete', 'namespace', mode, '--timeout=180s']);

  judge(mode, partitions.leaderless > 0, 'a partition had no leader');
  judge(mode, partitions.fewestInSync < 2, 'a partition had less than two copies in sync');
  judge(mode, events.missing.length > 0 || events.outOfOrder.length > 0, 'events are missing or out of order');
  judge(mode, writer.refusals.length > 0, `memos were refused: ${writer.refusals.join(', ')}`);
  return { mode, version: managed.version, readyAfter, faults, memos, events, partitions, stopped, startedAgain };
}

/** What is done to it, in this order, by name. */
function lossesAndChanges(
  stage: Stage,
  app: AppName,
  { zooKeeper }: Managed,
): Readonly<Record<string, () => Promise<unknown>>> {
  const child = names(app);
  const pods = [child.events, ...(zooKeeper ? [child.zookeeper] : [])].flatMap((set) =>
    [0, 1, 2].map((ordinal) => `${set}-${ordinal}`),
  );
  const resources = { requests: { cpu: '110m' } };
  const mended = async (told: string): Promise<string> => {
    await ready(stage.kubectl, app);
    return told;
  };
  return {
    ...Object.fromEntries(pods.map((pod) => [`${pod} lost`, async () => await losePod(stage, app, pod).then(mended)])),
    [`${child.events}-1 lost with its volume`]: async () =>
      await loseVolume(stage, app, `${child.events}-1`).then(mended),
    'brokers changed': async () => await change(stage, app, { events: { managed: { resources } } }),
    ...(zooKeeper && {
      'ZooKeeper changed': async () => await change(stage, app, { events: { managed: { zooKeeper: { resources } } } }),
    }),
  };
}

/** The verdict once nothing is missing any more, or after a minute. */
async function settled(look: () => Promise<EventVerdict>): Promise<EventVerdict> {
  const deadline = performance.now() + 60_000;
  for (;;) {
    const found = await look();
    if (found.missing.length === 0 || performance.now() > deadline) return found;
    await pause(500);
  }
}

function judge(mode: string, bad: boolean, what: string): void {
  if (bad) failures.push(`${mode}: ${what}`);
}

async function timed(work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return seconds(performance.now() - started);
}

function seconds(milliseconds: number): number {
  return Math.round(milliseconds / 100) / 10;
}
