/**
 * Makes the memos that were adopted from the original like any other: in the search table, with times in UTC, tags as plain
 * JSON. In the background, gating nothing.
 */
import type { Connection } from '../db/connection.ts';
import type { Database } from '../db/database.ts';
import type { Log } from '../observability/log.ts';
import { errorFields } from '../observability/log.ts';
import { pauseUnless } from '../waiting.ts';
import type { Memo } from './memo.ts';
import { MEMO_COLUMNS } from './rows.ts';
import type { MemoRow, RowReader } from './rows.ts';
import { gramWords, searchableText } from './search-text.ts';
import { databaseTime } from './times.ts';

const ROWS = 50;
/** Milliseconds between two portions: requests go first. */
const PAUSE_MS = 20;
const AFTER_TROUBLE_MS = 5000;

/** Runs until every memo is entered or `stop` is aborted. Replicas take turns; one that dies leaves nothing half done. */
export async function backfill(database: Database, readRow: RowReader, log: Log, stop: AbortSignal): Promise<void> {
  let entered = 0;
  while (!stop.aborted) {
    try {
      const count = await database.transaction((connection) => enterPortion(connection, readRow));
      if (count === undefined) {
        if (entered > 0)
          log.info({ 'memo.count': entered }, 'the adopted memos are entered into the search, their times in UTC');
        return;
      }
      entered += count;
      await pauseUnless(stop, PAUSE_MS);
    } catch (error) {
      log.debug(errorFields(error), 'backfill waits');
      await pauseUnless(stop, AFTER_TROUBLE_MS);
    }
  }
}

/** Enters the newest pending memos. @returns how many, or undefined when none was left */
async function enterPortion(connection: Connection, readRow: RowReader): Promise<number | undefined> {
  // The lock on this row makes the replicas take turns.
  const [mark] = await connection.query<{ pending_to: number }>(
    'SELECT pending_to FROM memo_search_backfill WHERE id = 1 FOR UPDATE',
  );
  if (mark === undefined || mark.pending_to === 0) return undefined;
  // Locked: a memo that changes meanwhile waits, so that its new text is entered after this old one.
  const rows = await connection.query<MemoRow>(
    `SELECT ${MEMO_COLUMNS} FROM memos WHERE id <= ? ORDER BY id DESC LIMIT ? FOR UPDATE`,
    [mark.pending_to, ROWS],
  );
  for (const row of rows) {
    const { id, title, content } = row;
    const folded = searchableText(title, content);
    // One that was changed since the adoption has its row already.
    await connection.change('INSERT IGNORE INTO memo_search (memo_id, folded, grams) VALUES (?, ?, ?)', [
      id,
      folded,
      gramWords(folded),
    ]);
    if (Number(row.times_in_utc) === 0) await settle(connection, readRow(row));
  }
  const next = rows.length < ROWS ? 0 : (rows.at(-1)?.id ?? 1) - 1;
  await connection.run('UPDATE memo_search_backfill SET pending_to = ? WHERE id = 1', [next]);
  return rows.length;
}

/** The memo stays as it is for its readers: no new version. Python wrote tags with escapes, which no filter would match. */
async function settle(connection: Connection, memo: Memo): Promise<void> {
  await connection.change('UPDATE memos SET created_at = ?, updated_at = ?, tags = ?, times_in_utc = 1 WHERE id = ?', [
    databaseTime(new Date(memo.created_at)),
    databaseTime(new Date(memo.updated_at)),
    JSON.stringify(memo.tags),
    memo.id,
  ]);
}
