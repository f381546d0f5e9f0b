/** The trash: where deleted memos wait for a month, out of the table of the memos. */
import type { Queryable } from '../../db/connection.ts';
import { MEMO_COLUMNS, NOW } from './rows.ts';
import type { MemoRow, Timed } from './rows.ts';
import { databaseTimeOf } from './times.ts';

/**
 * Moves a memo that the caller has locked.
 * @param version that of the deletion
 * @param at RFC 3339 in UTC with milliseconds
 */
export async function moveToTrash(connection: Queryable, id: number, version: number, at: string): Promise<void> {
  const columns = MEMO_COLUMNS.replace(/\bversion\b/, '?');
  await Promise.all([
    connection.change(
      `INSERT INTO memo_trash (${MEMO_COLUMNS}, deleted_at) SELECT ${columns}, ? FROM memos WHERE id = ?`,
      [version, databaseTimeOf(at), id],
    ),
    connection.change('DELETE FROM memos WHERE id = ?', [id]),
  ]);
}

/** Takes a memo out of the trash, with the time at which it does. Undefined: it is not there. */
export async function takeFromTrash(connection: Queryable, id: number): Promise<(MemoRow & Timed) | undefined> {
  const sql = `DELETE FROM memo_trash WHERE id = ? RETURNING ${MEMO_COLUMNS}, ${NOW}`;
  const [row] = await connection.execute<MemoRow & Timed>(sql, [id]);
  return row;
}

/**
 * Deletes for good what has been there for a month, by the database's clock. Texts may be large: it is one of many short
 * statements.
 */
export const TRASH_PURGE = { table: 'memo_trash', atOnce: 200, portion: purgePortion } as const;

async function purgePortion(connection: Queryable, atOnce: number): Promise<boolean> {
  const isOld = 'deleted_at < UTC_TIMESTAMP(3) - INTERVAL 30 DAY';
  // Led by the index, which a plain DELETE cannot be told to use: it may look at the whole trash, texts and all, instead. The
  // time is looked at again: what was restored meanwhile, and deleted once more, has its month before it.
  const sql = `DELETE memo_trash FROM (
      SELECT id FROM memo_trash FORCE INDEX (ix_memo_trash_deleted_at) WHERE ${isOld} LIMIT ?
    ) AS old STRAIGHT_JOIN memo_trash ON memo_trash.id = old.id AND memo_trash.${isOld}`;
  const { affectedRows } = await connection.change(sql, [atOnce]);
  return affectedRows < atOnce;
}
