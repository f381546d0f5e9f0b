/** What a change writes, inside its transaction: the memo, its search row, its event; `tags/` has the rows of its tags. */
import type { Queryable, SqlValue } from '../../db/connection.ts';
import { insertReturning, insertRows, placeholders } from '../../db/many-rows.ts';
import type { Memo, MemoChanges, MemoFields } from '../memo.ts';
import { currentTrace } from '../../observability/trace.ts';
import { putTags, taggedMemo } from '../tags/tag-rows.ts';
import { eventValue, putEvents } from './outbox.ts';
import type { MemoEvent, MemoEventType } from './outbox.ts';
import type { MemoRow, Timed } from './rows.ts';
import type { SearchRow } from '../search/search-text.ts';
import { databaseTimeOf, timeFromUtc } from './times.ts';

/** A memo to be inserted: the database gives it the id and the times that it does not bring. */
export type NewMemo = MemoFields &
  Partial<Pick<Memo, 'created_at' | 'updated_at' | 'version'>> & { readonly id?: number | undefined };

/** A memo that was inserted. */
interface Inserted {
  readonly memo: Memo;
  /** When: RFC 3339 in UTC with milliseconds, by the database's clock. */
  readonly at: string;
}

interface InsertedRow extends Timed {
  readonly id: number;
  readonly created_at: string;
  readonly updated_at: string;
}

/** All that is written of a memo that is made. */
export interface Creation {
  readonly memo: NewMemo;
  readonly search: SearchRow;
  /** The header of the trace that it is a part of; null: of none. */
  readonly traceparent: string | null;
}

export const FIRST_VERSION = 1;
const FIELDS = ['title', 'content', 'tags', 'priority', 'category', 'is_archived', 'is_favorite', 'author'] as const;
/** Characters that a row counts for, beside its text. */
const ROW = 64;
const NEW_TIME = 'COALESCE(?, UTC_TIMESTAMP(3))';
const INSERT = {
  into: `INSERT INTO memos (id, ${FIELDS.join(', ')}, created_at, updated_at, version, times_in_utc, stale_since)`,
  places: `(?, ${placeholders(FIELDS)}, ${NEW_TIME}, ${NEW_TIME}, ?, 1, NULL)`,
  rest: 'RETURNING id, created_at, updated_at, UTC_TIMESTAMP(3) AS now',
};
const PUT_SEARCH = {
  into: 'INSERT INTO memo_search (memo_id, folded, grams)',
  rest: 'ON DUPLICATE KEY UPDATE folded = VALUES(folded), grams = VALUES(grams)',
};

/** What the current request makes. */
export function creation(memo: NewMemo, search: SearchRow): Creation {
  return { memo, search, traceparent: traceparent() };
}

/** What a memo takes of a transaction, in characters: its text, and its tags with a row for each. */
export function weightOf({ content, tags, title }: MemoFields): number {
  return tags.reduce((sum, tag) => sum + tag.length + ROW, title.length + content.length + ROW);
}

/** Writes memos that are new with all that belongs to them. @returns the memos, in the same order */
export async function writeNew(connection: Queryable, all: readonly Creation[]): Promise<Memo[]> {
  const inserted = await insertMemos(
    connection,
    all.map(({ memo }) => memo),
  );
  const made = all.map((one, index) => ({ ...one, ...(inserted[index] as Inserted) }));
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
  return made.map(({ memo }) => memo);
}

/** The caller writes the rows of their tags. @returns the memos, in the same order */
export async function insertMemos(connection: Queryable, memos: readonly NewMemo[]): Promise<Inserted[]> {
  const all = memos.map((memo) => ({ version: FIRST_VERSION, ...memo }));
  const rows = all.map((memo) => [
    memo.id ?? null,
    ...FIELDS.map((field) => stored(memo[field])),
    memo.created_at === undefined ? null : databaseTimeOf(memo.created_at),
    memo.updated_at === undefined ? null : databaseTimeOf(memo.updated_at),
    memo.version,
  ]);
  const returned = await insertReturning<InsertedRow>(connection, INSERT, rows);
  return returned.map(({ created_at, id, now, updated_at }, index) => ({
    memo: {
      ...(all[index] as (typeof all)[number]),
      id,
      created_at: timeFromUtc(created_at),
      updated_at: timeFromUtc(updated_at),
    },
    at: timeFromUtc(now),
  }));
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
  );
}

/** A memo as its event names it. */
type ChangedMemo = Pick<Memo, 'id' | 'version'>;

/**
 * @param at RFC 3339 in UTC with milliseconds
 * @param memo absent when it was deleted
 */
export async function putMemoEvent(
  connection: Queryable,
  type: MemoEventType,
  changed: ChangedMemo,
  at: string,
  memo?: MemoFields,
): Promise<void> {
  await putEvents(connection, [memoEvent(type, changed, at, traceparent(), memo)]);
}

function memoEvent(
  type: MemoEventType,
  { id, version }: ChangedMemo,
  at: string,
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
