/** What the service's statements cost the database: MariaDB's own log of them, in a table. */
import type { Connection } from 'mariadb';

/**
 * Settings of a MariaDB that can log every statement, once {@link logStatements} has been called. Rows that a storage engine
 * passes over by itself would not be counted as examined: so it hands all of them up.
 */
export const LOGGING = {
  log_output: 'TABLE',
  long_query_time: '0',
  slow_query_log: 'OFF',
  optimizer_switch: 'index_condition_pushdown=off',
} as const;

export interface LoggedStatement {
  /** With its values. */
  readonly sql: string;
  /** Without them: the same for every execution. */
  readonly shape: string;
  readonly examined: number;
  /** Rows that it gave back or changed. */
  readonly touched: number;
}

interface LogRow {
  readonly sql_text: string;
  readonly rows_examined: number;
  readonly rows_sent: number;
  readonly rows_affected: number;
}

/** From here on, of sessions that begin later too. */
export async function logStatements(root: Connection): Promise<void> {
  await root.query('SET GLOBAL slow_query_log = ON');
}

/** What the service has asked since then, but for what reads no table. */
export async function loggedStatements(root: Connection): Promise<LoggedStatement[]> {
  const rows = await root.query<LogRow[]>(
    `SELECT CONVERT(sql_text USING utf8mb4) AS sql_text, rows_examined, rows_sent, rows_affected
     FROM mysql.slow_log WHERE user_host LIKE 'memo[%'`,
  );
  return rows
    .filter(({ sql_text }) => /\b(?:FROM|INTO|UPDATE)\b/.test(sql_text))
    .map(({ rows_affected, rows_examined, rows_sent, sql_text }) => ({
      sql: sql_text,
      shape: shapeOf(sql_text),
      examined: rows_examined,
      touched: Math.max(rows_sent, rows_affected),
    }));
}

/** How the database goes about a statement; what it says where it does not tell. */
export async function planOf(root: Connection, sql: string): Promise<string> {
  try {
    return (await root.query<object[]>(`EXPLAIN ${sql}`)).map((step) => JSON.stringify(step)).join('\n');
  } catch (error) {
    return String(error);
  }
}

function shapeOf(sql: string): string {
  return sql
    .replace(/(?:_binary ?)?'(?:[^'\\]|\\.|'')*'/gis, '?')
    .replace(/\b\d+(?:\.\d+)?(?:e\d+)?\b|(?<!IS |IS NOT )\bNULL\b/g, '?')
    .replace(/\s+/g, ' ')
    .replace(/\((?:\?, )*\?\)(?:, \((?:\?, )*\?\))*/g, '(?)')
    .replace(/(\(memo_id = \? AND tag = \?\))(?: OR \1)+/g, '$1')
    .replace(/(folded LIKE \?)(?: OR \1)+/g, '$1')
    .trim();
}
