/**
 * The statements of a list that is led to its memos by the rows of a tag. Memos that somebody wrote who does not know of those
 * rows are few; they are looked at one by one, in the same statement, so that none is missed and none is there twice.
 */
import { tagDigest } from '../tags/tag-rows.ts';
import { bare } from './order.ts';
import type { ColumnName, Columns, Condition, Order } from './order.ts';
import { conditionsOf, holdsTag, orderBy, valuesOf, whereAll } from './selection.ts';
import type { Selection, Stretch } from './selection.ts';

/** The columns of a memo that the rows of its tags have too, and the index that holds those of a tag in their order. */
const INDEXES: ReadonlyMap<ColumnName, string> = new Map([
  ['id', 'ix_memo_tags_memo_id'],
  ['created_at', 'ix_memo_tags_created_at'],
  ['updated_at', 'ix_memo_tags_updated_at'],
  ['priority', 'ix_memo_tags_priority'],
]);

/** Whether an index holds the rows of a tag in this order. */
export function isOrderOfIndex(order: Order): boolean {
  const [first] = order;
  return (
    first !== undefined &&
    INDEXES.has(first.column) &&
    order.every(({ column }) => column === first.column || column === 'id') &&
    order.every(({ descending }) => descending === first.descending)
  );
}

/** Whether the memos of a tag are a stretch of such an index: then a page of them reads no more than its own rows. */
export function isStretchOfIndex({ conditions, order }: Selection): boolean {
  return isOrderOfIndex(order) && conditions.every(({ column }) => column === order[0]?.column);
}

/** The first rows of the stretch. */
export function rowsByTag(
  selection: Selection,
  tag: string,
  stretch: Stretch,
  columns: string,
  rows: number,
): Condition {
  const { sql, values } = placesByTag(selection, tag, stretch, rows);
  return {
    sql: `SELECT ${columns} FROM (${sql}) AS places STRAIGHT_JOIN memos ON memos.id = place_id
      ${orderBy(selection.order, ofPlaces)} LIMIT ?`,
    values: [...values, rows],
  };
}

/** The place of the n-th row of the stretch, counted from 1. */
export function placeByTag(selection: Selection, tag: string, stretch: Stretch, n: number): Condition {
  const { sql, values } = placesByTag(selection, tag, stretch, n);
  const columns = selection.order.map(({ column }) => `${ofPlaces(column)} AS ${column}`).join(', ');
  return {
    sql: `SELECT ${columns} FROM (${sql}) AS places ${orderBy(selection.order, ofPlaces)} LIMIT 1 OFFSET ?`,
    values: [...values, n - 1],
  };
}

/**
 * The first places of the stretch, and perhaps more: as many of the rows that are right, and of the memos that have stale ones.
 * Every index is named: MariaDB would take another one of the tag's and sort, and 10.11 another one of the memos'.
 */
function placesByTag(selection: Selection, tag: string, stretch: Stretch, rows: number): Condition {
  const { order, tags } = selection;
  const first = order[0]?.column ?? 'id';
  const right: Condition[] = [
    { sql: 'tagged.tag = ? AND memos.stale_since IS NULL', values: [tagDigest(tag)] },
    ...conditionsOf(selection, stretch, ofTagged),
    ...tags.filter((other) => other !== tag).map(holdsTag),
  ];
  const stale: Condition[] = [
    { sql: 'stale_since IS NOT NULL', values: [] },
    ...conditionsOf(selection, stretch),
    ...tags.map(holdsTag),
  ];
  return {
    sql: `(SELECT ${placesOf(order, ofTagged)}
        FROM memo_tags AS tagged FORCE INDEX (${INDEXES.get(first) ?? 'ix_memo_tags_memo_id'})
        STRAIGHT_JOIN memos FORCE INDEX (PRIMARY) ON memos.id = tagged.memo_id
        ${whereAll(right)} ${orderBy(order, ofTagged)} LIMIT ?)
      UNION ALL
      (SELECT ${placesOf(order, bare)} FROM memos FORCE INDEX (ix_memos_stale_since)
        ${whereAll(stale)} ${orderBy(order)} LIMIT ?)`,
    values: [...valuesOf(right), rows, ...valuesOf(stale), rows],
  };
}

function placesOf(order: Order, columns: Columns): string {
  return order.map(({ column }) => `${columns(column)} AS ${ofPlaces(column)}`).join(', ');
}

function ofPlaces(column: ColumnName): string {
  return `place_${column}`;
}

function ofTagged(column: ColumnName): string {
  if (column === 'id') return 'tagged.memo_id';
  return INDEXES.has(column) ? `tagged.${column}` : `memos.${column}`;
}
