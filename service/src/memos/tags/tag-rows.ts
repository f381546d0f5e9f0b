/** The rows of `memo_tags`: one for each tag of a memo, written in the memo's own transaction. */
import { hash } from 'node:crypto';
import type { Connection, SqlValue } from '../../db/connection.ts';
import type { Memo } from '../memo.ts';
import { databaseTime } from '../storage/times.ts';

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
/** Rows of one statement: far from the size that the server takes. */
const MOST_ROWS = 500;
/** A text differs with the number of its rows: it is prepared for as many as a memo usually has. */
const PREPARED_ROWS = 4;

/** What stands for a tag, which may be longer than a key: the same for the same code points and for no others. */
export function tagDigest(tag: string): Buffer {
  return hash('sha256', tag, 'buffer').subarray(0, DIGEST_BYTES);
}

/** A memo whose times are in UTC. */
export function taggedMemo({ created_at, id, priority, tags, updated_at }: Memo): TaggedMemo {
  const [created, updated] = [created_at, updated_at].map((time) => databaseTime(new Date(time)));
  return { id, tags, priority, created_at: created ?? null, updated_at: updated ?? null };
}

/** Writes the rows of memos that have none for other tags. */
export async function putTags(connection: Connection, memos: readonly TaggedMemo[]): Promise<void> {
  const rows = memos.flatMap(({ created_at, id, priority, tags, updated_at }) =>
    digestsOf(tags).map((tag) => [id, tag, created_at, updated_at, priority]),
  );
  await inChunks(connection, rows, (some) => {
    return `INSERT INTO memo_tags (memo_id, tag, created_at, updated_at, priority)
      VALUES ${some.map(() => '(?, ?, ?, ?, ?)').join(', ')} ON DUPLICATE KEY UPDATE
      created_at = VALUES(created_at), updated_at = VALUES(updated_at), priority = VALUES(priority)`;
  });
}

/**
 * Makes the rows of memos what they have to be, whatever they were. The caller holds the memos' own rows, so nobody else writes
 * these meanwhile.
 */
export async function replaceTags(connection: Connection, memos: readonly TaggedMemo[]): Promise<void> {
  const sql = `SELECT memo_id, tag FROM memo_tags WHERE memo_id IN (${memos.map(() => '?').join(', ')})`;
  const ids = memos.map(({ id }) => id);
  const there = await (memos.length > PREPARED_ROWS
    ? connection.query<TagRow>(sql, ids)
    : connection.execute<TagRow>(sql, ids));
  const wanted = new Set(memos.flatMap(({ id, tags }) => digestsOf(tags).map((tag) => keyOf({ memo_id: id, tag }))));
  const others = there.filter((row) => !wanted.has(keyOf(row))).map(({ memo_id, tag }) => [memo_id, tag]);
  await Promise.all([putTags(connection, memos), deleteRows(connection, others)]);
}

/** As {@link replaceTags}, of a memo that has the rows of these tags before: nothing is read. */
export async function changeTags(connection: Connection, before: readonly string[], memo: TaggedMemo): Promise<void> {
  const after = new Set(memo.tags);
  const others = digestsOf(before.filter((tag) => !after.has(tag))).map((tag) => [memo.id, tag]);
  await Promise.all([putTags(connection, [memo]), deleteRows(connection, others)]);
}

export async function dropTags(connection: Connection, id: number): Promise<void> {
  await replaceTags(connection, [{ id, tags: [], created_at: null, updated_at: null, priority: null }]);
}

/** By the whole key: a DELETE of all rows of a memo reads on to those of the next one, and waits for whoever changes that. */
async function deleteRows(connection: Connection, keys: readonly (readonly SqlValue[])[]): Promise<void> {
  await inChunks(connection, keys, (some) => {
    return `DELETE FROM memo_tags WHERE ${some.map(() => '(memo_id = ? AND tag = ?)').join(' OR ')}`;
  });
}

async function inChunks(
  connection: Connection,
  rows: readonly (readonly SqlValue[])[],
  statement: (some: readonly unknown[]) => string,
): Promise<void> {
  const statements: Promise<unknown>[] = [];
  for (let from = 0; from < rows.length; from += MOST_ROWS) {
    const some = rows.slice(from, from + MOST_ROWS);
    const [sql, values] = [statement(some), some.flat()];
    statements.push(some.length > PREPARED_ROWS ? connection.run(sql, values) : connection.change(sql, values));
  }
  await Promise.all(statements);
}

function digestsOf(tags: readonly string[]): Buffer[] {
  return [...new Set(tags)].map(tagDigest);
}

function keyOf({ memo_id, tag }: TagRow): string {
  return `${memo_id} ${tag.toString('hex')}`;
}
