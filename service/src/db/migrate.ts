/** The `migrate` command: brings the schema to this release's version, one process at a time. */
import { setTimeout as delay } from 'node:timers/promises';
import { Umzug } from 'umzug';
import type { UmzugStorage } from 'umzug';
import type { DatabaseConfig, DatabaseUrl } from '../config.ts';
import type { Log } from '../observability/log.ts';
import { openConnection } from './connection.ts';
import type { Connection } from './connection.ts';
import { ConnectionLost, DatabaseUnavailable, isContention } from './errors.ts';
import { takeLock } from './lock.ts';
import { HISTORY_TABLE, MIGRATIONS, SCHEMA_VERSION, schemaVersion } from './schema.ts';
import { noAnswer, watched } from './watchdog.ts';

/** Milliseconds that one attempt to connect may take. */
const CONNECT_MS = 5_000;
/** Seconds that it waits for another migration to end. */
const LOCK_SECONDS = 600;

/**
 * Seconds that a change of a table waits for those who use it. While it waits the server lets nobody else begin: the original,
 * whose table is adopted, stands still for so long at most, and has {@link PAUSE_MS} before the next attempt.
 */
const TABLE_LOCK_SECONDS = 5;
const PAUSE_MS = 5_000;

/** The database was migrated by a newer release; this one must not touch it. */
export class SchemaTooNew extends Error {
  constructor(found: number) {
    super(
      `the database is at schema ${found} and this release knows only ${SCHEMA_VERSION}: ` +
        'run a release that is at least as new as the one before, or restore the database to an older state',
    );
    this.name = 'SchemaTooNew';
  }
}

/**
 * Migrates, for as long as that takes.
 * @param patienceMs how long the database may leave this process without an answer, at the start and later
 * @returns the schema's version now
 * @throws SchemaTooNew, DatabaseUnavailable, or what a migration throws; run again, it goes on where it stopped
 */
export async function migrate(config: DatabaseConfig, patienceMs: number, log: Log): Promise<number> {
  const connection = await patientConnection(config, patienceMs, log);
  try {
    return await watched(config, connection, patienceMs, async () => {
      await lock(connection, config.url.database, log);
      await connection.run(`SET SESSION lock_wait_timeout = ${TABLE_LOCK_SECONDS}`);
      await connection.run(HISTORY_TABLE);
      const found = await schemaVersion(connection);
      if (found > SCHEMA_VERSION) throw new SchemaTooNew(found);
      await steps(connection, log).up();
      if (config.service) await tryAccount(config, config.service);
      return await schemaVersion(connection);
    });
  } finally {
    // The lock is the session's and goes with it.
    await connection.end();
  }
}

/** Whether the service will be able to work with its own account: better known before its pods are replaced. */
async function tryAccount(config: DatabaseConfig, account: Pick<DatabaseUrl, 'user' | 'password'>): Promise<void> {
  const service = { ...config, url: { ...config.url, ...account } };
  let doing = '';
  try {
    const connection = await openConnection(service, {
      connectMs: CONNECT_MS,
      statementSeconds: 5,
      lockWaitSeconds: 5,
    });
    try {
      for (const { right, statement } of WORK) {
        doing = `: ${right}`;
        await connection.query(statement);
      }
    } finally {
      await connection.end();
    }
  } catch (error) {
    const reason = error instanceof DatabaseUnavailable ? error.reason : String(error).split('\n')[0];
    throw new Error(`the schema is there, but the service's account cannot work with it: ${reason}${doing}`, {
      cause: error,
    });
  }
}

type Change = 'INSERT' | 'UPDATE' | 'DELETE';

