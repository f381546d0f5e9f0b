/** The row that a change of a memo leaves in the outbox, in the same transaction. What reads it is in `events/`. */
import { randomUUID } from 'node:crypto';
import type { Connection } from '../../db/connection.ts';
import type { Database } from '../../db/database.ts';
import { currentTrace } from '../../observability/trace.ts';
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

/** Puts the event into the outbox, with the trace that the change is a part of; call inside the memo's transaction. */
export async function putEvent(connection: Connection, event: MemoEvent): Promise<void> {
  await connection.change(
    'INSERT INTO outbox (id, aggregateid, type, version, payload, created_at, traceparent) VALUES (?, ?, ?, ?, ?, ?, ?)',
    [
      randomUUID(),
      event.memoId,
      event.type,
      event.version,
      event.value,
      databaseTime(event.at),
      currentTrace()?.traceparent ?? null,
    ],
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
