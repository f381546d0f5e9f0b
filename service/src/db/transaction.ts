/** A transaction on one connection. */
import type { Change, Connection, Queryable, SqlValue } from './connection.ts';
import { ConnectionLost, DatabaseUnavailable } from './errors.ts';

/** How far a transaction has come. */
export interface Progress {
  /** The commit is on its way: without its answer nobody knows whether it happened. */
  committing: boolean;
}

/**
 * The session for as long as the transaction is open. Of several writers that run side by side one may fail while another has a
 * statement yet to send: behind the ROLLBACK it would be committed, or be in the transaction of whoever has the session then.
 */
class Transaction implements Queryable {
  readonly #connection: Connection;
  #over = false;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** No further statement is taken from here on. */
  end(): void {
    this.#over = true;
  }

  async execute<Row>(sql: string, values?: readonly SqlValue[]): Promise<Row[]> {
    return this.#open.execute<Row>(sql, values);
  }

  async query<Row>(sql: string, values?: readonly SqlValue[]): Promise<Row[]> {
    return this.#open.query<Row>(sql, values);
  }

  async change(sql: string, values?: readonly SqlValue[]): Promise<Change> {
    return this.#open.change(sql, values);
  }

  async run(sql: string, values?: readonly SqlValue[]): Promise<Change> {
    return this.#open.run(sql, values);
  }

  get #open(): Connection {
    if (this.#over) throw new Error('the transaction is over');
    return this.#connection;
  }
}

/**
 * Runs `work` between a begin and a commit; rolls back what `work` throws at. What a part of the work sends after that is
 * refused, and what it has sent before is answered first: nothing of it is left behind.
 * @throws DatabaseUnavailable when the commit fails, whatever it is that the database says then
 */
export async function inTransaction<T>(
  connection: Connection,
  work: (transaction: Queryable) => Promise<T>,
  progress: Progress,
): Promise<T> {
  // Not START TRANSACTION: a deadlock ends the whole transaction on the server, and statements that were sent behind the one
  // that lost would then commit by themselves. Without autocommit they begin another one, which is rolled back below.
  // Awaited, though the first statement could travel with it: were only this one killed, that one would commit by itself.
  await connection.run('SET autocommit = 0');
  const transaction = new Transaction(connection);
  let result: T;
  try {
    result = await work(transaction);
  } catch (error) {
    transaction.end();
    await rollBack(connection);
    throw error;
  }
  transaction.end();
  progress.committing = true;
  try {
    await connection.run('COMMIT');
  } catch (error) {
    // Whatever the session is in now, nobody inherits it.
    connection.abort();
    throw error instanceof ConnectionLost ? error : new DatabaseUnavailable('the commit failed', { cause: error });
  }
  leave(connection);
  return result;
}

/** A connection that cannot roll back is cut: the server then rolls back by itself, and nobody inherits the transaction. */
async function rollBack(connection: Connection): Promise<void> {
  if (connection.broken) return;
  try {
    await connection.restore('ROLLBACK');
  } catch {
    connection.abort();
    return;
  }
  leave(connection);
}

/** Only once nothing is open: setting autocommit commits. Nobody waits; what is sent next is answered after it. */
function leave(connection: Connection): void {
  connection.restore('SET autocommit = 1').catch(() => connection.abort());
}
