/**
 * Makes adopted memos like any other once the original is no longer expected to write: times in UTC, tags as plain JSON, so
 * that filters and order see them as they are. Not before: the original would read the times as its own.
 */
import type { Queryable } from '../../db/connection.ts';
import type { Database } from '../../db/database.ts';
import { dayOfAdoption } from './adoption.ts';
import type { Memo } from '../memo.ts';
import { MEMO_COLUMNS } from '../storage/rows.ts';
import type { MemoRow, RowReader } from '../storage/rows.ts';
import { replaceTags, taggedMemo } from '../tags/tag-rows.ts';
import { databaseTimeOf } from '../storage/times.ts';

/** Ids that one transaction looks at, and memos that it changes. */
const RANGE = 2000;
const ROWS = 50;
/** The row of the marks that holds the id up to which every memo is settled. */
const SETTLED_TO = 3;

/** Settles the next memos. True: there may be more; false: all are settled. */
export async function settleSome(database: Database, readRow: RowReader): Promise<boolean> {
  return await database.transaction(async (connection) => {
    // The lock on the mark makes replicas take turns.
    await connection.run(`INSERT IGNORE INTO memo_search_backfill (id, pending_to) VALUES (${SETTLED_TO}, 0)`);
    const [mark] = await connection.query<{ from: number; newest: number | null }>(
      `SELECT pending_to AS \`from\`, (SELECT MAX(id) FROM memos) AS newest
       FROM memo_search_backfill WHERE id = ${SETTLED_TO} FOR UPDATE`,
    );
    const from = mark?.from ?? 0;
    const newest = mark?.newest ?? 0;
    if (from >= newest) return false;
    const to = Math.min(newest, from + RANGE);
    const rows = await connection.query<MemoRow>(
      `SELECT ${MEMO_COLUMNS} FROM memos WHERE id > ? AND id <= ? AND times_in_utc = 0 ORDER BY id LIMIT ${ROWS} FOR UPDATE`,
      [from, to],
    );
    for (const row of rows) await settle(connection, readRow(row));
    const reached = rows.length < ROWS ? to : (rows.at(-1)?.id ?? to);
    await connection.run(`UPDATE memo_search_backfill SET pending_to = ? WHERE id = ${SETTLED_TO}`, [reached]);
    return true;
  });
}

/** Whether the original may still be running beside this service. */
export async function originalMayRun(database: Database): Promise<boolean> {
  return (await database.withConnection(dayOfAdoption)) !== undefined;
}

/** The memo stays as it is for its readers: no new version. Python wrote tags with escapes, which no filter would match. */
async function settle(connection: Queryable, memo: Memo): Promise<void> {
  await connection.change(
    'UPDATE memos SET created_at = ?, updated_at = ?, tags = ?, times_in_utc = 1, stale_since = NULL WHERE id = ?',
    [databaseTimeOf(memo.created_at), databaseTimeOf(memo.updated_at), JSON.stringify(memo.tags), memo.id],
  );
  await replaceTags(connection, [taggedMemo(memo)]);
}
