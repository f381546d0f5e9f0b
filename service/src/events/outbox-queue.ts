/** The outbox as its readers see it: rows to publish, rows to replay into the cache, rows that are done. */
import type { Connection } from '../db/connection.ts';
import { placeholders } from '../db/many-rows.ts';
import type { MemoEventType, RecentWrite } from '../memos/storage/outbox.ts';

/** One event that waits to be published. */
export interface OutboxEvent {
  readonly seq: number;
  /** A UUID, the same however often the event is published: consumers drop duplicates by it. */
  readonly id: string;
  readonly memoId: number;
  readonly type: MemoEventType;
  readonly version: number;
  readonly payload: string;
  /** The trace of the request that made the change, where it named one. */
  readonly traceparent: string | null;
}

/** The same as it waits. */
export interface WaitingEvent extends OutboxEvent {
  /** Milliseconds since it was written, by the database's clock: that of this process may be another. */
  readonly age: number;
}

/** A write whose invalidation has not been replayed. */
export interface UnreplayedWrite extends RecentWrite {
  readonly seq: number;
}

/** What waits in the outbox. */
export interface Backlog {
  /** Events to publish; never more than {@link COUNTED} are counted. */
  readonly waiting: number;
  /** Events that Kafka refused for good. */
  readonly poisoned: number;
}

/** The column that says that a row has done its work: what is set there, by the database's clock, is purged a day later. */
export type DoneColumn = 'published_at' | 'replayed_at' | 'created_at';

const COUNTED = 100_000;
/** Rows of a portion of {@link purge}, at most. */
export const PURGED_AT_ONCE = 1000;
const WAITING = 'published_at IS NULL AND poisoned_at IS NULL';

/** The eldest events that wait. By what is unpublished, not by the last `seq`: an earlier number may be committed later. */
export async function nextEvents(connection: Connection, limit: number): Promise<WaitingEvent[]> {
  const age = 'TIMESTAMPDIFF(MICROSECOND, created_at, UTC_TIMESTAMP(3)) DIV 1000 AS age';
  const columns = `seq, id, aggregateid AS memoId, type, version, payload, traceparent, ${age}`;
  return await connection.execute<WaitingEvent>(`SELECT ${columns} FROM outbox WHERE ${WAITING} ORDER BY seq LIMIT ?`, [
    limit,
  ]);
}

export async function markPublished(connection: Connection, seqs: readonly number[]): Promise<void> {
  await mark(connection, 'published_at', seqs);
}

/** Sets an event aside: it holds nobody up any more, is never purged, and can be sent again by `poisoned_at = NULL`. */
export async function markPoisoned(connection: Connection, seq: number): Promise<void> {
  const sql = 'UPDATE outbox SET poisoned_at = UTC_TIMESTAMP(3), attempts = attempts + 1 WHERE seq = ?';
  await connection.change(sql, [seq]);
}

export function nextReplays(connection: Connection, limit: number): Promise<UnreplayedWrite[]> {
  const columns = 'seq, aggregateid AS id, version';
  return connection.execute(`SELECT ${columns} FROM outbox WHERE replayed_at IS NULL ORDER BY seq LIMIT ?`, [limit]);
}

export async function markReplayed(connection: Connection, seqs: readonly number[]): Promise<void> {
  await mark(connection, 'replayed_at', seqs);
}

export async function backlog(connection: Connection): Promise<Backlog> {
  const [[waiting], [poisoned]] = await Promise.all([
    connection.execute<{ n: number }>(
      `SELECT COUNT(*) AS n FROM (SELECT 1 FROM outbox WHERE ${WAITING} LIMIT ${COUNTED}) AS rows_waiting`,
    ),
    connection.execute<{ n: number }>(
      'SELECT COUNT(*) AS n FROM outbox WHERE published_at IS NULL AND poisoned_at IS NOT NULL',
    ),
  ]);
  return { waiting: waiting?.n ?? 0, poisoned: poisoned?.n ?? 0 };
}

/** Writes whose invalidation has not been replayed; never more than {@link COUNTED} are counted. */
export async function unreplayed(connection: Connection): Promise<number> {
  const [row] = await connection.execute<{ n: number }>(
    `SELECT COUNT(*) AS n FROM (SELECT 1 FROM outbox WHERE replayed_at IS NULL LIMIT ${COUNTED}) AS rows_waiting`,
  );
  return row?.n ?? 0;
}

/**
 * Deletes rows that were done a day ago, a portion at a time, and notes how far: first the note, so that nobody who asks for
 * what came after an earlier change takes a gap for the whole. @returns whether all are gone
 */
export async function purge(connection: Connection, done: DoneColumn, atOnce: number): Promise<boolean> {
  const rows = await connection.execute<{ seq: number }>(
    `SELECT seq FROM outbox WHERE ${done} < UTC_TIMESTAMP(3) - INTERVAL 1 DAY AND poisoned_at IS NULL LIMIT ?`,
    [atOnce],
  );
  if (rows.length === 0) return true;
  const seqs = rows.map(({ seq }) => seq);
  await connection.run('UPDATE outbox_purged SET to_seq = GREATEST(to_seq, ?) WHERE id = 1', [Math.max(...seqs)]);
  await connection.run(`DELETE FROM outbox WHERE seq IN (${placeholders(seqs)})`, seqs);
  return rows.length < atOnce;
}

async function mark(
  connection: Connection,
  column: 'published_at' | 'replayed_at',
  seqs: readonly number[],
): Promise<void> {
  if (seqs.length === 0) return;
  await connection.run(`UPDATE outbox SET ${column} = UTC_TIMESTAMP(3) WHERE seq IN (${placeholders(seqs)})`, seqs);
}
