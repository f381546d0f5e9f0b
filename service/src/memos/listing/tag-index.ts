/** Decides whether the rows of a tag lead to the memos of a list, and of which one where several are asked for. */
import type { Connection, SqlValue } from '../../db/connection.ts';
import type { Database } from '../../db/database.ts';
import { tagsPending } from '../tags/tag-backfill.ts';
import { tagDigest } from '../tags/tag-rows.ts';
import { conditionsOf, valuesOf, whereAll } from './selection.ts';
import type { Selection } from './selection.ts';
import { isOrderOfIndex, isStretchOfIndex } from './tagged.ts';

/** So many memos can all be looked at, and sorted, within some hundredths of a second. */
const FEW = 10_000;
/** Tags that are counted; of more the first ones have to do. */
const COUNTED_TAGS = 8;

export class TagIndex {
  readonly #database: Database;
  /** Every memo has had its rows written; true for ever once seen. */
  #complete = false;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * The selection with its leading tag: the rarest while it is on few memos, in whatever order; a frequent one in an order
   * that an index of the tags has. None, so that memos are looked at along another filter or the order: where such a filter
   * leaves few, where the order has no such index, since then a page is soon full, and while not every memo has its rows.
   */
  async ledByTag(selection: Selection): Promise<Selection> {
    const [tag, ...others] = selection.tags;
    if (tag === undefined || !(await this.#isComplete())) return selection;
    if (others.length === 0 && isStretchOfIndex(selection)) return { ...selection, leading: tag };
    return await this.#database.withConnection(async (connection) => {
      const { leading, n } = await rarest(connection, selection.tags);
      if (n < FEW) return { ...selection, leading };
      if (!isOrderOfIndex(selection.order) || (await isFewByFilter(connection, selection))) return selection;
      return { ...selection, leading };
    });
  }

  async #isComplete(): Promise<boolean> {
    this.#complete ||= !(await this.#database.withConnection(tagsPending));
    return this.#complete;
  }
}

async function rarest(connection: Connection, tags: readonly string[]): Promise<{ leading: string; n: number }> {
  const counted = await Promise.all(
    tags.slice(0, COUNTED_TAGS).map(async (leading) => {
      return { leading, n: await countFew(connection, 'memo_tags WHERE tag = ?', [tagDigest(leading)]) };
    }),
  );
  return counted.reduce((least, each) => (each.n < least.n ? each : least));
}

/** Whether one of the filters, each of which has an index, leaves few memos by itself. */
async function isFewByFilter(connection: Connection, selection: Selection): Promise<boolean> {
  const columns = [...new Set(selection.conditions.map(({ column }) => column))];
  const counts = columns.map((column) => {
    const own = selection.conditions.filter((condition) => condition.column === column);
    const conditions = conditionsOf({ ...selection, conditions: own }, {});
    return countFew(connection, `memos ${whereAll(conditions)}`, valuesOf(conditions));
  });
  return (await Promise.all(counts)).some((n) => n < FEW);
}

/** How many rows there are, {@link FEW} at most. */
async function countFew(connection: Connection, rows: string, values: readonly SqlValue[]): Promise<number> {
  const sql = `SELECT COUNT(*) AS n FROM (SELECT 1 FROM ${rows} LIMIT ${FEW}) AS some`;
  const [row] = await connection.query<{ n: number }>(sql, values);
  return row?.n ?? 0;
}
