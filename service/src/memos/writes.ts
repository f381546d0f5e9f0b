/** What a change writes, inside its transaction: the memo, its search row, its event. */
import type { Connection, SqlValue } from '../db/connection.ts';
import type { Memo, MemoFields } from './memo.ts';
import { eventValue, putEvent } from './outbox.ts';
import type { MemoEventType } from './outbox.ts';
import { gramWords, searchableText } from './search-text.ts';
import { databaseTime } from './times.ts';

/** A memo to be inserted; the database gives the id where there is none. */
export type NewMemo = Omit<Memo, 'id'> & { readonly id?: number | undefined };

const INSERT = `INSERT INTO memos (id, title, content, tags, priority, category, is_archived, is_favorite, author,
  created_at, updated_at, version, times_in_utc) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)`;
const UPDATE = `UPDATE memos SET title = ?, content = ?, tags = ?, priority = ?, category = ?, is_archived = ?, is_favorite = ?,
  author = ?, created_at = ?, updated_at = ?, version = ?, times_in_utc = 1 WHERE id = ?`;
const PUT_SEARCH = `INSERT INTO memo_search (memo_id, folded, grams) VALUES (?, ?, ?)
  ON DUPLICATE KEY UPDATE folded = VALUES(folded), grams = VALUES(grams)`;

/** What search looks at. Costs 35 us for a short memo and a third of a second for a megabyte: not to be done twice. */
export type SearchRow = readonly [folded: string, grams: string];

export function searchRow({ title, content }: MemoFields): SearchRow {
  const folded = searchableText(title, content);
  return [folded, gramWords(folded)];
}

/** @returns the memo's id */
export async function insertMemo(connection: Connection, memo: NewMemo): Promise<number> {
  const { insertId } = await connection.change(INSERT, [memo.id ?? null, ...columns(memo)]);
  return memo.id ?? insertId;
}

export async function updateMemo(connection: Connection, memo: Memo): Promise<void> {
  await connection.change(UPDATE, [...columns(memo), memo.id]);
}

export async function putSearch(connection: Connection, id: number, row: SearchRow): Promise<void> {
  await connection.change(PUT_SEARCH, [id, ...row]);
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

/** In the order of the statements above. */
function columns(memo: NewMemo): SqlValue[] {
  return [
    memo.title,
    memo.content,
    JSON.stringify(memo.tags),
    memo.priority,
    memo.category,
    memo.is_archived ? 1 : 0,
    memo.is_favorite ? 1 : 0,
    memo.author,
    databaseTime(new Date(memo.created_at)),
    databaseTime(new Date(memo.updated_at)),
    memo.version,
  ];
}
