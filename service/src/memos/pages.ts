/** Reads many memos in portions of bounded size, each on a connection held only for its own query. */
import type { Database } from '../db/database.ts';
import type { Memo } from './memo.ts';
import { MEMO_COLUMNS } from './rows.ts';
import type { MemoRow, RowReader } from './rows.ts';

/** Bytes of content that one portion aims at. */
const PORTION_BYTES = 1_048_576;
const MAX_ROWS = 500;

/**
 * How many rows make a portion, learned from what was read: memos may be 200 bytes or a megabyte.
 * Grows slowly and shrinks at once, because too large a portion costs memory and too small a one only a round trip.
 */
export class PortionSize {
  #bytesPerRow = 2048;

  /** Rows for the next portion. */
  get rows(): number {
    return this.within(PORTION_BYTES, MAX_ROWS);
  }

  /** Rows that hold about so many bytes, at most `most`. */
  within(bytes: number, most: number): number {
    return Math.max(1, Math.min(most, Math.floor(bytes / this.#bytesPerRow)));
  }

  observe(memos: readonly Memo[]): void {
    if (memos.length === 0) return;
    const seen = memos.reduce((sum, { content }) => sum + content.length * 2, 512) / memos.length;
    this.#bytesPerRow = seen > this.#bytesPerRow ? seen : 0.8 * this.#bytesPerRow + 0.2 * seen;
  }
}

export interface PageSource {
  readonly database: Database;
  readonly readRow: RowReader;
  readonly portion: PortionSize;
}

const NEWEST = `SELECT ${MEMO_COLUMNS} FROM memos ORDER BY id DESC LIMIT ?`;
const OLDER = `SELECT ${MEMO_COLUMNS} FROM memos WHERE id < ? ORDER BY id DESC LIMIT ?`;
/** The thin index counts the skipped rows without reading the memos themselves. */
const AFTER_SKIPPED = 'SELECT id FROM memos FORCE INDEX (ix_memos_id) ORDER BY id DESC LIMIT 1 OFFSET ?';

/**
 * The memos from the newest down, in portions; the last portion is the one after which the generator ends.
 * What is created or deleted meanwhile never makes another memo appear twice or be left out.
 */
export async function* newestFirst(source: PageSource, skip: number, limit: number): AsyncGenerator<Memo[]> {
  const skipped = skip === 0 ? undefined : await lastSkipped(source, skip);
  if (skipped === null) return;
  let before: number | undefined = skipped;
  for (let left = limit; left > 0;) {
    const size = Math.min(left, source.portion.rows);
    const memos = before === undefined ? await read(source, NEWEST, [size]) : await read(source, OLDER, [before, size]);
    if (memos.length > 0) yield memos;
    if (memos.length < size) return;
    left -= memos.length;
    before = memos.at(-1)?.id;
  }
}

/** The memos with these ids in this order, in portions. One that was deleted meanwhile is left out. */
export async function* byIds(source: PageSource, ids: readonly number[]): AsyncGenerator<Memo[]> {
  for (let from = 0; from < ids.length;) {
    const some = ids.slice(from, from + source.portion.rows);
    from += some.length;
    const marks = some.map(() => '?').join(', ');
    const memos = await read(
      source,
      `SELECT ${MEMO_COLUMNS} FROM memos WHERE id IN (${marks}) ORDER BY id DESC`,
      some,
      false,
    );
    if (memos.length > 0) yield memos;
  }
}

/** The id of the last memo to be skipped; null when there are not that many. */
async function lastSkipped({ database }: PageSource, skip: number): Promise<number | null> {
  const [row] = await database.withConnection((connection) =>
    connection.execute<{ id: number }>(AFTER_SKIPPED, [skip - 1]),
  );
  return row?.id ?? null;
}

async function read(source: PageSource, sql: string, values: readonly number[], prepared = true): Promise<Memo[]> {
  const rows = await source.database.withConnection((connection) =>
    prepared ? connection.execute<MemoRow>(sql, values) : connection.query<MemoRow>(sql, values),
  );
  const memos = rows.map((row) => source.readRow(row));
  source.portion.observe(memos);
  return memos;
}
