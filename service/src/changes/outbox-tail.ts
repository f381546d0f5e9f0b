/**
 * Reads the end of the outbox in the order of its numbers, leaving none out. Numbers are given when a row is inserted and rows
 * are seen when they are committed, so that a lower one may come later. Two things tell that none will: a locking read, which
 * waits for rows that are not committed, and the numbers themselves. A gap in them is a transaction that was rolled back, or
 * one whose row is not quite inserted yet: it is waited for a moment.
 */
import type { Connection } from '../db/connection.ts';
import type { Database } from '../db/database.ts';
import type { MemoEventType } from '../memos/storage/outbox.ts';

/** A change of a memo, as it goes out. */
export interface Change {
  readonly seq: number;
  readonly type: MemoEventType;
  /** The value of the event in Kafka. */
  readonly payload: string;
}

/** What the outbox holds. */
export interface Kept {
  /** Rows up to this number may be gone. */
  readonly purgedTo: number;
  /** The highest number that was ever given and committed. */
  readonly newest: number;
}

/** How long a number may be given out before its row is there: the inside of one INSERT. */
const GAP_MS = 1_000;
const MOST = 2_000;
/** Numbers before the newest that are looked at when a tail begins, for transactions that are open then. */
const BEFORE_NEWEST = 1_000;
const COLUMNS = 'SELECT seq, type, payload FROM outbox';

export class OutboxTail {
  readonly #database: Database;
  readonly #now: () => number;
  #settled: number;
  /** When the highest number was first seen, for those behind a gap. */
  #sightings: { readonly seq: number; readonly at: number }[] = [];

  private constructor(database: Database, now: () => number, settled: number) {
    this.#database = database;
    this.#now = now;
    this.#settled = settled;
  }

  /** @param now milliseconds of a clock that is never set back */
  static async open(database: Database, now: () => number = () => performance.now()): Promise<OutboxTail> {
    const { newest, purgedTo } = await database.withConnection(keptOf);
    return new OutboxTail(database, now, Math.max(0, purgedTo, newest - BEFORE_NEWEST));
  }

  /** Nothing at or below this number is still to come. */
  get settled(): number {
    return this.#settled;
  }

  /** Up to this number rows were purged, which happens to none that has not been there for long. */
  passOver(purgedTo: number): void {
    this.#settled = Math.max(this.#settled, purgedTo);
  }

  /** The changes that were settled since the last call; none when there is nothing new, or a gap before it is too young. */
  async next(): Promise<Change[]> {
    const rows = await this.#database.withConnection((connection) =>
      connection.execute<Change>(`${COLUMNS} WHERE seq > ? ORDER BY seq LIMIT ${MOST} LOCK IN SHARE MODE`, [
        this.#settled,
      ]),
    );
    const highest = rows.at(-1)?.seq ?? 0;
    // Of a full portion no further than it goes: a number that came late has pushed others out that were in the one before.
    const most = rows.length < MOST ? Infinity : highest;
    const settled = Math.min(most, Math.max(this.#unbroken(rows), this.#longSeen()));
    this.#settled = settled;
    this.#sightings = this.#sightings.filter(({ seq }) => seq > settled);
    if (highest > (this.#sightings.at(-1)?.seq ?? settled)) this.#sightings.push({ seq: highest, at: this.#now() });
    return rows.filter(({ seq }) => seq <= settled);
  }

  /** How far the numbers follow each other. */
  #unbroken(rows: readonly Change[]): number {
    const gap = rows.findIndex(({ seq }, index) => seq !== this.#settled + index + 1);
    return this.#settled + (gap < 0 ? rows.length : gap);
  }

  #longSeen(): number {
    const before = this.#now() - GAP_MS;
    return this.#sightings.findLast(({ at }) => at <= before)?.seq ?? 0;
  }
}

/** Settled changes from one number to another, at most so many. */
export function changesBetween(connection: Connection, after: number, to: number, most: number): Promise<Change[]> {
  return connection.execute(`${COLUMNS} WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?`, [after, to, most]);
}

export async function keptOf(connection: Connection): Promise<Kept> {
  const [row] = await connection.execute<{ purged_to: number | null; newest: number | null }>(
    `SELECT (SELECT to_seq FROM outbox_purged WHERE id = 1) AS purged_to, (SELECT MAX(seq) FROM outbox) AS newest`,
  );
  const purgedTo = row?.purged_to ?? 0;
  return { purgedTo, newest: Math.max(purgedTo, row?.newest ?? 0) };
}
