/**
 * The race that a cache loses: two replicas read and change a few memos all the time, while they are stopped in the middle of
 * requests, and Redis is flushed, made to evict, and killed. Prints one JSON document and fails when a read is older than what was
 * acknowledged before it began. `node bench/service/cache-race.ts --minutes 3 --seed 7`; with `--without-lease-check` the replicas
 * run a copy of the service that fills without it, and it fails when nobody notices.
 */
import { cpSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Redis } from 'ioredis';
import { LEASE_CHECK } from '../../service/src/cache/scripts.ts';
import { within } from '../../service/src/waiting.ts';
import { consoleLog } from '../../test/cluster/host/progress.ts';
import { temporaryFolder } from '../../test/cluster/host/temporary.ts';
import { createMemo, main, metric, migrate, startService, versionOf } from '../../test/service/harness/service.ts';
import type { Service } from '../../test/service/harness/service.ts';
import { startMariaDB } from '../../test/stores/mariadb.ts';
import { until } from '../../test/until.ts';
import { startRedis } from '../../test/stores/redis.ts';
import { SeededRandom } from './kills/random.ts';

const MEMOS = 24;
const READERS = 8;
const PATIENCE_MS = 5_000;
/** Of Redis, with room for the memos and little more: it evicts what nobody has read lately. */
const MEMORY = '3mb';
const JUNK = { keys: 3_000, bytes: 1_024 } as const;
/** A memo that another replica changed while Redis was away from it may be read as it was for so long. */
const BEHIND_MS = 2_000;

const FAULTS = ['stopped', 'stopped', 'stopped', 'stopped', 'flushed', 'flushed', 'evicted', 'killed'] as const;
type Fault = (typeof FAULTS)[number];

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '3' },
    seed: { type: 'string', default: String(randomInt(2 ** 31)) },
    'without-lease-check': { type: 'boolean', default: false },
  },
});
const minutes = Number(values.minutes);
const seed = Number(values.seed);
const unchecked = values['without-lease-check'];
const log = consoleLog();
const random = new SeededRandom(seed);

/** What the only writer of a memo was told. */
interface Known {
  readonly id: number;
  /** The newest that it knows of: a write that was not answered in time may have happened, and be on its way to the cache. */
  version: number;
  acknowledged: number;
  at: number;
}

const seen = { reads: 0, writes: 0, unanswered: 0, stale: 0, behind: 0, examples: [] as string[] };
const faults: Record<Fault, number> = { stopped: 0, flushed: 0, evicted: 0, killed: 0 };
const copy = unchecked ? copyWithoutCheck() : undefined;
const [database, store] = await Promise.all([startMariaDB(), startRedis({ maxMemory: MEMORY })]);
const redis = new Redis(store.url);
redis.on('error', () => undefined);
const replicas: Service[] = [];
/** Since when Redis is untouched and both replicas use it. */
let wellSince = -Infinity;
try {
  const environment = { DATABASE_URL: database.url, REDIS_URL: store.url, LOG_LEVEL: 'error' };
  const { status, stderr } = await migrate(environment);
  if (status !== 0) throw new Error(stderr);
  const program = copy === undefined ? main : join(copy, 'src/main.ts');
  for (let index = 0; index < 2; index += 1) replicas.push(await startService(environment, { program }));
  await cachesAreOpen();
  const memos: Known[] = [];
  for (let index = 0; index < MEMOS; index += 1) {
    memos.push({ id: await createMemo(anyReplica()), version: 1, acknowledged: 1, at: performance.now() });
  }
  const stop = new AbortController();
  const clients = [
    ...memos.map((memo) => repeatedly(stop.signal, () => write(memo))),
    ...replicas.flatMap((replica) =>
      Array.from({ length: READERS }, () => repeatedly(stop.signal, () => read(replica, random.pick(memos)))),
    ),
  ];
  const end = performance.now() + minutes * 60_000;
  while (performance.now() < end) {
    await hurt(random.pick(FAULTS));
    await delay(random.between(20, 200));
    const left = Math.ceil((end - performance.now()) / 1000);
    if (faults.stopped % 50 === 1)
      log(`${seen.reads} reads, ${seen.writes} writes, ${seen.stale} stale; ${left} s left`);
  }
  stop.abort();
  await Promise.all(clients);
} finally {
  redis.disconnect();
  await Promise.all(replicas.map((replica) => replica.kill()));
  await Promise.all([database.stop(), store.stop()]);
  if (copy !== undefined) rmSync(copy, { recursive: true });
}
process.stdout.write(`${JSON.stringify({ seed, minutes, leaseCheck: !unchecked, ...seen, faults }, null, 2)}\n`);
process.exit(seen.stale > 0 === unchecked ? 0 : 1);

