/** The row that a change of a memo leaves in the outbox, in the same transaction. What reads it is in `events/`. */
import { randomUUID } from 'node:crypto';
import type { Queryable } from '../../db/connection.ts';
import type { Database } from '../../db/database.ts';
import { insertRows } from '../../db/many-rows.ts';
import { databaseTime } from './times.ts';

export type MemoEventType = 'memo_created' | 'memo_updated' | 'memo_deleted';

export interface MemoEvent {
  readonly type: MemoEventType;
  readonly memoId: number;
  /** The memo's version after the change. */
  readonly version: number;
  /** The event's value as it is published: see {@link eventValue}. */
  readonly value: string;
  readonly at: Date;
  /** The header of the trace that the change is a part of; null: of none. */
  readonly traceparent: string | null;
}

/** The value of an event, with exactly the fields that the consumers of the original know. */
export function eventValue(
  event: { readonly type: MemoEventType; readonly memoId: number; readonly at: Date },
  memo?: { readonly title: string; readonly author: string | null },
): string {
  return JSON.stringify({
    event_type: event.type,
    memo_id: event.memoId,
    ...(memo === undefined ? {} : { title: memo.title, author: memo.author }),
    timestamp: event.at.toISOString(),
  });
}

/** Puts events into the outbox; call inside the transaction of their memos. */
export async function putEvents(connection: Queryable, events: readonly MemoEvent[]): Promise<void> {
  await insertRows(
    connection,
    'INSERT INTO outbox (id, aggregateid, type, version, payload, created_at, traceparent)',
    events.map(({ at, memoId, traceparent, type, value, version }) => [
      randomUUID(),
      memoId,
      type,
      version,
      value,
      databaseTime(at),
      traceparent,
    ]),
  );
}

/** Rows of one chunk of {@link recentWrites}. */
const CHUNK = 1000;

/** One committed write. */
export interface RecentWrite {
  readonly id: number;
  readonly version: number;
}

/** The writes committed in the last `ms` before `now`, in the order of the outbox: what a cache that was away has missed. */
export async function* recentWrites(database: Database, ms: number, now: Date): AsyncGenerator<readonly RecentWrite[]> {
  const since = databaseTime(new Date(now.getTime() - ms));
  const [first] = await database.withConnection((connection) =>
    connection.execute<{ seq: number | null }>('SELECT MIN(seq) AS seq FROM outbox WHERE created_at >= ?', [since]),
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
