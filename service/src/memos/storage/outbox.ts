/** The row that a change of a memo leaves in the outbox, in the same transaction. What reads it is in `events/`. */
import { randomUUID } from 'node:crypto';
import type { Queryable } from '../../db/connection.ts';
import type { Database } from '../../db/database.ts';
import { insertRows } from '../../db/many-rows.ts';

export type MemoEventType = 'memo_created' | 'memo_updated' | 'memo_deleted';

export interface MemoEvent {
  readonly type: MemoEventType;
  readonly memoId: number;
  /** The memo's version after the change. */
  readonly version: number;
  /** The event's value as it is published: see {@link eventValue}. */
  readonly value: string;
  /** The header of the trace that the change is a part of; null: of none. */
  readonly traceparent: string | null;
}

/**
 * The value of an event, with exactly the fields that the consumers of the original know.
 * @param event `at`: RFC 3339 in UTC with milliseconds
 */
export function eventValue(
  event: { readonly type: MemoEventType; readonly memoId: number; readonly at: string },
  memo?: { readonly title: string; readonly author: string | null },
): string {
  return JSON.stringify({
    event_type: event.type,
    memo_id: event.memoId,
    ...(memo === undefined ? {} : { title: memo.title, author: memo.author }),
    timestamp: event.at,
  });
}

const PUT = {
  into: 'INSERT INTO outbox (id, aggregateid, type, version, payload, traceparent, created_at)',
  /** Written and looked for by the database's clock: those of the replicas may differ by more than any margin. */
  places: '(?, ?, ?, ?, ?, ?, UTC_TIMESTAMP(3))',
};

/** Puts events into the outbox; call inside the transaction of their memos. */
export async function putEvents(connection: Queryable, events: readonly MemoEvent[]): Promise<void> {
  const rows = events.map(({ memoId, traceparent, type, value, version }) => [
    randomUUID(),
    memoId,
    type,
    version,
    value,
    traceparent,
  ]);
  await insertRows(connection, PUT, rows);
}

/** Rows of one chunk of {@link recentWrites}. */
const CHUNK = 1000;

/** One committed write. */
export interface RecentWrite {
  readonly id: number;
  readonly version: number;
}

/** The writes committed in the last `ms`, in the order of the outbox: what a cache that was away has missed. */
export async function* recentWrites(database: Database, ms: number): AsyncGenerator<readonly RecentWrite[]> {
  const sql = 'SELECT MIN(seq) AS seq FROM outbox WHERE created_at >= UTC_TIMESTAMP(3) - INTERVAL ? MICROSECOND';
  const [first] = await database.withConnection((connection) =>
    connection.execute<{ seq: number | null }>(sql, [ms * 1000]),
  );
  for (let from = first?.seq ?? undefined; from !== undefined;) {
    const rows: (RecentWrite & { readonly seq: number })[] = await chunk(database, from);
    if (rows.length > 0) yield rows.map(({ id, version }) => ({ id, version }));
    const last: number | undefined = rows.length < CHUNK ? undefined : rows.at(-1)?.seq;
    from = last === undefined ? undefined : last + 1;
  }
}

function chunk(database: Database, from: number): Promise<(RecentWrite & { readonly seq: number })[]> {
  return database.withConnection((connection) =>
    connection.execute('SELECT seq, aggregateid AS id, version FROM outbox WHERE seq >= ? ORDER BY seq LIMIT ?', [
      from,
      CHUNK,
    ]),
  );
}
