/**
 * Enters the original's memos into the search table and settles them, and keeps the tags of what others write: in the
 * background, gating nothing.
 */
import type { Queryable } from '../../db/connection.ts';
import { insertRows, placeholders, sendRows } from '../../db/many-rows.ts';
import type { Database } from '../../db/database.ts';
import type { Log } from '../../observability/log.ts';
import { errorFields } from '../../observability/log.ts';
import { givingWay, pauseUnless } from '../../waiting.ts';
import { candidates, OriginalsWrites } from './adoption.ts';
import type { Candidate, Sized } from './adoption.ts';
import type { RowReader } from '../storage/rows.ts';
import { searchRow } from '../search/search-text.ts';
import type { SearchRow } from '../search/search-text.ts';
import { originalMayRun, settleSome } from './settling.ts';
import { correctStaleTags, enterPendingTags } from '../tags/tag-backfill.ts';

/** Memos of one transaction, which holds their rows. */
const ROWS = 100;
/** Milliseconds between two portions: requests go first. */
const PAUSE_MS = 20;
const AFTER_TROUBLE_MS = 5000;
/** How often the original, which may still run, is looked after. */
const LOOK_MS = 5000;
/** How often memos that somebody else wrote are looked for: every list by a tag reads them one by one until then. */
const STALE_TAGS_MS = 1000;
/** How often it is asked whether the day of the adoption is over. */
const DAY_LOOK_MS = 600_000;

interface BackfillOptions {
  readonly database: Database;
  readonly readRow: RowReader;
  readonly log: Log;
}

/** Runs until `stop`. Replicas take turns; one that dies leaves nothing half done. */
export async function backfill(options: BackfillOptions, stop: AbortSignal): Promise<void> {
  await Promise.all([enterAll(options, stop), settleAll(options, stop), enterTags(options, stop)]);
}

async function enterTags({ database, log }: BackfillOptions, stop: AbortSignal): Promise<void> {
  await repeatedly(() => enterPendingTags(database), PAUSE_MS, log, stop);
  const correct = async (): Promise<boolean> => {
    while (!stop.aborted && (await correctStaleTags(database))) await pauseUnless(stop, PAUSE_MS);
    return true;
  };
  await repeatedly(correct, STALE_TAGS_MS, log, stop);
}

async function settleAll({ database, log, readRow }: BackfillOptions, stop: AbortSignal): Promise<void> {
  await repeatedly(() => originalMayRun(database), DAY_LOOK_MS, log, stop);
  await repeatedly(() => settleSome(database, readRow), PAUSE_MS, log, stop);
}

async function enterAll({ database, log }: BackfillOptions, stop: AbortSignal): Promise<void> {
  await repeatedly(() => enterPending(database), PAUSE_MS, log, stop);
  const writes = new OriginalsWrites(database);
  const look = async (): Promise<boolean> => {
    for await (const memos of writes.look()) {
      await enter(database, memos, 'again');
      if (stop.aborted) return false;
      log.debug({ 'memo.count': memos.length }, 'entered what the original service has written');
      await pauseUnless(stop, PAUSE_MS);
    }
    return true;
  };
  await repeatedly(look, LOOK_MS, log, stop);
}

/** Does the work again and again until it says that nothing is left to do, or `stop`; waits longer after a failure. */
async function repeatedly(work: () => Promise<boolean>, pauseMs: number, log: Log, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    try {
      if (!(await work())) return;
      await pauseUnless(stop, pauseMs);
    } catch (error) {
      log.debug(errorFields(error), 'memos of the original service have to wait');
      await pauseUnless(stop, AFTER_TROUBLE_MS);
    }
  }
}

/** Enters the newest pending memos. False: none was left. */
async function enterPending(database: Database): Promise<boolean> {
  const { from, memos } = await database.withConnection(newestPending);
  if (from === 0) return false;
  const next = (memos.at(-1)?.id ?? 1) - 1;
  await enter(database, memos, 'if missing', async (connection) => {
    // Replicas may do the same portion at once: who comes second finds the mark moved.
    await connection.run('UPDATE memo_search_backfill SET pending_to = ? WHERE id = 1 AND pending_to = ?', [
      next,
      from,
    ]);
  });
  return true;
}

async function newestPending(connection: Queryable): Promise<{ from: number; memos: readonly Candidate[] }> {
  const [mark] = await connection.query<{ pending_to: number }>(
    'SELECT pending_to FROM memo_search_backfill WHERE id = 1',
  );
  const from = mark?.pending_to ?? 0;
  const sql = 'SELECT id, OCTET_LENGTH(content) AS bytes FROM memos WHERE id <= ? ORDER BY id DESC LIMIT ?';
  return { from, memos: await candidates(connection, await connection.query<Sized>(sql, [from, ROWS])) };
}

/** Where the memo has a row already. */
const KNOWN = {
  /** It is as new, or newer: our own writes bring their rows. */
  'if missing': 'ON DUPLICATE KEY UPDATE memo_id = memo_id',
  again: 'ON DUPLICATE KEY UPDATE folded = VALUES(folded), grams = VALUES(grams)',
} as const;

/** Enters what has not changed since it was read: who changed the rest has entered it, or it is found at a later look. */
async function enter(
  database: Database,
  memos: readonly Candidate[],
  how: keyof typeof KNOWN,
  then: (connection: Queryable) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  // Before any row is locked: a megabyte takes its time.
  const rows: { readonly memo: Candidate; readonly search: SearchRow }[] = [];
  for (const memo of memos) rows.push({ memo, search: await givingWay(searchRow(memo.title, memo.content)) });
  await database.transaction(async (connection) => {
    // A read lock: who changes one of them now waits, so that the new text is entered after this one.
    const locked = await sendRows<Pick<Candidate, 'id' | 'version' | 'updated_at'>>(
      connection,
      rows.map(({ memo }) => [memo.id]),
      (some) => `SELECT id, version, updated_at FROM memos WHERE id IN (${placeholders(some)}) LOCK IN SHARE MODE`,
    );
    const now = new Map(locked.map((one) => [one.id, one]));
    const unchanged = rows.filter(({ memo: { id, updated_at, version } }) => {
      return now.get(id)?.version === version && now.get(id)?.updated_at === updated_at;
    });
    await insertRows(
      connection,
      { into: 'INSERT INTO memo_search (memo_id, folded, grams)', rest: KNOWN[how] },
      unchanged.map(({ memo, search }) => [memo.id, search.folded, search.grams]),
    );
    await then(connection);
  });
}