async function write(memo: Known): Promise<void> {
  const version = memo.version + 1;
  const body = { title: `v${version}` };
  const condition = { 'if-match': `"${memo.id}-${memo.version}"` };
  const asked = anyReplica().call('PUT', `/v1/memos/${memo.id}`, body, condition);
  const reply = await within(asked, PATIENCE_MS, 'the replica').catch(() => undefined);
  if (reply?.status === 200) {
    seen.writes += 1;
    Object.assign(memo, { version, acknowledged: version, at: performance.now() });
  } else if (reply?.status === 412) {
    memo.version = version;
  } else {
    seen.unanswered += 1;
  }
  await delay(random.between(0, 40));
}

async function read(replica: Service, memo: Known): Promise<void> {
  const { acknowledged, at } = memo;
  const began = performance.now();
  const reply = await within(replica.call('GET', `/v1/memos/${memo.id}`), PATIENCE_MS, 'the replica').catch(
    () => undefined,
  );
  if (reply?.status !== 200) {
    seen.unanswered += 1;
    return;
  }
  seen.reads += 1;
  const found = versionOf(reply);
  if (found >= acknowledged) return;
  if (began < wellSince && began - at < BEHIND_MS) {
    seen.behind += 1;
    return;
  }
  seen.stale += 1;
  if (seen.examples.length < 10) {
    seen.examples.push(
      `memo ${memo.id}: read ${found} ${Math.round(began - at)} ms after ${acknowledged} was acknowledged`,
    );
  }
}

async function hurt(fault: Fault): Promise<void> {
  faults[fault] += 1;
  switch (fault) {
    case 'stopped': {
      const { pid } = anyReplica();
      process.kill(pid, 'SIGSTOP');
      await delay(random.between(20, 400));
      process.kill(pid, 'SIGCONT');
      return;
    }
    case 'flushed':
      await redis.flushall();
      return;
    case 'evicted': {
      const pipeline = redis.pipeline();
      for (let index = 0; index < JUNK.keys; index += 1) pipeline.set(`junk:${index}`, 'x'.repeat(JUNK.bytes));
      await pipeline.exec();
      return;
    }
    case 'killed':
      wellSince = Infinity;
      await store.kill();
      await delay(random.between(0, 500));
      await store.restart();
      await cachesAreOpen();
  }
}

async function cachesAreOpen(): Promise<void> {
  for (const replica of replicas) {
    await until('the cache is in use', async () => (await metric(replica, 'memo_cache_up')) === 1, { seconds: 30 });
  }
  wellSince = performance.now();
}

async function repeatedly(stop: AbortSignal, work: () => Promise<void>): Promise<void> {
  while (!stop.aborted) await work();
}

function anyReplica(): Service {
  return random.pick(replicas);
}

/** The service without the one line, in a folder of its own with the packages at hand. */
function copyWithoutCheck(): string {
  const service = join(main, '../..');
  const folder = temporaryFolder('without-lease-check');
  for (const part of ['package.json', 'src']) cpSync(join(service, part), join(folder, part), { recursive: true });
  symlinkSync(join(service, '../node_modules'), join(folder, 'node_modules'));
  const scripts = join(folder, 'src/cache/scripts.ts');
  const text = readFileSync(scripts, 'utf8');
  const without = text.replace(`\`${LEASE_CHECK}\``, "''");
  if (without === text) throw new Error('the check of the lease was not found');
  writeFileSync(scripts, without);
  return folder;
}
