/** What a change writes, inside its transaction: the memo, its search row, its event; `tags/` has the rows of its tags. */
import type { Queryable, SqlValue } from '../../db/connection.ts';
import { insertReturning, insertRows } from '../../db/many-rows.ts';
import type { Memo, MemoChanges, MemoFields } from '../memo.ts';
import { currentTrace } from '../../observability/trace.ts';
import { putTags, taggedMemo } from '../tags/tag-rows.ts';
import { eventValue, putEvents } from './outbox.ts';
import type { MemoEvent, MemoEventType } from './outbox.ts';
import type { MemoRow } from './rows.ts';
import type { SearchRow } from '../search/search-text.ts';
import { databaseTimeOf } from './times.ts';

/** A memo to be inserted; the database gives the id where there is none. */
export type NewMemo = Omit<Memo, 'id'> & { readonly id?: number | undefined };

/** All that is written of a memo that is made. */
export interface Creation {
  readonly memo: NewMemo;
  readonly search: SearchRow;
  /** When it is made, as its event says. */
  readonly at: Date;
  /** The header of the trace that it is a part of; null: of none. */
  readonly traceparent: string | null;
}

const FIELDS = ['title', 'content', 'tags', 'priority', 'category', 'is_archived', 'is_favorite', 'author'] as const;
const INSERT = `INSERT INTO memos (id, ${FIELDS.join(', ')}, created_at, updated_at, version, times_in_utc, stale_since)`;
const PUT_SEARCH = 'INSERT INTO memo_search (memo_id, folded, grams)';
const OVER_SEARCH = 'ON DUPLICATE KEY UPDATE folded = VALUES(folded), grams = VALUES(grams)';

/** What the current request makes. */
export function creation(memo: NewMemo, search: SearchRow, at: Date): Creation {
  return { memo, search, at, traceparent: traceparent() };
}

/** Writes memos that are new with all that belongs to them. @returns their ids, in the same order */
export async function writeNew(connection: Queryable, all: readonly Creation[]): Promise<number[]> {
  const ids = await insertMemos(
    connection,
    all.map(({ memo }) => memo),
  );
  const made = all.map((one, index) => ({ ...one, memo: { ...one.memo, id: ids[index] as number } }));
  await Promise.all([
    putSearch(
      connection,
      made.map(({ memo, search }) => ({ id: memo.id, ...search })),
    ),
    putTags(
      connection,
      made.map(({ memo }) => taggedMemo(memo)),
    ),
    putEvents(
      connection,
      made.map(({ at, memo, ...from }) => memoEvent('memo_created', memo, at, from.traceparent, memo)),
    ),
  ]);
  return ids;
}

/** The caller writes the rows of their tags. @returns their ids, in the same order */
export async function insertMemos(connection: Queryable, memos: readonly NewMemo[]): Promise<number[]> {
  const rows = memos.map((memo) => [
    memo.id ?? null,
    ...FIELDS.map((field) => stored(memo[field])),
    databaseTimeOf(memo.created_at),
    databaseTimeOf(memo.updated_at),
    memo.version,
    1,
    null,
  ]);
  const returned = await insertReturning<{ id: number }>(connection, INSERT, rows, 'RETURNING id');
  return returned.map(({ id }) => id);
}

/**
 * Writes what was sent and nothing else: a column of the original's may hold what a memo does not show. The caller writes the
 * rows of its tags.
 */
export async function updateMemo(
  connection: Queryable,
  row: MemoRow,
  after: Memo,
  changes: MemoChanges,
): Promise<void> {
  const sent = FIELDS.filter((field) => changes[field] !== undefined);
  const columns: (readonly [string, SqlValue])[] = [
    ...sent.map((field) => [field, stored(after[field])] as const),
    ['updated_at', databaseTimeOf(after.updated_at)],
    ['version', after.version],
    ['stale_since', null],
  ];
  // The original's time of creation is turned into UTC together with the mark that says so.
  if (Number(row.times_in_utc) !== 1) {
    columns.push(['created_at', databaseTimeOf(after.created_at)], ['times_in_utc', 1]);
  }
  const set = columns.map(([column]) => `${column} = ?`).join(', ');
  await connection.change(`UPDATE memos SET ${set} WHERE id = ?`, [...columns.map(([, value]) => value), after.id]);
}

export async function putSearch(
  connection: Queryable,
  rows: readonly (SearchRow & { readonly id: number })[],
): Promise<void> {
  await insertRows(
    connection,
    PUT_SEARCH,
    rows.map(({ folded, grams, id }) => [id, folded, grams]),
    OVER_SEARCH,
  );
}

/** A memo as its event names it. */
type ChangedMemo = Pick<Memo, 'id' | 'version'>;

/** @param memo absent when it was deleted */
export async function putMemoEvent(
  connection: Queryable,
  type: MemoEventType,
  changed: ChangedMemo,
  at: Date,
  memo?: MemoFields,
): Promise<void> {
  await putEvents(connection, [memoEvent(type, changed, at, traceparent(), memo)]);
}

function memoEvent(
  type: MemoEventType,
  { id, version }: ChangedMemo,
  at: Date,
  traceparent: string | null,
  memo?: MemoFields,
): MemoEvent {
  return { type, memoId: id, version, value: eventValue({ type, memoId: id, at }, memo), traceparent };
}

function traceparent(): string | null {
  return currentTrace()?.traceparent ?? null;
}

/** The value of a field as its column takes it. */
function stored(value: MemoFields[keyof MemoFields]): SqlValue {
  if (typeof value === 'boolean') return value ? 1 : 0;
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
}
