/** Statements over many rows. */
import type { Connection, SqlValue } from './connection.ts';

export type Row = readonly SqlValue[];

/** Rows and characters of one statement: far from what the server takes. A row that is longer has one of its own. */
const MOST = { rows: 500, characters: 1_048_576 } as const;
/** A text differs with the number of its rows: it is prepared for as many as a memo usually has. */
const PREPARED_ROWS = 4;

/** @param into up to where the rows begin: `INSERT INTO t (a, b)` @param rest what follows them */
export async function insertRows(connection: Connection, into: string, rows: readonly Row[], rest = ''): Promise<void> {
  await changeRows(connection, rows, (some) => inserting(into, some, rest));
}

/** As {@link insertRows}, with what the statement says it returns: in the order of the rows. */
export async function insertReturning<Returned>(
  connection: Connection,
  into: string,
  rows: readonly Row[],
  returning: string,
): Promise<Returned[]> {
  const parts = await Promise.all(
    partsOf(rows).map(async (some) => {
      const sql = inserting(into, some, returning);
      return some.length > PREPARED_ROWS
        ? await connection.query<Returned>(sql, some.flat())
        : await connection.execute<Returned>(sql, some.flat());
    }),
  );
  return parts.flat();
}

/** Sends a statement for each part of the rows, one behind the other. */
export async function changeRows(
  connection: Connection,
  rows: readonly Row[],
  statement: (some: readonly Row[]) => string,
): Promise<void> {
  await Promise.all(
    partsOf(rows).map(async (some) => {
      const sql = statement(some);
      await (some.length > PREPARED_ROWS ? connection.run(sql, some.flat()) : connection.change(sql, some.flat()));
    }),
  );
}

function inserting(into: string, rows: readonly Row[], rest: string): string {
  return `${into} VALUES ${rows.map((row) => `(${row.map(() => '?').join(', ')})`).join(', ')} ${rest}`;
}

function partsOf(rows: readonly Row[]): Row[][] {
  const parts: Row[][] = [];
  let part: Row[] = [];
  let characters = 0;
  for (const row of rows) {
    const more = lengthOf(row);
    if (part.length > 0 && (part.length === MOST.rows || characters + more > MOST.characters)) {
      parts.push(part);
      [part, characters] = [[], 0];
    }
    part.push(row);
    characters += more;
  }
  if (part.length > 0) parts.push(part);
  return parts;
}

function lengthOf(row: Row): number {
  return row.reduce<number>(
    (sum, value) => sum + (typeof value === 'string' || Buffer.isBuffer(value) ? value.length : 0),
    0,
  );
}
