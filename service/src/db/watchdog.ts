/** A watchdog over work that may rightly take hours on one session, such as the copy of a large table. */
import type { DatabaseConfig } from '../config.ts';
import { pauseUnless } from '../waiting.ts';
import { openConnection } from './connection.ts';
import type { Connection } from './connection.ts';
import { ConnectionLost, DatabaseUnavailable } from './errors.ts';

/** How long the server may take for one question, and how long the watchdog rests between two; never more than its patience. */
const QUESTION_MS = 5_000;

/**
 * Runs `work` on `session` for as long as it takes and the server is there: the watchdog asks it on sessions of its own.
 * When nothing has answered for `patienceMs`, the work's session is cut.
 * @throws DatabaseUnavailable then, at most two questions later; else what `work` throws
 */
export async function watched<T>(
  config: DatabaseConfig,
  session: Connection,
  patienceMs: number,
  work: () => Promise<T>,
): Promise<T> {
  const over = new AbortController();
  const server = { silent: false };
  const watching = untilSilent(config, patienceMs, over.signal).then((silent) => {
    server.silent = silent;
    if (silent) session.abort();
  });
  try {
    return await work();
  } catch (error) {
    throw server.silent ? noAnswer(patienceMs, error) : error;
  } finally {
    over.abort();
    await watching;
  }
}

/** The database has not said a word for so long; with the system's words where it says why, as of a name that is unknown. */
export function noAnswer(ms: number, error: unknown): DatabaseUnavailable {
  const cause = error instanceof Error ? error.cause : undefined;
  const why = cause instanceof Error && 'syscall' in cause ? `: ${cause.message}` : '';
  return new DatabaseUnavailable(`no answer for ${ms / 1000} s${why}`, { cause: error });
}

/** False: `over` came first. */
async function untilSilent(config: DatabaseConfig, patienceMs: number, over: AbortSignal): Promise<boolean> {
  const questionMs = Math.min(QUESTION_MS, patienceMs);
  let heard = performance.now();
  let missed = 0;
  while (!over.aborted) {
    if (await answers(config, questionMs)) {
      heard = performance.now();
      missed = 0;
    } else {
      missed += 1;
    }
    // Two, because a question that this process slept through says nothing.
    if (missed > 1 && performance.now() - heard >= patienceMs) return true;
    await pauseUnless(over, questionMs);
  }
  return false;
}

/** Whether the server says anything; to refuse the session, for too many connections or another reason, is an answer too. */
async function answers(config: DatabaseConfig, ms: number): Promise<boolean> {
  try {
    const session = await openConnection(config, { connectMs: ms, statementSeconds: 1, lockWaitSeconds: 1 });
    await session.end();
    return true;
  } catch (error) {
    return !(error instanceof ConnectionLost);
  }
}
