/** In which order memos are listed, and where in it one of them stands. */
import type { SqlValue } from '../../db/connection.ts';
import type { MemoRow } from '../storage/rows.ts';

/** What clients may sort by. */
export const SORT_FIELDS = ['created_at', 'id', 'priority', 'title', 'updated_at'] as const;

type SortField = (typeof SORT_FIELDS)[number];

export interface SortKey {
  readonly column: SortField | 'deleted_at';
  readonly descending: boolean;
}

/** Ends on the id, so that no two memos stand at the same place. */
export type Order = readonly SortKey[];

export const NEWEST_FIRST: Order = [{ column: 'id', descending: true }];
export const OLDEST_FIRST: Order = [{ column: 'id', descending: false }];
export const LAST_DELETED_FIRST: Order = [
  { column: 'deleted_at', descending: true },
  { column: 'id', descending: true },
];

/** A memo's values of the order's columns, as the database has them. */
export type Position = readonly (string | number)[];

/** Reads `-priority,created_at`. Undefined: a field that is not to be sorted by, or twice the same. */
export function parseOrder(text: string): Order | undefined {
  const keys: SortKey[] = [];
  for (const part of text.split(',')) {
    const descending = part.startsWith('-');
    const column = SORT_FIELDS.find((field) => field === (descending ? part.slice(1) : part));
    if (column === undefined || keys.some((key) => key.column === column)) return undefined;
    keys.push({ column, descending });
  }
  const id = keys.findIndex(({ column }) => column === 'id');
  // In the direction of the last key: an index ends on the id and is read one way.
  return id < 0 ? [...keys, { column: 'id', descending: keys.at(-1)?.descending ?? false }] : keys.slice(0, id + 1);
}

/** Where a row stands. */
export function positionOf(order: Order, row: Omit<MemoRow, 'content'>): Position {
  return order.map(({ column }) => row[column] ?? '');
}

/** A part of a WHERE clause. */
export interface Condition {
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

export type ColumnName = keyof MemoRow;

/** How a statement calls a column of the memo. */
export type Columns = (column: ColumnName) => string;

/** By its own name. */
export function bare(column: ColumnName): string {
  return column;
}

/** What stands behind the position. */
export function behind(order: Order, position: Position, columns: Columns = bare): Condition {
  return bounded(order, position, columns, ({ descending }) => (descending ? '<' : '>'), '');
}

/** What stands at the position or before it. */
export function upTo(order: Order, position: Position, columns: Columns = bare): Condition {
  return bounded(order, position, columns, ({ descending }) => (descending ? '>' : '<'), '=');
}

/**
 * `a < ? OR (a = ? AND id < ?)` is a range of the index on both columns. MariaDB makes none of `(a, id) < (?, ?)`, and of
 * `a <= ? AND (a < ? OR id < ?)` one that holds every row of the same `a`.
 */
function bounded(
  order: Order,
  position: Position,
  columns: Columns,
  sign: (key: SortKey) => string,
  last: '' | '=',
): Condition {
  const [key, ...deeper] = order;
  const [value = '', ...rest] = position;
  if (key === undefined) return { sql: 'TRUE', values: [] };
  const column = columns(key.column);
  if (deeper.length === 0) return { sql: `${column} ${sign(key)}${last} ?`, values: [value] };
  const inner = bounded(deeper, rest, columns, sign, last);
  return {
    sql: `(${column} ${sign(key)} ? OR (${column} = ? AND ${inner.sql}))`,
    values: [value, value, ...inner.values],
  };
}
