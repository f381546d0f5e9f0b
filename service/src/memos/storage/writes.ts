/** What a change writes, inside its transaction: the memo, its search row, its event; `tags/` has the rows of its tags. */
import type { Connection, SqlValue } from '../../db/connection.ts';
import type { Memo, MemoChanges, MemoFields } from '../memo.ts';
import { eventValue, putEvent } from './outbox.ts';
import type { MemoEventType } from './outbox.ts';
import type { MemoRow } from './rows.ts';
import type { SearchRow } from '../search/search-text.ts';
import { databaseTime } from './times.ts';

/** A memo to be inserted; the database gives the id where there is none. */
export type NewMemo = Omit<Memo, 'id'> & { readonly id?: number | undefined };

const FIELDS = ['title', 'content', 'tags', 'priority', 'category', 'is_archived', 'is_favorite', 'author'] as const;
const INSERT = `INSERT INTO memos (id, ${FIELDS.join(', ')}, created_at, updated_at, version, times_in_utc, stale_since)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, NULL)`;
const PUT_SEARCH = `INSERT INTO memo_search (memo_id, folded, grams) VALUES (?, ?, ?)
  ON DUPLICATE KEY UPDATE folded = VALUES(folded), grams = VALUES(grams)`;

/** The caller writes the rows of its tags. @returns the memo's id */
export async function insertMemo(connection: Connection, memo: NewMemo): Promise<number> {
  const { insertId } = await connection.change(INSERT, [
    memo.id ?? null,
    ...FIELDS.map((field) => stored(memo[field])),
    databaseTime(new Date(memo.created_at)),
    databaseTime(new Date(memo.updated_at)),
    memo.version,
  ]);
  return memo.id ?? insertId;
}

/**
 * Writes what was sent and nothing else: a column of the original's may hold what a memo does not show. The caller writes the
 * rows of its tags.
 */
export async function updateMemo(
  connection: Connection,
  row: MemoRow,
  after: Memo,
  changes: MemoChanges,
): Promise<void> {
  const sent = FIELDS.filter((field) => changes[field] !== undefined);
  const columns: (readonly [string, SqlValue])[] = [
    ...sent.map((field) => [field, stored(after[field])] as const),
    ['updated_at', databaseTime(new Date(after.updated_at))],
    ['version', after.version],
    ['stale_since', null],
  ];
  // The original's time of creation is turned into UTC together with the mark that says so.
  if (Number(row.times_in_utc) !== 1) {
    columns.push(['created_at', databaseTime(new Date(after.created_at))], ['times_in_utc', 1]);
  }
  const set = columns.map(([column]) => `${column} = ?`).join(', ');
  await connection.change(`UPDATE memos SET ${set} WHERE id = ?`, [...columns.map(([, value]) => value), after.id]);
}

export async function putSearch(connection: Connection, id: number, { folded, grams }: SearchRow): Promise<void> {
  await connection.change(PUT_SEARCH, [id, folded, grams]);
}

/** @param memo absent when it was deleted */
export async function putMemoEvent(
  connection: Connection,
  type: MemoEventType,
  { id, version }: { readonly id: number; readonly version: number },
  at: Date,
  memo?: MemoFields,
): Promise<void> {
  const value = eventValue({ type, memoId: id, at }, memo);
  await putEvent(connection, { type, memoId: id, version, value, at });
}

/** The value of a field as its column takes it. */
function stored(value: MemoFields[keyof MemoFields]): SqlValue {
  if (typeof value === 'boolean') return value ? 1 : 0;
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
}
