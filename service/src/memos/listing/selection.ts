/** Which memos are listed, in which order, and what that is in a statement. */
import type { SqlValue } from '../../db/connection.ts';
import { bare, behind, upTo } from './order.ts';
import type { ColumnName, Columns, Condition, Order, Position } from './order.ts';

/** One comparison of one column, such as `= ?`. */
export interface Comparison {
  readonly column: ColumnName;
  readonly is: string;
  readonly value: SqlValue;
}

/** Which memos, in which order. */
export interface Selection {
  readonly table: 'memos' | 'memo_trash';
  readonly conditions: readonly Comparison[];
  /** Each memo has all of them. */
  readonly tags: readonly string[];
  readonly order: Order;
  /** The one of the tags whose rows lead to the memos; absent: memos are looked at one by one. */
  readonly leading?: string;
}

/** A stretch of a selection; without bounds it is all of it. */
export interface Stretch {
  /** Behind this place. */
  readonly after?: Position | undefined;
  /** To this place, with what stands there. */
  readonly through?: Position | undefined;
}

/** All memos by their ids: what the original's clients ask for. */
export function isPlain({ conditions, order, table, tags }: Selection): boolean {
  return table === 'memos' && conditions.length === 0 && tags.length === 0 && order[0]?.column === 'id';
}

/** The conditions of the stretch, but for the tags. */
export function conditionsOf(
  { conditions, order }: Selection,
  { after, through }: Stretch,
  columns: Columns = bare,
): Condition[] {
  return [
    ...conditions.map(({ column, is, value }) => ({ sql: `${columns(column)} ${is}`, values: [value] })),
    ...(after === undefined ? [] : [behind(order, after, columns)]),
    ...(through === undefined ? [] : [upTo(order, through, columns)]),
  ];
}

/** A memo that has the tag, as its row says. The original wrote what is not ASCII in escapes, as Python does by default. */
export function holdsTag(tag: string): Condition {
  const json = JSON.stringify(tag);
  const escaped = json.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  const forms = [...new Set([json, escaped])];
  return { sql: `(${forms.map(() => 'JSON_CONTAINS(tags, ?)').join(' OR ')})`, values: forms };
}

export function whereAll(conditions: readonly Condition[]): string {
  return conditions.length === 0 ? '' : `WHERE ${conditions.map(({ sql }) => sql).join(' AND ')}`;
}

export function valuesOf(conditions: readonly Condition[]): SqlValue[] {
  return conditions.flatMap(({ values }) => values);
}

export function orderBy(order: Order, columns: Columns = bare): string {
  const keys = order.map(({ column, descending }) => `${columns(column)} ${descending ? 'DESC' : 'ASC'}`);
  return `ORDER BY ${keys.join(', ')}`;
}
