/** Reads many memos in portions of bounded size, each on a connection held only for its own queries. */
import type { Database } from '../../db/database.ts';
import { placeholders } from '../../db/many-rows.ts';
import type { Memo } from '../memo.ts';
import type { MemoRow, RowReader } from '../storage/rows.ts';
import { positionOf } from './order.ts';
import type { Position } from './order.ts';
import type { PortionSize } from './portion-size.ts';
import { isPlain } from './selection.ts';
import type { Selection, Stretch } from './selection.ts';
import { placeOf, rowsOf } from './statement.ts';
import type { Statement } from './statement.ts';
import type { TagIndex } from './tag-index.ts';
import { MEASURED_COLUMNS, wholeMemos, withheldAbove } from './whole.ts';
import type { MeasuredRow } from './whole.ts';

export interface PageSource {
  readonly database: Database;
  readonly readRow: RowReader;
  readonly portion: PortionSize;
  readonly tags: TagIndex;
}

/** Which part of a selection was asked for. */
export interface PageQuery {
  readonly after?: Position | undefined;
  readonly skip: number;
  readonly limit: number;
}

/** What is created or deleted meanwhile never makes another memo appear twice or be left out. */
export interface Page {
  readonly portions: AsyncGenerator<Memo[]>;
  /** Where the next page begins; undefined when there is none, or when finding it out would cost the original's clients. */
  readonly next: Position | undefined;
}

/** Lists of all memos up to so many at once have a next page whatever their size; the original's clients ask for more. */
const LINKED_LIMIT = 500;

/** A page, its first portion read. */
export async function openPage(source: PageSource, asked: Selection, { after, skip, limit }: PageQuery): Promise<Page> {
  const selection = await source.tags.ledByTag(asked);
  const from = skip === 0 ? after : await place(source, selection, { after }, skip);
  if (limit === 0 || from === null) return { portions: rest(), next: undefined };
  const size = Math.min(limit, source.portion.rows);
  const rows = await read(source, rowsOf(selection, { after: from }, size));
  const last = lastOf(selection, rows);
  const first = wholeMemos(source, selection.table, rows);
  if (rows.length < size) return { portions: rest(first), next: undefined };
  if (size === limit) return { portions: rest(first), next: last };
  const linked = after !== undefined || limit <= LINKED_LIMIT || !isPlain(selection);
  const through = linked ? ((await place(source, selection, { after: from }, limit)) ?? undefined) : undefined;
  return { portions: rest(first, portions(source, selection, { after: last, through }, limit - size)), next: through };
}

/** The whole selection, or so many of the stretch; one that has an end goes there, whatever came in between meanwhile. */
export async function* portions(
  source: PageSource,
  selection: Selection,
  stretch: Stretch = {},
  limit = Infinity,
): AsyncGenerator<Memo[]> {
  let { after } = stretch;
  for (let left = stretch.through === undefined ? limit : Infinity; left > 0;) {
    const size = Math.min(left, source.portion.rows);
    const rows = await read(source, rowsOf(selection, { ...stretch, after }, size));
    yield* wholeMemos(source, selection.table, rows);
    if (rows.length < size) return;
    left -= rows.length;
    after = lastOf(selection, rows);
  }
}

/** The memos with these ids from the newest down, in portions. One that was deleted meanwhile is left out. */
export async function* byIds(source: PageSource, ids: readonly number[]): AsyncGenerator<Memo[]> {
  for (let from = 0; from < ids.length;) {
    const values = ids.slice(from, from + source.portion.rows);
    from += values.length;
    const sql = `SELECT ${MEASURED_COLUMNS} FROM memos WHERE id IN (${placeholders(values)}) ORDER BY id DESC`;
    const sent = withheldAbove(values.length);
    const rows = await read(source, { sql, values: [...sent, ...values], frequent: false });
    yield* wholeMemos(source, 'memos', rows);
  }
}

async function* rest(first?: AsyncGenerator<Memo[]>, more?: AsyncGenerator<Memo[]>): AsyncGenerator<Memo[]> {
  if (first !== undefined) yield* first;
  if (more !== undefined) yield* more;
}

/** Null: there are not that many. */
async function place(
  { database }: PageSource,
  selection: Selection,
  stretch: Stretch,
  n: number,
): Promise<Position | null> {
  const { sql, values } = placeOf(selection, stretch, n);
  const [row] = await database.withConnection((connection) => connection.query<MemoRow>(sql, values));
  return row === undefined ? null : positionOf(selection.order, row);
}

function lastOf({ order }: Selection, rows: readonly MeasuredRow[]): Position | undefined {
  const row = rows.at(-1);
  return row && positionOf(order, row);
}

async function read({ database, portion }: PageSource, { sql, values, frequent }: Statement): Promise<MeasuredRow[]> {
  const rows = await database.withConnection((connection) =>
    frequent ? connection.execute<MeasuredRow>(sql, values) : connection.query<MeasuredRow>(sql, values),
  );
  portion.observe(
    rows.length,
    rows.reduce((sum, { bytes }) => sum + bytes, 0),
  );
  return rows;
}
