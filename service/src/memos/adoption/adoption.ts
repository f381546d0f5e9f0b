/**
 * Finds what the original service writes while it still runs beside this one: memos that have no search row, and memos of
 * its own that it changed. Of a memo that this service has changed too, a later change by the original leaves no trace that
 * could be looked for; it is searched by its older text until it is changed again.
 */
import type { Queryable, SqlValue } from '../../db/connection.ts';
import { placeholders } from '../../db/many-rows.ts';
import type { Database } from '../../db/database.ts';

/** A memo to be entered into the search; version and time tell whether it is still the same when it is. */
export interface Candidate {
  readonly id: number;
  readonly title: string;
  readonly content: string;
  readonly version: number;
  readonly updated_at: string | null;
}

/** A memo by its size. */
export interface Sized {
  readonly id: number;
  readonly bytes: number;
}

/** Ids that one statement looks at. */
const RANGE = 5000;
const ROWS = 50;
/** Bytes of one portion, a single memo that is larger aside: it is entered within the deadline of a transaction. */
const PORTION_BYTES = 262_144;
/** A smaller id may be committed later, by a transaction that is open for so many milliseconds at most. */
const SETTLED_MS = 60_000;
/** How often the original's own memos are looked through for changes, in the first day after the migration. */
const CHANGES_MS = 600_000;

/** The ids of the first of these memos that make a portion. */
export function portionOf(memos: readonly Sized[]): number[] {
  let bytes = 0;
  const over = memos.findIndex((memo, index) => (bytes += memo.bytes) > PORTION_BYTES && index > 0);
  return memos.slice(0, over < 0 ? memos.length : over).map(({ id }) => id);
}

/** The first of these memos that make a portion, with their texts. */
export async function candidates(connection: Queryable, memos: readonly Sized[]): Promise<Candidate[]> {
  const ids = portionOf(memos);
  if (ids.length === 0) return [];
  const rows = await connection.query<Candidate>(
    `SELECT id, title, content, version, updated_at FROM memos WHERE id IN (${placeholders(ids)})`,
    ids,
  );
  return rows.sort((a, b) => b.id - a.id);
}

/** What the original has written since it was asked before. */
export class OriginalsWrites {
  readonly #database: Database;
  #settling: { readonly at: number; readonly id: number } | undefined;
  #changesAt = -Infinity;

  constructor(database: Database) {
    this.#database = database;
  }

  /** One look; the portions are to be entered one after the other. */
  async *look(): AsyncGenerator<Candidate[]> {
    const { mark, newest } = await this.#database.withConnection(marks);
    // Ours bear the mark of UTC; the original's are made without.
    yield* this.#sweep(mark, newest, 'times_in_utc = 0 AND NOT EXISTS (SELECT 1 FROM memo_search WHERE memo_id = id)');
    const now = performance.now();
    if (this.#settling === undefined || now - this.#settling.at > SETTLED_MS) {
      if (this.#settling !== undefined) await this.#settle(this.#settling.id);
      this.#settling = { at: now, id: newest };
    }
    if (now - this.#changesAt < CHANGES_MS) return;
    this.#changesAt = now;
    const since = await this.#database.withConnection(dayOfAdoption);
    if (since !== undefined) yield* this.#sweep(0, newest, 'times_in_utc = 0 AND updated_at >= ?', since);
  }

  /** The memos between two ids of which a condition is true, from the eldest up. */
  async *#sweep(
    from: number,
    to: number,
    condition: string,
    ...values: readonly SqlValue[]
  ): AsyncGenerator<Candidate[]> {
    const sql = `SELECT id, OCTET_LENGTH(content) AS bytes FROM memos
      WHERE id > ? AND id <= ? AND ${condition} ORDER BY id LIMIT ${ROWS}`;
    for (let after = from; after < to;) {
      const end = Math.min(to, after + RANGE);
      const [sized, some] = await this.#database.withConnection(async (connection) => {
        const memos = await connection.query<Sized>(sql, [after, end, ...values]);
        return [memos, await candidates(connection, memos)] as const;
      });
      if (some.length > 0) yield some;
      const taken = some[0]?.id ?? end;
      after = some.length < sized.length || sized.length === ROWS ? taken : end;
    }
  }

  async #settle(id: number): Promise<void> {
    await this.#database.withConnection((connection) =>
      connection.run(
        `INSERT INTO memo_search_backfill (id, pending_to) VALUES (${LOOKED_TO}, ?)
         ON DUPLICATE KEY UPDATE pending_to = GREATEST(pending_to, VALUES(pending_to))`,
        [id],
      ),
    );
  }
}

/** The row of the marks that holds the id up to which no memo of the original is missing; 1 is the backfill's own. */
const LOOKED_TO = 2;

async function marks(connection: Queryable): Promise<{ mark: number; newest: number }> {
  const [row] = await connection.query<{ mark: number | null; newest: number | null }>(
    `SELECT (SELECT pending_to FROM memo_search_backfill WHERE id = ${LOOKED_TO}) AS mark,
      (SELECT MAX(id) FROM memos) AS newest`,
  );
  return { mark: row?.mark ?? 0, newest: row?.newest ?? 0 };
}

/** A time before the adoption on any clock of the original's, whose times have no zone; undefined once it is a day ago. */
export async function dayOfAdoption(connection: Queryable): Promise<string | undefined> {
  const [row] = await connection.query<{ since: string }>(
    `SELECT applied_at - INTERVAL 1 DAY AS since FROM schema_migrations
     WHERE version = 1 AND applied_at > NOW(3) - INTERVAL 1 DAY`,
  );
  return row?.since;
}
