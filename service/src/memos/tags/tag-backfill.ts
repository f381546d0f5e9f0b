/** Writes the rows of the tags of memos that were there before, and of those that somebody else writes. */
import type { Queryable } from '../../db/connection.ts';
import { placeholders } from '../../db/many-rows.ts';
import type { Database } from '../../db/database.ts';
import { portionOf } from '../adoption/adoption.ts';
import type { Sized } from '../adoption/adoption.ts';
import { tagsOf } from '../storage/rows.ts';
import type { MemoRow } from '../storage/rows.ts';
import { replaceTags } from './tag-rows.ts';

/** Memos of one transaction: it holds their rows, and requests go first. */
const ROWS = 200;
/** The row of the marks that holds the id up to which memos have no rows of tags; 1 to 3 are of the search and the adoption. */
const PENDING_TAGS = 4;
const SIZED = 'SELECT id, COALESCE(OCTET_LENGTH(tags), 0) AS bytes FROM memos';

/** Whether memos that were there before still wait for their rows. */
export async function tagsPending(connection: Queryable): Promise<boolean> {
  const sql = `SELECT pending_to FROM memo_search_backfill WHERE id = ${PENDING_TAGS}`;
  const [mark] = await connection.query<{ pending_to: number }>(sql);
  return (mark?.pending_to ?? 0) > 0;
}

/** Enters the newest memos that wait. True: there may be more; false: none is left. */
export async function enterPendingTags(database: Database): Promise<boolean> {
  return await database.transaction(async (connection) => {
    // The lock on the mark makes replicas take turns.
    const [mark] = await connection.query<{ pending_to: number }>(
      `SELECT pending_to FROM memo_search_backfill WHERE id = ${PENDING_TAGS} FOR UPDATE`,
    );
    const from = mark?.pending_to ?? 0;
    if (from === 0) return false;
    const sized = await connection.query<Sized>(`${SIZED} WHERE id <= ? ORDER BY id DESC LIMIT ${ROWS}`, [from]);
    const ids = portionOf(sized);
    // A read lock: who changes one of them now waits, and writes its rows after these.
    await enter(connection, ids, 'LOCK IN SHARE MODE');
    const next = (ids.at(-1) ?? 1) - 1;
    await connection.run(`UPDATE memo_search_backfill SET pending_to = ? WHERE id = ${PENDING_TAGS}`, [next]);
    return true;
  });
}

/** Corrects the rows of memos that somebody else wrote last. True: there may be more; false: all are right. */
export async function correctStaleTags(database: Database): Promise<boolean> {
  return await database.transaction(async (connection) => {
    const sized = await connection.query<Sized>(
      `${SIZED} FORCE INDEX (ix_memos_stale_since) WHERE stale_since IS NOT NULL
       ORDER BY stale_since DESC, id DESC LIMIT ${ROWS}`,
    );
    const ids = portionOf(sized);
    if (ids.length === 0) return false;
    const stale = await enter(connection, ids, 'AND stale_since IS NOT NULL FOR UPDATE');
    if (stale.length === 0) return true;
    await connection.run(`UPDATE memos SET stale_since = NULL WHERE id IN (${placeholders(stale)})`, stale);
    return true;
  });
}

/** @param which the rest of the condition, and the lock @returns the memos that meet it, which have been entered */
async function enter(connection: Queryable, ids: readonly number[], which: string): Promise<number[]> {
  if (ids.length === 0) return [];
  const rows = await connection.query<Pick<MemoRow, 'id' | 'tags' | 'created_at' | 'updated_at' | 'priority'>>(
    `SELECT id, tags, created_at, updated_at, priority FROM memos WHERE id IN (${placeholders(ids)}) ${which}`,
    ids,
  );
  const found = rows.map(({ id }) => id);
  if (found.length === 0) return [];
  await replaceTags(
    connection,
    rows.map((row) => ({ ...row, tags: tagsOf(row.tags) })),
  );
  return found;
}
