/** Statements over many rows. */
import { fitting } from '../fitting.ts';
import type { Queryable, SqlValue } from './connection.ts';

export type Row = readonly SqlValue[];

/** Rows and characters of one statement: a character is at most three bytes, and a server takes megabytes. */
const MOST = { count: 500, weight: 262_144 } as const;
/** A text differs with the number of its rows: only short ones are prepared, and kept. */
const PREPARED_ROWS = 4;

/** `?, ?, ?`: a place for each of the values in a statement. */
export function placeholders(values: readonly unknown[]): string {
  return values.map(() => '?').join(', ');
}

/** An INSERT, without its rows. */
export interface Insert {
  /** Up to where the rows begin: `INSERT INTO t (a, b)`. */
  readonly into: string;
  /** Of the values in a row: `(?, ?, UTC_TIMESTAMP(3))`. Absent: the values and nothing else. */
  readonly places?: string;
  /** What follows the rows. */
  readonly rest?: string;
}

/** @returns what the statement says it returns, if it does */
export async function insertRows<Returned>(
  connection: Queryable,
  { into, places, rest = '' }: Insert,
  rows: readonly Row[],
): Promise<Returned[]> {
  return await sendRows<Returned>(connection, rows, (some) => {
    return `${into} VALUES ${some.map((row) => places ?? `(${placeholders(row)})`).join(', ')} ${rest}`;
  });
}

/**
 * As {@link insertRows}, with a row back for each. MariaDB writes and returns a row before it comes to the next, so that these
 * are in the order of the rows.
 * @throws Error when they are not as many: nobody could say which is whose
 */
export async function insertReturning<Returned>(
  connection: Queryable,
  insert: Insert,
  rows: readonly Row[],
): Promise<Returned[]> {
  const all = await insertRows<Returned>(connection, insert, rows);
  if (all.length !== rows.length) throw new Error(`${rows.length} rows were sent and ${all.length} came back`);
  return all;
}

/**
 * Sends a statement for each part of the rows, one behind the other.
 * @param first values of each statement, before those of its rows
 * @returns the rows of the answers, where they have any
 */
export async function sendRows<Returned>(
  connection: Queryable,
  rows: readonly Row[],
  statement: (some: readonly Row[]) => string,
  first: readonly SqlValue[] = [],
): Promise<Returned[]> {
  const answers = partsOf(rows).map((some) => {
    const [sql, values] = [statement(some), [...first, ...some.flat()]];
    return some.length > PREPARED_ROWS
      ? connection.query<Returned>(sql, values)
      : connection.execute<Returned>(sql, values);
  });
  return (await Promise.all(answers)).flat();
}

function partsOf(rows: readonly Row[]): Row[][] {
  const parts: Row[][] = [];
  for (let rest = rows; rest.length > 0;) {
    const part = rest.slice(0, fitting(rest, MOST, lengthOf));
    parts.push(part);
    rest = rest.slice(part.length);
  }
  return parts;
}

function lengthOf(row: Row): number {
  return row.reduce<number>(
    (sum, value) => sum + (typeof value === 'string' || Buffer.isBuffer(value) ? value.length : 0),
    0,
  );
}