/** What the service does with each table beside reading it, and one of the columns. */
const CHANGES: readonly (readonly [table: string, column: string, ...Change[]])[] = [
  ['memos', 'title', 'INSERT', 'UPDATE', 'DELETE'],
  ['memo_search', 'folded', 'INSERT', 'UPDATE', 'DELETE'],
  ['memo_search_backfill', 'pending_to', 'INSERT', 'UPDATE'],
  ['memo_tags', 'priority', 'INSERT', 'UPDATE', 'DELETE'],
  ['memo_trash', 'title', 'INSERT', 'DELETE'],
  ['idempotency_keys', 'memo_id', 'INSERT', 'UPDATE', 'DELETE'],
  ['outbox', 'payload', 'INSERT', 'UPDATE', 'DELETE'],
  ['outbox_purged', 'to_seq', 'UPDATE'],
  ['schema_migrations', 'version'],
];

/** The same on no row. */
const WORK = CHANGES.flatMap(([table, column, ...changes]) => {
  const statements = {
    SELECT: `SELECT ${column} FROM ${table} WHERE FALSE`,
    INSERT: `INSERT INTO ${table} SELECT * FROM ${table} WHERE FALSE`,
    UPDATE: `UPDATE ${table} SET ${column} = ${column} WHERE FALSE`,
    DELETE: `DELETE FROM ${table} WHERE FALSE`,
  };
  return (['SELECT', ...changes] as const).map((each) => ({
    right: `${each} on ${table}`,
    statement: statements[each],
  }));
});

async function patientConnection(config: DatabaseConfig, patienceMs: number, log: Log): Promise<Connection> {
  const connectMs = Math.min(CONNECT_MS, patienceMs);
  const until = performance.now() + patienceMs;
  for (;;) {
    try {
      // No limit on a statement: a large table is copied when its columns change.
      return await openConnection(config, { connectMs, statementSeconds: 0, lockWaitSeconds: 50 });
    } catch (error) {
      if (!(error instanceof DatabaseUnavailable)) throw error;
      if (performance.now() > until) throw error instanceof ConnectionLost ? noAnswer(patienceMs, error) : error;
      log.info({ 'error.message': error.message }, 'waiting for the database');
      await delay(1000);
    }
  }
}

async function lock(connection: Connection, database: string, log: Log): Promise<void> {
  // Lock names are the server's, not the database's, and at most 64 characters.
  const name = `memo.migrate.${database}`.slice(0, 64);
  log.debug({}, 'taking the migration lock');
  if (!(await takeLock(connection, name, LOCK_SECONDS)))
    throw new Error(`another migration has not ended for ${LOCK_SECONDS} s; see its log, then run this again`);
}

function steps(connection: Connection, log: Log): Umzug<Connection> {
  return new Umzug<Connection>({
    migrations: MIGRATIONS.map(({ name, up }) => ({
      name,
      up: async () => {
        log.info({ 'migration.name': name }, 'migrating');
        await patiently(() => up(connection), log);
      },
    })),
    context: connection,
    storage: history(connection),
    logger: undefined,
  });
}

/** Tries again, without an end, what gave way to those who use the table: a migration can be run again. */
async function patiently(work: () => Promise<void>, log: Log): Promise<void> {
  for (;;) {
    try {
      await work();
      return;
    } catch (error) {
      if (!isContention(error)) throw error;
      log.warn({ 'error.message': String(error) }, 'a transaction has used the table for long: trying again soon');
      await delay(PAUSE_MS);
    }
  }
}

/** Which migrations ran, kept in the database itself. */
function history(connection: Connection): UmzugStorage<Connection> {
  return {
    logMigration: async ({ name }) => {
      const version = MIGRATIONS.find((migration) => migration.name === name)?.version ?? 0;
      await connection.run('INSERT INTO schema_migrations (version, name, applied_at) VALUES (?, ?, NOW(3))', [
        version,
        name,
      ]);
    },
    unlogMigration: () => Promise.reject(new Error('migrations are not undone: restore the database instead')),
    executed: async () => {
      const rows = await connection.query<{ name: string }>('SELECT name FROM schema_migrations ORDER BY version');
      return rows.map(({ name }) => name);
    },
  };
}
