/** Work that one process of all replicas does at a time, under a named lock of the database. */
import { createHash } from 'node:crypto';
import type { DatabaseUrl } from '../config.ts';
import { cutAfter } from '../db/connection.ts';
import type { Connection } from '../db/connection.ts';
import type { Database } from '../db/database.ts';
import { DatabaseUnavailable } from '../db/errors.ts';
import { takeLock } from '../db/lock.ts';
import { errorFields } from '../observability/log.ts';
import type { Log } from '../observability/log.ts';
import { pauseUnless } from '../waiting.ts';

export interface ExclusiveOptions {
  readonly database: Database;
  readonly lock: string;
  readonly log: Log;
  /** While it says no, this process leaves the lock to others. */
  readonly willing?: () => Promise<boolean>;
  readonly onHeld: (held: boolean) => void;
}

/** The lock, as its holder uses it. */
export interface Held {
  /**
   * Proves that the lock is still ours.
   * @returns until when it stays so, in milliseconds of `performance.now()`, unless the session is ended by force
   * @throws when that is over already, or the session is lost: the work is over then
   */
  confirm(): Promise<number>;
  /**
   * Runs statements on the very session that holds the lock, so that whoever has lost it can't write any more.
   * @throws when the session is lost: the work is over then
   */
  ask<T>(work: (connection: Connection) => Promise<T>): Promise<T>;
}

/** Thrown by the work to leave the lock to a replica that may do better. */
export class Yield extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'Yield';
  }
}

/** The server ends a session that was silent for so long, and its locks with it: frozen holders and cut networks. */
const SILENCE_SECONDS = 10;
/** Counted from the question, which the server hears later; short of its limit by the time in which work is broken off. */
const HELD_MS = SILENCE_SECONDS * 1000 - 1_000;
/** Below the server's own limit for a statement; a holder that leaves is succeeded at once all the same. */
const LOCK_WAIT_SECONDS = 1;
const STATEMENT_MS = 5_000;
const AGAIN_MS = 1_000;

/** The name of a lock of this database: names are the server's, which may hold the databases of several MemoApps. */
export function lockName(purpose: string, { database }: Pick<DatabaseUrl, 'database'>): string {
  return `memo-${purpose}:${createHash('md5').update(database).digest('hex')}`;
}

/** Does the work whenever the lock is free, until `stop`; the work itself sees to its end then. */
export async function runExclusively(
  options: ExclusiveOptions,
  work: (held: Held) => Promise<void>,
  stop: AbortSignal,
): Promise<void> {
  let said = '';
  while (!stop.aborted) {
    try {
      if ((await options.willing?.()) ?? true) await holdOnce(options, work, stop);
      said = '';
    } catch (error) {
      const fields = errorFields(error);
      const reason = String(fields['error.message']);
      // Who yields has said why.
      if (!(error instanceof Yield) && reason !== said) options.log.warn(fields, `${options.lock}: stopped for now`);
      said = reason;
    }
    await pauseUnless(stop, AGAIN_MS);
  }
}

async function holdOnce(
  { database, lock, onHeld }: ExclusiveOptions,
  work: (held: Held) => Promise<void>,
  stop: AbortSignal,
): Promise<void> {
  const connection = await database.connect();
  const held: Held = {
    ask: (statements) => cutAfter(connection, STATEMENT_MS, statements),
    confirm: async () => {
      const until = performance.now() + HELD_MS;
      await held.ask((session) => session.query('SELECT 1'));
      if (performance.now() > until) throw new DatabaseUnavailable('the lock may be lost');
      return until;
    },
  };
  try {
    // The others are for a holder that stands still in the middle of asking, or of being answered.
    const limits = ['wait_timeout', 'net_read_timeout', 'net_write_timeout'].map(
      (each) => `${each} = ${SILENCE_SECONDS}`,
    );
    await held.ask((session) => session.run(`SET SESSION ${limits.join(', ')}`));
    while (!(await held.ask((session) => takeLock(session, lock, LOCK_WAIT_SECONDS)))) if (stop.aborted) return;
    onHeld(true);
    await work(held);
  } finally {
    onHeld(false);
    // The lock goes with the session.
    await connection.end();
  }
}
