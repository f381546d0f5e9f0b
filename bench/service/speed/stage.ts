/** The stores, full of memos: loaded by the service's own import, so that every row is there that a write makes. */
import { join } from 'node:path';
import { Redis } from 'ioredis';
import type { Connection } from 'mariadb';
import { run } from '../../../test/cluster/host/command.ts';
import { ensurePackages } from '../../../test/cluster/host/packages.ts';
import type { Log } from '../../../test/cluster/host/progress.ts';
import { migrate } from '../../../test/service/harness/service.ts';
import { rootSession } from '../../../test/service/harness/sql.ts';
import { startMariaDB } from '../../../test/stores/mariadb.ts';
import type { MariaDB } from '../../../test/stores/mariadb.ts';
import { until } from '../../../test/until.ts';
import { startRedis } from '../../../test/stores/redis.ts';
import type { Store } from '../../../test/stores/store.ts';
import { OTHERS_CPU, startContender } from './contender.ts';
import { memoOf } from './corpus.ts';

export interface Stage {
  readonly environment: Readonly<Record<string, string>>;
  /** As root. */
  readonly sql: Connection;
  readonly redis: Redis;
  readonly loading: { readonly perSecond: number };
  stop(): Promise<void>;
}

const UNREPLAYED = 'SELECT 1 FROM outbox WHERE replayed_at IS NULL LIMIT 1';

/** Memos sent in one import: a line of them fits into no single string at a million. */
const PART = 20_000;

/**
 * Sees to it that there is a load generator and a compiled service, and starts the stores with so many memos in them.
 * @param watched whether MariaDB keeps account of its statements, which costs it something
 */
export async function setStage(memos: number, log: Log, watched = false): Promise<Stage> {
  await ensurePackages([{ command: 'wrk', package: 'wrk' }], log);
  await compileService(log);
  const [database, redis] = await Promise.all([startDatabase(watched), startRedis()]);
  await beside(redis);
  const environment = { DATABASE_URL: database.url, REDIS_URL: redis.url };
  const { status, stdout, stderr } = await migrate(environment);
  if (status !== 0) throw new Error(`${stdout}${stderr}`);
  const sql = await rootSession(database);
  const connection = new Redis(redis.url);
  await sql.query('CREATE TABLE plain_memos LIKE memos');
  const perSecond = await fill(environment, sql, memos, log);
  await sql.query('ANALYZE TABLE memos');
  return {
    environment,
    sql,
    redis: connection,
    loading: { perSecond },
    stop: async () => {
      await sql.end();
      connection.disconnect();
      await Promise.all([database.stop(), redis.stop()]);
    },
  };
}

export async function compileService(log: Log): Promise<void> {
  log('compiling the service');
  const root = join(import.meta.dirname, '../../..');
  await run('npm', ['run', '--silent', 'build', '--workspace=service'], { cwd: root });
}

/** A MariaDB that holds a million memos in memory. */
export async function startDatabase(watched = false): Promise<MariaDB> {
  const database = await startMariaDB({
    settings: {
      innodb_buffer_pool_size: '2G',
      innodb_log_file_size: '256M',
      ...(watched && { performance_schema: 'ON' }),
    },
  });
  await beside(database);
  return database;
}

/** Moves a process to where the load is, off the processor of the servers. */
async function beside({ pid = 0 }: Store): Promise<void> {
  await run('taskset', ['-a', '-c', '-p', OTHERS_CPU, String(pid)]);
}

/** @returns memos per second */
async function fill(environment: Stage['environment'], sql: Connection, memos: number, log: Log): Promise<number> {
  const service = await startContender('service', { ...environment, LOG_LEVEL: 'warn' });
  const started = performance.now();
  for (let from = 0; from < memos; from += PART) {
    const count = Math.min(PART, memos - from);
    const body = Array.from({ length: count }, (_, index) => JSON.stringify(memoOf(from + index))).join('\n');
    const headers = { 'content-type': 'application/x-ndjson' };
    const response = await fetch(`${service.url}/v1/memos/import`, { method: 'POST', headers, body });
    const report = await response.text();
    if (response.status !== 200) throw new Error(`the import answered ${response.status}: ${report.slice(0, 500)}`);
    log(`${from + count} of ${memos} memos are in`);
  }
  const seconds = (performance.now() - started) / 1000;
  log('waiting until the cache knows of them');
  await until('every write is replayed', async () => !(await sql.query<unknown[]>(UNREPLAYED))[0], { seconds: 600 });
  await service.stop();
  return memos / seconds;
}
