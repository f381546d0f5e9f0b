/** Rows of `memos`, ours and the original's, as memos. */
import type { Memo } from '../memo.ts';
import { timeFromUtc, zoneReader } from './times.ts';

/** The columns of a memo that are never large. */
export const SMALL_COLUMNS =
  'id, title, priority, category, is_archived, is_favorite, author, created_at, updated_at, version, times_in_utc';
/** The columns of a memo, in one place for every statement. */
export const MEMO_COLUMNS = `${SMALL_COLUMNS}, content, tags`;

/**
 * The time of a change, as a column of the statement that locks its row: by the database's clock, since those of the replicas
 * may differ, and when the lock is held, since it may have been waited for.
 */
export const NOW = 'SYSDATE(3) AS now';

/** A row with {@link NOW}. */
export interface Timed {
  /** In UTC, as each session is. */
  readonly now: string;
}

/** A row as the driver gives it. What may be null here and not in a memo was left so by the original. */
export interface MemoRow {
  readonly id: number;
  readonly title: string;
  readonly content: string;
  readonly tags: string | null;
  readonly priority: number | null;
  readonly category: string | null;
  readonly is_archived: number | boolean | null;
  readonly is_favorite: number | boolean | null;
  readonly author: string | null;
  readonly created_at: string | null;
  readonly updated_at: string | null;
  readonly version: number;
  readonly times_in_utc: number | boolean;
  /** Of the trash only; in UTC always. */
  readonly deleted_at?: string;
}

export type RowReader = (row: MemoRow) => Memo;

const UNKNOWN_TIME = '1970-01-01 00:00:00.000';

/** @param timeZone the zone of times that were stored without one by the original */
export function rowReader(timeZone: string): RowReader {
  const adoptedTime = zoneReader(timeZone);
  return (row) => {
    const time = Number(row.times_in_utc) === 1 ? timeFromUtc : adoptedTime;
    return {
      id: row.id,
      title: row.title,
      content: row.content,
      tags: tagsOf(row.tags),
      priority: row.priority ?? 2,
      category: row.category,
      is_archived: Boolean(row.is_archived),
      is_favorite: Boolean(row.is_favorite),
      author: row.author,
      created_at: time(row.created_at ?? row.updated_at ?? UNKNOWN_TIME),
      updated_at: time(row.updated_at ?? row.created_at ?? UNKNOWN_TIME),
      version: row.version,
      ...(row.deleted_at !== undefined && { deleted_at: timeFromUtc(row.deleted_at) }),
    };
  };
}

/** The original stored whatever it was given: SQL NULL, JSON null, and members that are no text. */
export function tagsOf(json: string | null): string[] {
  if (json === null || json === '[]') return [];
  const value: unknown = JSON.parse(json);
  return Array.isArray(value) ? value.filter((tag) => typeof tag === 'string') : [];
}
