/** The database as the service uses it: every operation has a deadline, and a frozen server costs at most that. */
import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { DatabaseConfig } from '../config.ts';
import { within } from '../waiting.ts';
import { cutAfter, openConnection } from './connection.ts';
import type { Connection, Queryable } from './connection.ts';
import { ConnectionLost, DatabaseUnavailable, isContention } from './errors.ts';
import { Pool } from './pool.ts';
import type { PoolStats } from './pool.ts';
import { inTransaction } from './transaction.ts';
import type { Progress } from './transaction.ts';

/** Milliseconds; the sum of waiting for a connection and using it is what a request can lose to a frozen database. */
export const DEADLINES = { connect: 1000, acquire: 1000, pointRead: 1000, operation: 2500, probe: 450 } as const;

/** The server cuts a statement before the operation's deadline does: then the connection survives. */
const STATEMENT_SECONDS = 2;
const LOCK_WAIT_SECONDS = 1;
/** Connections that are not the pool's: of the event relay, the cache replay and the health probe. */
const DEDICATED = 3;
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
  #asked: Promise<boolean> | undefined;
  #closed = false;
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
   * Runs `work`, which only reads, on a pooled connection. When it takes longer than the deadline, the connection is cut and
   * the work fails; when the connection turns out to be lost, the work is run once more on a fresh one.
   * @throws DatabaseUnavailable, or what `work` throws
   */
  async withConnection<T>(
    work: (connection: Connection) => Promise<T>,
    deadlineMs: number = DEADLINES.operation,
  ): Promise<T> {
    const end = performance.now() + DEADLINES.acquire + deadlineMs;
    try {
      return await this.#lend(work, deadlineMs, end);
    } catch (error) {
      if (!(error instanceof ConnectionLost)) throw error;
      return await this.#lend(work, deadlineMs, end);
    }
  }

  /**
   * Runs `work` in a transaction: committed when it resolves, rolled back when it throws. A transaction that lost against
   * another one is run again, a few times, and one that lost its connection before the commit once, all within one deadline;
   * so `work` must have no effect outside the database.
   * @param end of the deadline, on performance's clock
   * @throws DatabaseUnavailable also when the answer to the commit was lost: then nobody knows whether it happened
   */
  async transaction<T>(work: (transaction: Queryable) => Promise<T>, end = transactionEnd()): Promise<T> {
    let losses = 0;
    for (let attempt = 1; ; attempt += 1) {
      const progress: Progress = { committing: false };
      try {
        return await this.#lend((connection) => inTransaction(connection, work, progress), DEADLINES.operation, end);
      } catch (error) {
        if (isContention(error)) this.#deadlocks += 1;
        const again = isContention(error) || (error instanceof ConnectionLost && (losses += 1) === 1);
        if (!again || progress.committing || attempt >= ATTEMPTS) throw error;
        // Another attempt may wait for a row as long as this one did; one that can't is not worth the locks it takes.
        if (end - performance.now() < LOCK_WAIT_SECONDS * 1000) throw error;
        await delay(randomInt(1, 10 * attempt * attempt));
      }
    }
  }

  /**
   * A connection of the caller's own, for as long as it likes (the relay's lock lives in it). It counts in the pod's total;
   * the caller ends it. Statements on it have the server's deadline only: guard them with {@link cutAfter}.
   */
  async connect(): Promise<Connection> {
    const connection = await this.#open();
    this.#dedicated.add(connection);
    connection.onClose(() => this.#dedicated.delete(connection));
    return connection;
  }

  /**
   * Whether the database answers, within {@link DEADLINES.probe}, on a connection that no request can hold up. All who ask at
   * once have one answer: were each to open a session where there is none, all but the last would never be ended.
   */
  health(): Promise<boolean> {
    this.#asked ??= this.#ask().finally(() => (this.#asked = undefined));
    return this.#asked;
  }

  async #ask(): Promise<boolean> {
    const end = performance.now() + DEADLINES.probe;
    // A session that was ended says nothing about the server: only a fresh one does.
    if (this.#probe !== undefined && (await answers(this.#probe, end))) return true;
    const left = end - performance.now();
    if (left <= 0 || this.#closed) return false;
    try {
      this.#probe = await this.#open(left);
    } catch {
      // Any failure is the answer.
      return false;
    }
    return await answers(this.#probe, end);
  }

  stats(): DatabaseStats {
    const { open, idle, waiting } = this.#pool.stats();
    const others = this.#dedicated.size + (this.#probe === undefined || this.#probe.broken ? 0 : 1);
    return { open: open + others, idle, waiting, deadlocks: this.#deadlocks, deadlineCuts: this.#deadlineCuts };
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#pool.close();
    await Promise.all([...this.#dedicated].map((connection) => connection.end()));
    await this.#probe?.end();
  }

  /** @throws ConnectionLost, DatabaseUnavailable, or what `work` throws; not later than `end`, on performance's clock */
  async #lend<T>(work: (connection: Connection) => Promise<T>, deadlineMs: number, end: number): Promise<T> {
    const wait = Math.min(DEADLINES.acquire, end - performance.now());
    if (wait <= 0) throw new DatabaseUnavailable('no time left');
    const connection = await this.#pool.acquire(wait);
    const deadline = { passed: false };
    const onCut = (): void => {
      deadline.passed = true;
      this.#deadlineCuts += 1;
      // The server cuts a statement by itself: one that is silent for longer is a dead peer, and the idle ones share it.
      if (connection.silence > STATEMENT_SECONDS * 1000) this.#pool.distrustIdle();
    };
    try {
      return await cutAfter(connection, Math.min(deadlineMs, end - performance.now()), work, onCut);
    } catch (error) {
      if (deadline.passed) throw new DatabaseUnavailable('no answer in time', { cause: error });
      // What broke one connection has often broken all, and not each of them knows yet.
      if (error instanceof ConnectionLost) this.#pool.distrustIdle();
      throw error;
    } finally {
      this.#pool.release(connection);
    }
  }

  async #open(connectMs: number = DEADLINES.connect): Promise<Connection> {
    const connection = await openConnection(this.#config, {
      connectMs,
      statementSeconds: STATEMENT_SECONDS,
      lockWaitSeconds: LOCK_WAIT_SECONDS,
    });
    if (!this.#closed) return connection;
    // Closed meanwhile: nobody is left to end it, and an open socket would keep the process.
    await connection.end();
    throw new DatabaseUnavailable('closed');
  }
}

/** When a transaction that begins now has to be over, all its attempts together. */
export function transactionEnd(): number {
  return performance.now() + DEADLINES.acquire + DEADLINES.operation;
}

/** Whether a session answers before `end`; one that does not is cut. */
async function answers(session: Connection, end: number): Promise<boolean> {
  if (session.broken) return false;
  try {
    await within(session.execute('SELECT 1'), end - performance.now(), 'the database');
    return true;
  } catch {
    session.abort();
    return false;
  }
}
