/** The database as the service uses it: every operation has a deadline, and a frozen server costs at most that. */
import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { DatabaseConfig } from '../config.ts';
import { openConnection } from './connection.ts';
import type { Connection } from './connection.ts';
import { DatabaseUnavailable, isContention } from './errors.ts';
import { Pool } from './pool.ts';
import type { PoolStats } from './pool.ts';

/** Milliseconds; the sum of waiting for a connection and using it is what a request can lose to a frozen database. */
export const DEADLINES = { connect: 1000, acquire: 1000, pointRead: 1000, operation: 2500, probe: 450 } as const;

/** The server cuts a statement before the operation's deadline does: then the connection survives. */
const STATEMENT_SECONDS = 2;
const LOCK_WAIT_SECONDS = 1;
/** Connections that are not the pool's: the event relay's and the health probe's. */
const DEDICATED = 2;
const MAX_WAITING = 1000;
const ATTEMPTS = 4;

export interface DatabaseStats extends PoolStats {
  readonly deadlocks: number;
  readonly deadlineCuts: number;
}

export class Database {
  readonly #config: DatabaseConfig;
  readonly #pool: Pool<Connection>;
  readonly #dedicated = new Set<Connection>();
  #probe: Connection | undefined;
  #deadlocks = 0;
  #deadlineCuts = 0;

  constructor(config: DatabaseConfig) {
    this.#config = config;
    const max = Math.max(1, config.poolMax - DEDICATED);
    this.#pool = new Pool({
      open: () => this.#open(),
      min: Math.min(config.poolMin, max),
      max,
      acquireMs: DEADLINES.acquire,
      maxWaiting: MAX_WAITING,
      idleMs: 60_000,
    });
  }

  /**
   * Runs `work` on a pooled connection. When it takes longer than the deadline, the connection is cut and the work fails.
   * @throws DatabaseUnavailable, or what `work` throws
   */
  async withConnection<T>(
    work: (connection: Connection) => Promise<T>,
    deadlineMs: number = DEADLINES.operation,
  ): Promise<T> {
    const connection = await this.#pool.acquire();
    const deadline = { passed: false };
    const timer = setTimeout(() => {
      deadline.passed = true;
      this.#deadlineCuts += 1;
      connection.abort();
      // The server cuts slow statements earlier: what reaches this deadline is a dead peer, and the idle ones share it.
      this.#pool.distrustIdle();
    }, deadlineMs);
    try {
      return await work(connection);
    } catch (error) {
      throw deadline.passed ? new DatabaseUnavailable('no answer in time', { cause: error }) : error;
    } finally {
      clearTimeout(timer);
      this.#pool.release(connection);
    }
  }

  /**
   * Runs `work` in a transaction: committed when it resolves, rolled back when it throws. A transaction that lost against
   * another one is run again, a few times; so `work` must have no effect outside the database.
   * @throws DatabaseUnavailable also when the answer to the commit was lost: then nobody knows whether it happened
   */
  async transaction<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.withConnection((connection) => inTransaction(connection, work));
      } catch (error) {
        if (attempt >= ATTEMPTS || !(error instanceof DatabaseUnavailable) || !isContention(error.cause)) throw error;
        this.#deadlocks += 1;
        await delay(randomInt(1, 10 * attempt * attempt));
      }
    }
  }

  /**
   * A connection of the caller's own, for as long as it likes (the relay's lock lives in it). It counts in the pod's total;
   * the caller ends it. Statements on it have the server's deadline only: guard them with {@link Connection.abort}.
   */
  async connect(): Promise<Connection> {
    const connection = await this.#open();
    this.#dedicated.add(connection);
    connection.onClose(() => this.#dedicated.delete(connection));
    return connection;
  }

  /** Whether the database answers, within {@link DEADLINES.probe}, on a connection that no request can hold up. */
  async health(): Promise<boolean> {
    const deadline = { passed: false };
    const timer = setTimeout(() => {
      deadline.passed = true;
      this.#probe?.abort();
    }, DEADLINES.probe);
    try {
      if (this.#probe === undefined || this.#probe.broken) this.#probe = await this.#open(DEADLINES.probe);
      if (deadline.passed) return false;
      await this.#probe.execute('SELECT 1');
      return true;
    } catch {
      // Any failure is the answer.
      return false;
    } finally {
      clearTimeout(timer);
    }
  }

  stats(): DatabaseStats {
    const { open, idle, waiting } = this.#pool.stats();
    const others = this.#dedicated.size + (this.#probe === undefined || this.#probe.broken ? 0 : 1);
    return { open: open + others, idle, waiting, deadlocks: this.#deadlocks, deadlineCuts: this.#deadlineCuts };
  }

  async close(): Promise<void> {
    await this.#pool.close();
    await Promise.all([...this.#dedicated].map((connection) => connection.end()));
    await this.#probe?.end();
  }

  #open(connectMs: number = DEADLINES.connect): Promise<Connection> {
    return openConnection(this.#config.url, {
      connectMs,
      statementSeconds: STATEMENT_SECONDS,
      lockWaitSeconds: LOCK_WAIT_SECONDS,
    });
  }
}

async function inTransaction<T>(connection: Connection, work: (connection: Connection) => Promise<T>): Promise<T> {
  // Awaited, though the first statement could travel with it: were only this one killed, that one would commit by itself.
  await connection.run('START TRANSACTION');
  let result: T;
  try {
    result = await work(connection);
  } catch (error) {
    await rollBack(connection);
    throw error;
  }
  await connection.run('COMMIT');
  return result;
}

/** A connection that cannot roll back is cut: the server then rolls back by itself, and nobody inherits the transaction. */
async function rollBack(connection: Connection): Promise<void> {
  if (connection.broken) return;
  try {
    await connection.run('ROLLBACK');
  } catch {
    connection.abort();
  }
}
