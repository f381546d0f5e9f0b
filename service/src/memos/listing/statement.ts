/** The statements behind a list: a portion of it, and the place of its n-th memo. */
import type { SqlValue } from '../../db/connection.ts';
import { conditionsOf, holdsTag, isPlain, orderBy, valuesOf, whereAll } from './selection.ts';
import type { Selection, Stretch } from './selection.ts';
import { placeByTag, rowsByTag } from './tagged.ts';
import { MEASURED_COLUMNS, withheldAbove } from './whole.ts';

export interface Statement {
  readonly sql: string;
  readonly values: readonly SqlValue[];
  /** The text is one of a few, worth being prepared on every connection. */
  readonly frequent: boolean;
}

/** The first rows of the stretch, measured. */
export function rowsOf(selection: Selection, stretch: Stretch, rows: number): Statement {
  const columns = selection.table === 'memos' ? MEASURED_COLUMNS : `${MEASURED_COLUMNS}, deleted_at`;
  const { values, ...statement } =
    selection.leading === undefined
      ? select(selection, stretch, columns, '', 'LIMIT ?', rows)
      : { ...rowsByTag(selection, selection.leading, stretch, columns, rows), frequent: false };
  return { ...statement, values: [...withheldAbove(rows), ...values] };
}

/** The place of the n-th row of the stretch, counted from 1. It reads an index, and none of the texts, where there is one. */
export function placeOf(selection: Selection, stretch: Stretch, n: number): Statement {
  if (selection.leading !== undefined) {
    return { ...placeByTag(selection, selection.leading, stretch, n), frequent: false };
  }
  const columns = selection.order.map(({ column }) => column).join(', ');
  // The original's thin index on the id alone: the primary key is the table itself, with all the texts.
  const hint = isPlain(selection) ? 'FORCE INDEX (ix_memos_id)' : '';
  return select(selection, stretch, columns, hint, 'LIMIT 1 OFFSET ?', n - 1);
}

function select(
  selection: Selection,
  stretch: Stretch,
  columns: string,
  hint: string,
  limit: string,
  count: number,
): Statement {
  const { order, table, tags } = selection;
  const all = [...conditionsOf(selection, stretch), ...tags.map(holdsTag)];
  return {
    sql: `SELECT ${columns} FROM ${table} ${hint} ${whereAll(all)} ${orderBy(order)} ${limit}`,
    values: [...valuesOf(all), count],
    frequent: isPlain(selection),
  };
}
