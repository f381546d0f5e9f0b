/**
 * Finds memos by a part of their title or content, newest first, missing none. Frequent words are found among the newest
 * memos by looking at each; what is not found there in number comes from the index of character pairs.
 */
import type { Connection } from '../db/connection.ts';
import type { Database } from '../db/database.ts';
import type { PortionSize } from './listing/portion-size.ts';
import { gramExpression, likePattern, queryForms } from './search-text.ts';

/** How much of the newest is looked at before the index is asked. */
const NEWEST = { rows: 5000, bytes: 16_777_216 } as const;

interface Found {
  readonly memo_id: number;
}

export class MemoSearch {
  readonly #database: Database;
  readonly #portion: PortionSize;
  /** Every memo has its search row; true for ever once seen. */
  #complete = false;

  constructor(database: Database, portion: PortionSize) {
    this.#database = database;
    this.#portion = portion;
  }

  /** Ids of the memos that hold the query, from the newest down. Never a part of them: @throws DatabaseUnavailable */
  async find(query: string, skip: number, limit: number): Promise<number[]> {
    const wanted = Math.min(skip + limit, Number.MAX_SAFE_INTEGER);
    return this.#database.withConnection(async (connection) => {
      const pendingTo = await this.#pendingTo(connection);
      const [entered, pending] = [
        await this.#entered(connection, query, wanted),
        pendingTo === 0 ? [] : await pendingMatches(connection, query, pendingTo, wanted),
      ];
      const ids = pending.length === 0 ? entered : [...entered, ...pending].sort((a, b) => b - a);
      return ids.slice(skip, wanted);
    });
  }

  async #entered(connection: Connection, query: string, wanted: number): Promise<number[]> {
    const forms = queryForms(query);
    const like = forms.map(() => 'folded LIKE ?').join(' OR ');
    const patterns = forms.map(likePattern);
    const [top] = await connection.execute<{ newest: number | null }>('SELECT MAX(memo_id) AS newest FROM memo_search');
    const newest = top?.newest ?? 0;
    const border = newest - this.#portion.within(NEWEST.bytes, NEWEST.rows);
    const near = await connection.execute<Found>(
      `SELECT memo_id FROM memo_search WHERE memo_id > ? AND (${like}) ORDER BY memo_id DESC LIMIT ?`,
      [border, ...patterns, wanted],
    );
    const missing = wanted - near.length;
    const far =
      missing <= 0 || border <= 0
        ? []
        : await connection.execute<Found>(
            `SELECT memo_id FROM memo_search WHERE MATCH (grams) AGAINST (? IN BOOLEAN MODE) AND memo_id <= ? AND (${like})
             ORDER BY memo_id DESC LIMIT ?`,
            [gramExpression(forms), border, ...patterns, missing],
          );
    return [...near, ...far].map(({ memo_id }) => memo_id);
  }

  async #pendingTo(connection: Connection): Promise<number> {
    if (this.#complete) return 0;
    const [row] = await connection.query<{ pending_to: number }>(
      'SELECT pending_to FROM memo_search_backfill WHERE id = 1',
    );
    const pendingTo = row?.pending_to ?? 0;
    this.#complete = pendingTo === 0;
    return pendingTo;
  }
}

/** Adopted memos that have no search row yet are looked at as they are, without folding beyond their collation's. */
async function pendingMatches(
  connection: Connection,
  query: string,
  pendingTo: number,
  wanted: number,
): Promise<number[]> {
  const pattern = likePattern(query);
  const rows = await connection.query<Found>(
    `SELECT id AS memo_id FROM memos WHERE id <= ? AND (title LIKE ? OR content LIKE ?)
     AND NOT EXISTS (SELECT 1 FROM memo_search WHERE memo_search.memo_id = memos.id) ORDER BY id DESC LIMIT ?`,
    [pendingTo, pattern, pattern, wanted],
  );
  return rows.map(({ memo_id }) => memo_id);
}
