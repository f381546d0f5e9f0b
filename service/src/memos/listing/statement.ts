/** The statements behind a list: a portion of it, and the place of its n-th memo. */
import type { SqlValue } from '../../db/connection.ts';
import { behind, upTo } from './order.ts';
import type { Condition, Order, Position } from './order.ts';
import { MEASURED_COLUMNS, withheldAbove } from './whole.ts';

/** Which memos, in which order. */
export interface Selection {
  readonly table: 'memos' | 'memo_trash';
  readonly conditions: readonly Condition[];
  readonly order: Order;
}

/** A stretch of a selection; without bounds it is all of it. */
export interface Stretch {
  /** Behind this place. */
  readonly after?: Position | undefined;
  /** To this place, with what stands there. */
  readonly through?: Position | undefined;
}

export interface Statement {
  readonly sql: string;
  readonly values: readonly SqlValue[];
  /** The text is one of a few, worth being prepared on every connection. */
  readonly frequent: boolean;
}

/** The first rows of the stretch, measured. */
export function rowsOf(selection: Selection, stretch: Stretch, rows: number): Statement {
  const columns = selection.table === 'memos' ? MEASURED_COLUMNS : `${MEASURED_COLUMNS}, deleted_at`;
  const { values, ...statement } = select(selection, stretch, columns, '', 'LIMIT ?', rows);
  return { ...statement, values: [...withheldAbove(rows), ...values] };
}

/** The place of the n-th row of the stretch, counted from 1. It reads an index, and none of the texts, where there is one. */
export function placeOf(selection: Selection, stretch: Stretch, n: number): Statement {
  const columns = selection.order.map(({ column }) => column).join(', ');
  // The original's thin index on the id alone: the primary key is the table itself, with all the texts.
  const hint = isPlain(selection) ? 'FORCE INDEX (ix_memos_id)' : '';
  return select(selection, stretch, columns, hint, 'LIMIT 1 OFFSET ?', n - 1);
}

/** All memos by their ids: what the original's clients ask for. */
export function isPlain({ conditions, order, table }: Selection): boolean {
  return table === 'memos' && conditions.length === 0 && order[0]?.column === 'id';
}

function select(
  selection: Selection,
  { after, through }: Stretch,
  columns: string,
  hint: string,
  limit: string,
  count: number,
): Statement {
  const { conditions, order, table } = selection;
  const all = [
    ...conditions,
    ...(after === undefined ? [] : [behind(order, after)]),
    ...(through === undefined ? [] : [upTo(order, through)]),
  ];
  const where = all.length === 0 ? '' : `WHERE ${all.map(({ sql }) => sql).join(' AND ')}`;
  const by = order.map(({ column, descending }) => `${column} ${descending ? 'DESC' : 'ASC'}`).join(', ');
  return {
    sql: `SELECT ${columns} FROM ${table} ${hint} ${where} ORDER BY ${by} ${limit}`,
    values: [...all.flatMap(({ values }) => values), count],
    frequent: isPlain(selection),
  };
}
