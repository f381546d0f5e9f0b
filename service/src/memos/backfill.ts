/** Enters the memos that were adopted from the original into the search table: in the background, gating nothing. */
import type { Connection } from '../db/connection.ts';
import type { Database } from '../db/database.ts';
import type { Log } from '../observability/log.ts';
import { errorFields } from '../observability/log.ts';
import { pauseUnless } from '../waiting.ts';
import { gramWords, searchableText } from './search-text.ts';

const ROWS = 50;
/** Milliseconds between two portions: requests go first. */
const PAUSE_MS = 20;
const AFTER_TROUBLE_MS = 5000;

interface PendingRow {
  readonly id: number;
  readonly title: string;
  readonly content: string;
}

/** Runs until every memo is entered or `stop` is aborted. Replicas take turns; one that dies leaves nothing half done. */
export async function backfillSearch(database: Database, log: Log, stop: AbortSignal): Promise<void> {
  let entered = 0;
  while (!stop.aborted) {
    try {
      const count = await database.transaction(enterPortion);
      if (count === undefined) {
        if (entered > 0) log.info({ 'memo.count': entered }, 'older memos are entered into the search');
        return;
      }
      entered += count;
      await pauseUnless(stop, PAUSE_MS);
    } catch (error) {
      log.debug(errorFields(error), 'search backfill waits');
      await pauseUnless(stop, AFTER_TROUBLE_MS);
    }
  }
}

/** Enters the newest pending memos. @returns how many, or undefined when none was left */
async function enterPortion(connection: Connection): Promise<number | undefined> {
  // The lock on this row makes the replicas take turns.
  const [mark] = await connection.query<{ pending_to: number }>(
    'SELECT pending_to FROM memo_search_backfill WHERE id = 1 FOR UPDATE',
  );
  if (mark === undefined || mark.pending_to === 0) return undefined;
  // Read locks: a memo that changes meanwhile waits, so that its new text is entered after this old one.
  const rows = await connection.query<PendingRow>(
    'SELECT id, title, content FROM memos WHERE id <= ? ORDER BY id DESC LIMIT ? LOCK IN SHARE MODE',
    [mark.pending_to, ROWS],
  );
  for (const { id, title, content } of rows) {
    const folded = searchableText(title, content);
    // One that was changed since the adoption has its row already.
    await connection.change('INSERT IGNORE INTO memo_search (memo_id, folded, grams) VALUES (?, ?, ?)', [
      id,
      folded,
      gramWords(folded),
    ]);
  }
  const next = rows.length < ROWS ? 0 : (rows.at(-1)?.id ?? 1) - 1;
  await connection.run('UPDATE memo_search_backfill SET pending_to = ? WHERE id = 1', [next]);
  return rows.length;
}
