/** A transaction on one connection. */
import type { Connection } from './connection.ts';
import { ConnectionLost, DatabaseUnavailable } from './errors.ts';

/** How far a transaction has come. */
export interface Progress {
  /** The commit is on its way: without its answer nobody knows whether it happened. */
  committing: boolean;
}

/**
 * Runs `work` between a begin and a commit; rolls back what `work` throws at.
 * @throws DatabaseUnavailable when the commit fails, whatever it is that the database says then
 */
export async function inTransaction<T>(
  connection: Connection,
  work: (connection: Connection) => Promise<T>,
  progress: Progress,
): Promise<T> {
  // Not START TRANSACTION: a deadlock ends the whole transaction on the server, and statements that were sent behind the one
  // that lost would then commit by themselves. Without autocommit they begin another one, which is rolled back below.
  // Awaited, though the first statement could travel with it: were only this one killed, that one would commit by itself.
  await connection.run('SET autocommit = 0');
  let result: T;
  try {
    result = await work(connection);
  } catch (error) {
    await rollBack(connection);
    throw error;
  }
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
