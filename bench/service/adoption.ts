/**
 * What it takes to come from the original: its table with so many memos, migrated while it writes, then served while the
 * memos are entered into the search and the rows of tags in the background. Prints one JSON document; times of
 * clients' writes meanwhile, and the service's processor time as a part of one processor.
 * `node bench/service/adoption.ts --memos 1000000 --out adoption.json`
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { setTimeout as pause } from 'node:timers/promises';
import { consoleLog } from '../../test/cluster/host/progress.ts';
import { migrate } from '../../test/service/harness/service.ts';
import { rootSession } from '../../test/service/harness/sql.ts';
import { original } from '../../test/service/original/original.ts';
import { quantile } from '../quantile.ts';
import { startContender } from './speed/contender.ts';
import type { Contender } from './speed/contender.ts';
import { compileService, startDatabase } from './speed/stage.ts';

/** Between two writes of one who writes all the time. */
const WRITE_EVERY_MS = 50;
const LOOK_EVERY_MS = 1_000;
const AFTER_MS = 20_000;
/** The rows of the backfill's marks. */
const MARKS = { search: 1, tags: 4 } as const;

/** What one who writes all the time notices of something. */
interface Meanwhile {
  readonly seconds: number;
  readonly writes: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly slowestMs: number;
}

const { values } = parseArgs({ options: { memos: { type: 'string', default: '100000' }, out: { type: 'string' } } });
const memos = Number(values.memos);
const log = consoleLog();

await compileService(log);
const database = await startDatabase();
const sql = await rootSession(database);
try {
  log(`the original writes ${memos} memos`);
  await (await original(database.url.replace('mariadb:', 'mysql+aiomysql:'))).create(memos);
  const environment = { DATABASE_URL: database.url };
  const migration = await during('migrating, while the original writes', insert, async () => {
    const { status, stdout, stderr } = await migrate(environment);
    if (status !== 0) throw new Error(`${stdout}${stderr}`);
  });
  const service = await startContender('service', environment);
  const entered = { search: NaN, tags: NaN };
  const entering = await duringService('entering', service, () => untilEntered(entered));
  const after = await duringService('nothing in the background', service, () => pause(AFTER_MS));
  await service.stop();
  const result = { memos, migration, entering: { ...entering, seconds: entered }, after };
  if (values.out !== undefined) writeFileSync(values.out, `${JSON.stringify(result, null, 2)}\n`);
  process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
} finally {
  await sql.end();
  await database.stop();
}

/** Writes all the time until the work is done. */
async function during(what: string, write: () => Promise<void>, work: () => Promise<void>): Promise<Meanwhile> {
  log(what);
  const started = performance.now();
  const times: number[] = [];
  const over = new AbortController();
  const done = work().finally(() => {
    over.abort();
  });
  // What it throws is thrown below.
  done.catch(() => undefined);
  while (!over.signal.aborted) {
    const before = performance.now();
    await write();
    times.push(performance.now() - before);
    await pause(WRITE_EVERY_MS);
  }
  await done;
  return {
    seconds: (performance.now() - started) / 1000,
    writes: times.length,
    p50Ms: quantile(times, 0.5),
    p99Ms: quantile(times, 0.99),
    slowestMs: Math.max(...times),
  };
}

/** As {@link during}, by requests to the service. */
async function duringService(
  what: string,
  service: Contender,
  work: () => Promise<void>,
): Promise<Meanwhile & { readonly processor: number }> {
  const before = service.processorTime();
  const meanwhile = await during(what, () => post(service), work);
  return { ...meanwhile, processor: (service.processorTime() - before) / meanwhile.seconds };
}

/** Notes after how many seconds each was done. */
async function untilEntered(entered: Record<keyof typeof MARKS, number>): Promise<void> {
  const started = performance.now();
  while (Object.values(entered).some(Number.isNaN)) {
    await pause(LOOK_EVERY_MS);
    for (const name of ['search', 'tags'] as const) {
      if (!Number.isNaN(entered[name])) continue;
      const left = await pendingTo(MARKS[name]);
      if (left === 0) entered[name] = (performance.now() - started) / 1000;
      log(`${name}: ${left} memos wait`);
    }
  }
}

async function pendingTo(mark: number): Promise<number> {
  const rows = await sql.query<{ pending_to: number }[]>('SELECT pending_to FROM memo_search_backfill WHERE id = ?', [
    mark,
  ]);
  return rows[0]?.pending_to ?? 0;
}

/** As the original, which knows no other column. */
async function insert(): Promise<void> {
  await sql.query("INSERT INTO memos (title, content, tags) VALUES ('제목', '원래 서비스가 쓴 메모', '[]')");
}

/** @throws when the service does not acknowledge it */
async function post(service: Contender): Promise<void> {
  const response = await fetch(`${service.url}/v1/memos/`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ title: '제목', content: '새 서비스의 메모', tags: ['새'] }),
  });
  await response.arrayBuffer();
  if (response.status !== 201) throw new Error(`a memo was answered ${response.status}`);
}
