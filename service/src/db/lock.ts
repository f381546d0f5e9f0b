/** Named locks of the server. A lock is its session's and goes with it; names are the server's, not the database's. */
import type { Connection } from './connection.ts';

/** Waits for the lock so many seconds at most. False: somebody else has it still. */
export async function takeLock(connection: Connection, name: string, seconds: number): Promise<boolean> {
  const [row] = await connection.query<{ taken: number | null }>('SELECT GET_LOCK(?, ?) AS taken', [name, seconds]);
  return row?.taken === 1;
}
