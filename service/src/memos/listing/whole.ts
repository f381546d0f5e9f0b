/** Rows whose large texts are withheld, and the whole memos made from them, in portions of bounded size. */
import type { Database } from '../../db/database.ts';
import { placeholders } from '../../db/many-rows.ts';
import type { Memo } from '../memo.ts';
import { MEMO_COLUMNS, SMALL_COLUMNS } from '../storage/rows.ts';
import type { MemoRow, RowReader } from '../storage/rows.ts';
import { PORTION_BYTES } from './portion-size.ts';

/** Bytes of what may be large in a row. */
const BYTES = 'OCTET_LENGTH(content) + COALESCE(OCTET_LENGTH(tags), 0)';

/** The columns of a measured row, with two parameters: see {@link withheldAbove}. */
export const MEASURED_COLUMNS = `${SMALL_COLUMNS}, ${BYTES} AS bytes, IF(${BYTES} <= ?, content, NULL) AS content,
  IF(${BYTES} <= ?, tags, NULL) AS tags`;

/** A row whose text is withheld when it is larger than was asked for; `bytes` tells. */
export interface MeasuredRow extends Omit<MemoRow, 'content'> {
  /** Null: withheld. */
  readonly content: string | null;
  readonly bytes: number;
}

/** So large a text travels with its row when so many rows are asked for at once: together they stay within a portion. */
export function withheldAbove(rows: number): readonly [number, number] {
  const bytes = Math.floor(PORTION_BYTES / rows);
  return [bytes, bytes];
}

interface Source {
  readonly database: Database;
  readonly readRow: RowReader;
}

/** Whole memos in the order of the rows; what was withheld is fetched from the table, a portion at a time. */
export async function* wholeMemos(
  source: Source,
  table: 'memos' | 'memo_trash',
  rows: readonly MeasuredRow[],
): AsyncGenerator<Memo[]> {
  for (let from = 0; from < rows.length;) {
    let bytes = 0;
    const over = rows.findIndex((row, index) => index >= from && (bytes += row.bytes) > PORTION_BYTES && index > from);
    const some = rows.slice(from, over < 0 ? rows.length : over);
    from += some.length;
    const memos = await whole(source, table, some);
    if (memos.length > 0) yield memos;
  }
}

async function whole({ database, readRow }: Source, table: string, rows: readonly MeasuredRow[]): Promise<Memo[]> {
  const withheld = rows.filter(({ content }) => content === null).map(({ id }) => id);
  const sql = `SELECT ${MEMO_COLUMNS} FROM ${table} WHERE id IN (${placeholders(withheld)})`;
  const fetched =
    withheld.length === 0 ? [] : await database.withConnection((session) => session.query<MemoRow>(sql, withheld));
  const large = new Map(fetched.map((row) => [row.id, row]));
  return rows.flatMap((row) => {
    const text = isComplete(row) ? row : large.get(row.id);
    // The row says what belongs to its place in the list, such as when it was deleted.
    return text === undefined ? [] : [readRow({ ...row, content: text.content, tags: text.tags })];
  });
}

function isComplete(row: MeasuredRow): row is MeasuredRow & MemoRow {
  return row.content !== null;
}
