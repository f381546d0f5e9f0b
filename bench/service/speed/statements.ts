/** What the database does for a request: its own account of each kind of statement. */
import type { Connection } from 'mariadb';

export interface Statement {
  readonly text: string;
  /** For one request. */
  readonly executions: number;
  /** Microseconds for one request, from the statement's arrival to its end: with other connections at work it has waited too. */
  readonly micros: number;
}

const DIGESTS = 'performance_schema.events_statements_summary_by_digest';

/** Begins the account anew. */
export async function forgetStatements(root: Connection): Promise<void> {
  await root.query(`TRUNCATE ${DIGESTS}`);
}

/** Since then, by what they cost. @param requests by which all is divided */
export async function statementsOf(root: Connection, requests: number): Promise<Statement[]> {
  const rows = await root.query<{ text: string; executions: number; micros: number }[]>(
    `SELECT DIGEST_TEXT AS text, CAST(COUNT_STAR AS DOUBLE) AS executions, CAST(SUM_TIMER_WAIT AS DOUBLE) / 1e6 AS micros
     FROM ${DIGESTS} WHERE SCHEMA_NAME = 'memo_app' ORDER BY SUM_TIMER_WAIT DESC`,
  );
  return rows.map(({ executions, micros, text }) => ({
    text,
    executions: executions / requests,
    micros: micros / requests,
  }));
}

const LENGTH = 70;

/** Those of at least a hundredth of the time, as a table of Markdown. */
export function statementTable(statements: readonly Statement[]): string {
  const whole = statements.reduce((sum, { micros }) => sum + micros, 0);
  const rows = statements
    .filter(({ micros }) => micros >= whole / 100)
    .map(({ executions, micros, text }) => `| \`${cut(text)}\` | ${executions.toFixed(3)} | ${micros.toFixed(0)} |`);
  return ['| statement | of each request | µs of each request |', '| --- | --- | --- |', ...rows].join('\n');
}

function cut(text: string): string {
  const plain = text.replaceAll(/`|\|/g, '').replaceAll(/\s+/g, ' ');
  return plain.length > LENGTH ? `${plain.slice(0, LENGTH)}…` : plain;
}
