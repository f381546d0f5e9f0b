/** The rows of `memo_tags`: one for each tag of a memo, written in the memo's own transaction. */
import { hash } from 'node:crypto';
import type { Queryable } from '../../db/connection.ts';
import { insertRows, placeholders, sendRows } from '../../db/many-rows.ts';
import type { Memo } from '../memo.ts';
import { databaseTimeOf } from '../storage/times.ts';

/** A memo as the rows of its tags have it; times as in its own row. */
export interface TaggedMemo {
  readonly id: number;
  readonly tags: readonly string[];
  readonly created_at: string | null;
  readonly updated_at: string | null;
  readonly priority: number | null;
}

/** One row, by its key. */
interface TagRow {
  readonly memo_id: number;
  readonly tag: Buffer;
}

const DIGEST_BYTES = 16;
const PUT = {
  into: 'INSERT INTO memo_tags (memo_id, tag, created_at, updated_at, priority)',
  rest: `ON DUPLICATE KEY UPDATE
      created_at = VALUES(created_at), updated_at = VALUES(updated_at), priority = VALUES(priority)`,
};

/** What stands for a tag, which may be longer than a key: the same for the same code points and for no others. */
export function tagDigest(tag: string): Buffer {
  return hash('sha256', tag, 'buffer').subarray(0, DIGEST_BYTES);
}

/** A memo whose times are in UTC. */
export function taggedMemo({ created_at, id, priority, tags, updated_at }: Memo): TaggedMemo {
  return { id, tags, priority, created_at: databaseTimeOf(created_at), updated_at: databaseTimeOf(updated_at) };
}

/** Writes the rows of memos that have none for other tags. */
export async function putTags(connection: Queryable, memos: readonly TaggedMemo[]): Promise<void> {
  const rows = memos.flatMap(({ created_at, id, priority, tags, updated_at }) =>
    digestsOf(tags).map((tag) => [id, tag, created_at, updated_at, priority]),
  );
  await insertRows(connection, PUT, rows);
}

/**
 * Makes the rows of memos what they have to be, whatever they were. The caller holds the memos' own rows, so nobody else writes
 * these meanwhile.
 */
export async function replaceTags(connection: Queryable, memos: readonly TaggedMemo[]): Promise<void> {
  const ids = memos.map(({ id }) => [id]);
  const there = await sendRows<TagRow>(connection, ids, (some) => {
    return `SELECT memo_id, tag FROM memo_tags WHERE memo_id IN (${placeholders(some)})`;
  });
  const wanted = new Set(memos.flatMap(({ id, tags }) => digestsOf(tags).map((tag) => keyOf({ memo_id: id, tag }))));
  const others = Map.groupBy(
    there.filter((row) => !wanted.has(keyOf(row))),
    ({ memo_id }) => memo_id,
  );
  const gone = Array.from(others, ([id, rows]) => ({ id, tags: rows.map(({ tag }) => tag) }));
  await Promise.all([putTags(connection, memos), ...gone.map(({ id, tags }) => deleteRows(connection, id, tags))]);
}

/** As {@link replaceTags}, of a memo that has the rows of these tags before: nothing is read. */
export async function changeTags(connection: Queryable, before: readonly string[], memo: TaggedMemo): Promise<void> {
  const after = new Set(memo.tags);
  const others = digestsOf(before.filter((tag) => !after.has(tag)));
  await Promise.all([putTags(connection, [memo]), deleteRows(connection, memo.id, others)]);
}

export async function dropTags(connection: Queryable, id: number): Promise<void> {
  await replaceTags(connection, [{ id, tags: [], created_at: null, updated_at: null, priority: null }]);
}

/**
 * By the whole key: a DELETE of all rows of a memo reads on to those of the next one, and waits for whoever changes that. The id
 * stands once, not beside each tag: MariaDB takes thirty times as long to see through an OR of so many keys.
 */
async function deleteRows(connection: Queryable, id: number, tags: readonly Buffer[]): Promise<void> {
  const rows = tags.map((tag) => [tag]);
  await sendRows(
    connection,
    rows,
    (some) => `DELETE FROM memo_tags WHERE memo_id = ? AND tag IN (${placeholders(some)})`,
    [id],
  );
}

function digestsOf(tags: readonly string[]): Buffer[] {
  return [...new Set(tags)].map(tagDigest);
}

function keyOf({ memo_id, tag }: TagRow): string {
  return `${memo_id} ${tag.toString('hex')}`;
}
