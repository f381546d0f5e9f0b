/**
 * Ten minutes of mixed load: does the service grow, gather handles, stall its event loop or fall behind with its events?
 * Prints one JSON document and fails when it does. `node bench/service/soak.ts --minutes 10`
 */
import process from 'node:process';
import { parseArgs } from 'node:util';
import { setTimeout as pause } from 'node:timers/promises';
import { consoleLog } from '../../test/cluster/host/progress.ts';
import { runToEnd } from '../../test/service/harness/service.ts';
import { startKafka } from '../../test/stores/kafka.ts';
import { quantile } from '../quantile.ts';
import { startContender } from './speed/contender.ts';
import { memoOf, QUERIES } from './speed/corpus.ts';
import { wrk } from './speed/load.ts';
import type { LoadRequest } from './speed/load.ts';
import { setStage } from './speed/stage.ts';

/** What a healthy run stays within. */
const LIMITS = { mibPerMinute: 1, moreHandles: 8, eventLoopMs: 50, lagSeconds: 1 } as const;
/** The part of the samples that has to be within the limits of the event loop and of the lag: of ten minutes' all of them. */
const JUDGED = 0.99;
const MEMOS = 20_000;
const CONNECTIONS = 4;
const SAMPLE_MS = 5_000;

interface Sample {
  readonly minute: number;
  readonly mib: number;
  readonly handles: number;
  readonly eventLoopMs: number;
  readonly lagSeconds: number;
}

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' } } });
const minutes = Number(values.minutes);
const log = consoleLog();

const [stage, kafka] = await Promise.all([setStage(MEMOS, log), startKafka({ version: '4.2.1' })]);
const environment = { ...stage.environment, KAFKA_BOOTSTRAP_SERVERS: kafka.bootstrapServers.join(',') };
const topic = await runToEnd('topic', environment);
if (topic.status !== 0) throw new Error(topic.stdout);
const service = await startContender('service', environment);

const ended = new AbortController();
const load = wrk(service.url, { requests: mixed(), connections: CONNECTIONS, seconds: minutes * 60 }).finally(() => {
  ended.abort();
});
const samples: Sample[] = [];
const started = performance.now();
for (;;) {
  await pause(SAMPLE_MS, undefined, { signal: ended.signal }).catch(() => undefined);
  if (ended.signal.aborted) break;
  samples.push(await sample((performance.now() - started) / 60_000));
}
const { failed, requests } = await load;
await service.stop();
await Promise.all([stage.stop(), kafka.stop()]);

const late = samples.filter(({ minute }) => minute > minutes / 3);
const seen = {
  mibPerMinute: slope(late),
  moreHandles: (late.at(-1)?.handles ?? 0) - (late[0]?.handles ?? 0),
  eventLoopMs: quantile(
    late.map(({ eventLoopMs }) => eventLoopMs),
    JUDGED,
  ),
  lagSeconds: quantile(
    late.map(({ lagSeconds }) => lagSeconds),
    JUDGED,
  ),
};
// What is not a number was not measured, and is within nothing.
const beyond = (Object.keys(LIMITS) as (keyof typeof LIMITS)[]).filter((name) => !(seen[name] <= LIMITS[name]));
const last = samples.at(-1);
process.stdout.write(
  `${JSON.stringify({ minutes, requests, failed, ...seen, last, limits: LIMITS, beyond }, null, 2)}\n`,
);
process.exit(beyond.length === 0 && failed === 0 ? 0 : 1);

/** Of twenty requests sixteen read, two search and two write. */
function mixed(): LoadRequest[] {
  const words = Object.values(QUERIES).flat();
  return Array.from({ length: 2_000 }, (_, index): LoadRequest => {
    const id = MEMOS - (index % 500);
    switch (index % 20) {
      case 3:
      case 13:
        return { path: `/v1/memos/search/?q=${encodeURIComponent(words[index % words.length] ?? '')}` };
      case 7:
        return { method: 'POST', path: '/v1/memos/', body: memoOf(MEMOS + index) };
      case 11:
        return { method: 'PUT', path: `/v1/memos/${id}`, body: { content: memoOf(index).content } };
      case 17:
        return { path: '/v1/memos/?limit=100' };
      default:
        return { path: `/v1/memos/${id}` };
    }
  });
}

async function sample(minute: number): Promise<Sample> {
  const text = await (await fetch(`${service.managementUrl}/metrics`)).text();
  const metric = (name: string): number => Number(new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1] ?? NaN);
  const one = {
    minute,
    mib: metric('process_resident_memory_bytes') / 1048576,
    handles: metric('process_open_fds'),
    eventLoopMs: metric('nodejs_eventloop_lag_p99_seconds') * 1000,
    lagSeconds: metric('memo_outbox_lag_seconds'),
  };
  log(`${minute.toFixed(1)} min: ${one.mib.toFixed(0)} MiB, ${one.handles} handles, events ${one.lagSeconds} s behind`);
  return one;
}

/** Of the line that fits best through memory over time, in MiB a minute. */
function slope(all: readonly Sample[]): number {
  const mean = (of: (one: Sample) => number): number => all.reduce((sum, one) => sum + of(one), 0) / all.length;
  const [minute, mib] = [mean((one) => one.minute), mean((one) => one.mib)];
  const covariance = mean((one) => (one.minute - minute) * (one.mib - mib));
  return covariance / mean((one) => (one.minute - minute) ** 2);
}
