/**
 * Finds memos by a part of their title or content, newest first, missing none. Frequent words are found among the newest
 * memos by looking at each; the others, which the very newest tell apart, come from the index of character pairs.
 */
import type { Connection, SqlValue } from '../../db/connection.ts';
import type { Database } from '../../db/database.ts';
import { NewestRows } from './newest.ts';
import type { Borders } from './newest.ts';
import { gramExpression, likePattern, pairsOf, queryForms } from './search-text.ts';
import type { PairCounts } from './search-text.ts';

interface Found {
  readonly memo_id: number;
}

/** A query of ids with its parameters. */
interface Part {
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

/** Those of a query: see {@link queryForms}. */
type Forms = readonly string[];

export class MemoSearch {
  readonly #database: Database;
  readonly #newest = new NewestRows();
  /** Every memo has its search row; true for ever once seen. */
  #complete = false;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Ids of the memos that hold the query, from the newest down. Never a part of them: @throws DatabaseUnavailable */
  async find(query: string, skip: number, limit: number): Promise<number[]> {
    const forms = queryForms(query);
    return this.#database.withConnection(async (connection) => {
      if (forms === undefined) return await ids(connection, matchesAsSent(query), skip, limit);
      const pendingTo = await this.#pendingTo(connection);
      const borders = await this.#newest.borders(connection);
      if (pendingTo > 0) {
        const { newest } = borders;
        const parts = [
          matchesBetween(forms, newest),
          indexedMatches(forms, newest),
          pendingMatches(query, forms, pendingTo),
        ];
        return await inOne(connection, parts, skip, limit);
      }
      return await pageOf(connection, forms, borders, skip, limit);
    });
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

/** Of memos that all have their search rows. */
async function pageOf(
  connection: Connection,
  forms: Forms,
  borders: Borders,
  skip: number,
  limit: number,
): Promise<number[]> {
  const { newest, sample } = borders;
  const wanted = Math.min(skip + limit, Number.MAX_SAFE_INTEGER);
  const near = await ids(connection, matchesBetween(forms, sample), 0, wanted);
  let border = sample;
  if (near.length < wanted && newest < sample && (await areLikely(connection, forms, borders, near.length, wanted))) {
    near.push(...(await ids(connection, matchesBetween(forms, newest, sample), 0, wanted - near.length)));
    border = newest;
  }
  const page = near.slice(skip);
  if (near.length === wanted || border === 0) return page;
  const left = { skip: Math.max(0, skip - near.length), limit: limit - page.length };
  const far = indexedMatches(forms, border, await countPairs(connection, forms, sample));
  return [...page, ...(await ids(connection, far, left.skip, left.limit))];
}

/** How often the pairs of a query stand in the very newest memos: nearly as often as anywhere. */
async function countPairs(connection: Connection, forms: Forms, sample: number): Promise<PairCounts> {
  const pairs = pairsOf(forms);
  if (pairs.length < 2) return new Map();
  const counts = pairs.map((_, index) => `CAST(SUM(folded LIKE ?) AS INTEGER) AS pair${index}`).join(', ');
  const [row] = await connection.query<Record<string, number | null>>(
    `SELECT ${counts} FROM memo_search WHERE memo_id > ?`,
    [...pairs.map(likePattern), sample],
  );
  return new Map(pairs.map((pair, index) => [pair, row?.[`pair${index}`] ?? 0]));
}

/** A sample may hold half of what it should. */
const LUCK = 2;

/**
 * Whether so many may be found among the newest: then to look at them costs less than all that the index leads to. Judged by
 * those at their top, and by those at their bottom too, since what came last may be an import of one kind.
 */
async function areLikely(
  connection: Connection,
  forms: Forms,
  { newest, probe, ratio }: Borders,
  near: number,
  wanted: number,
): Promise<boolean> {
  const enough = wanted / (ratio * LUCK);
  if (near >= enough) return true;
  return (await ids(connection, matchesBetween(forms, newest, probe), 0, wanted)).length >= enough;
}

/** Looks at each row above a border, up to another. */
function matchesBetween(forms: Forms, above: number, upTo = Number.MAX_SAFE_INTEGER): Part {
  const like = likeAny('folded', forms);
  return {
    sql: `SELECT memo_id FROM memo_search WHERE memo_id > ? AND memo_id <= ? AND ${like.sql}`,
    values: [above, upTo, ...like.values],
  };
}

/** What the index leads to, up to the border. */
function indexedMatches(forms: Forms, border: number, counts?: PairCounts): Part {
  const like = likeAny('folded', forms);
  return {
    sql: `SELECT memo_id FROM memo_search WHERE MATCH (grams) AGAINST (? IN BOOLEAN MODE) AND memo_id <= ? AND ${like.sql}`,
    values: [gramExpression(forms, counts), border, ...like.values],
  };
}

/** Looks at each memo as it is, for what is in no search row: an accent alone, or the mark that makes an emoji of a sign. */
function matchesAsSent(query: string): Part {
  const pattern = likePattern(query);
  return {
    sql: `SELECT id AS memo_id FROM memos
      WHERE (title LIKE ? COLLATE utf8mb4_bin OR content LIKE ? COLLATE utf8mb4_bin)`,
    values: [pattern, pattern],
  };
}

/**
 * Adopted memos that have no search row yet are looked at as they are. Their collation ignores case and accents too; what it
 * does not fold, the ways to compose, is asked for in each form.
 */
function pendingMatches(query: string, folded: Forms, pendingTo: number): Part {
  const forms = [...new Set([query, query.normalize('NFC'), query.normalize('NFD'), ...folded])];
  const [title, content] = [likeAny('title', forms), likeAny('content', forms)];
  return {
    sql: `SELECT id AS memo_id FROM memos WHERE id <= ? AND (${title.sql} OR ${content.sql})
      AND NOT EXISTS (SELECT 1 FROM memo_search WHERE memo_search.memo_id = memos.id)`,
    values: [pendingTo, ...title.values, ...content.values],
  };
}

function likeAny(column: string, forms: readonly string[]): Part {
  return { sql: `(${forms.map(() => `${column} LIKE ?`).join(' OR ')})`, values: forms.map(likePattern) };
}

async function ids(connection: Connection, { sql, values }: Part, skip: number, limit: number): Promise<number[]> {
  const page = [...values, limit, skip];
  const rows = await connection.execute<Found>(`${sql} ORDER BY memo_id DESC LIMIT ? OFFSET ?`, page);
  return rows.map(({ memo_id }) => memo_id);
}

/**
 * In one statement, which sees one state of the database: a memo that is entered meanwhile is found once, in the one table or
 * the other.
 */
async function inOne(connection: Connection, parts: readonly Part[], skip: number, limit: number): Promise<number[]> {
  const wanted = Math.min(skip + limit, Number.MAX_SAFE_INTEGER);
  const union = parts.map(({ sql }) => `(${sql} ORDER BY memo_id DESC LIMIT ?)`).join(' UNION ');
  const values = parts.flatMap((part) => [...part.values, wanted]);
  return await ids(connection, { sql: union, values }, skip, limit);
}
