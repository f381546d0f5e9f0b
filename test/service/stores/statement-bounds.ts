/** How many rows each statement of the service may look at, and which there have to be once every operation was played. */
import type { Connection } from 'mariadb';
import type { LoggedStatement } from '../harness/statement-log.ts';

/** What a statement may look at for what it gives back or changes: the same rows, and a handful of marks. */
const HANDFUL = 50;
/** Memos of a tag that one in a hundred has. */
const RARE = 210;
/** Memos of a category that one in fifty has, all of them favourites. */
const MEETING = 420;

/** Another bound, for statements of one kind, and why. */
interface Bound {
  readonly of: RegExp;
  readonly because: string;
  readonly most: (root: Connection, statement: LoggedStatement) => Promise<number> | number;
}

/** The most that this statement may look at. */
export async function boundOf(
  root: Connection,
  statement: LoggedStatement,
): Promise<{ most: number; because: string }> {
  const bound = BOUNDS.find(({ of }) => of.test(statement.shape));
  if (bound === undefined) return { most: statement.touched + HANDFUL, because: 'what it gives back or changes' };
  return { most: await bound.most(root, statement), because: bound.because };
}

const BOUNDS: readonly Bound[] = [
  {
    of: /^DELETE \w+ FROM \( SELECT/,
    because: 'the entry of the index that leads to a row, once more in between, and the row',
    most: (_root, { touched }) => 3 * touched + HANDFUL,
  },
  {
    of: /^SELECT .* FROM memos WHERE category = .* AND is_favorite = /,
    because:
      'where two indexes meet, memos are in no order: all of them are looked at, and those of the page once more',
    most: (_root, { touched }) => touched + MEETING + HANDFUL,
  },
  {
    of: /^SELECT .* FROM \(\(SELECT .* FROM memo_tags AS tagged/,
    because:
      'the rows of the tag up to the page, or all of a rare one that are to be sorted: eight looks at each on the way',
    most: (_root, { touched }) => 8 * Math.max(touched, RARE) + HANDFUL,
  },
  {
    of: /^SELECT COUNT\(\*\) AS n FROM \(SELECT \? FROM outbox/,
    because: 'what waits, which is little, counted and added up',
    most: () => 2 * 1_000,
  },
  {
    of: /^SELECT COUNT\(\*\) AS n FROM \(SELECT \? FROM memo/,
    because: 'ten thousand entries of an index, counted and added up',
    most: () => 2 * 10_000,
  },
  {
    of: /^SELECT id FROM memos FORCE INDEX \(ix_memos_id\) ORDER BY id DESC LIMIT \? OFFSET \?$/,
    because: 'a skip counts along the thin index, since nothing else knows which memo is the n-th',
    most: (_root, { sql }) => 1 + Number(/OFFSET (\d+)$/.exec(sql)?.[1]),
  },
  {
    of: /^SELECT memo_id FROM memo_search WHERE MATCH /,
    because: 'all that hold the pairs, since the index has them in no order, and those up to the page once more',
    most: candidates,
  },
  {
    of: /FROM memo_search WHERE memo_id > \?/,
    because: 'the newest, looked at one by one',
    most: () => 5_000,
  },
  {
    of: /^SELECT id, OCTET_LENGTH\(content\) AS bytes FROM memos WHERE id > \? AND id <= \? AND times_in_utc = \?/,
    because: 'a range of ids, looked through in the background',
    most: () => 5_000,
  },
  {
    of: /^SELECT MIN\(seq\) AS seq FROM outbox WHERE created_at >= UTC_TIMESTAMP\(\?\)/,
    because: 'the writes of the last minutes, of which it wants the first',
    most: () => 1_000,
  },
];

async function candidates(root: Connection, { sql }: LoggedStatement): Promise<number> {
  const [, match = '', limit, skip] =
    /(MATCH \(grams\) .* IN BOOLEAN MODE\)) .* LIMIT (\d+) OFFSET (\d+)$/s.exec(sql) ?? [];
  const [row] = await root.query<{ n: number }[]>(`SELECT COUNT(*) AS n FROM memo_search WHERE ${match}`);
  return (row?.n ?? 0) + Number(limit) + Number(skip);
}

/** How the statements of everything that was played begin. */
export const PLAYED = [
  ...['memos', 'memo_search', 'memo_tags', 'outbox', 'memo_trash'].map((table) => `INSERT INTO ${table} (`),
  'SET STATEMENT innodb_lock_wait_timeout = ? FOR INSERT IGNORE INTO idempotency_keys',
  'UPDATE idempotency_keys SET memo_id = ?',
  'SELECT body_hash = ? AS same',
  'UPDATE memos SET title = ?',
  'UPDATE memos SET priority = ?',
  'DELETE FROM memos WHERE id = ?',
  'DELETE FROM memo_search WHERE memo_id = ?',
  'DELETE FROM memo_tags WHERE memo_id = ? AND tag IN (?',
  'DELETE FROM memo_trash WHERE id = ? RETURNING',
  'SELECT memo_id FROM memo_search WHERE MATCH',
  'SELECT memo_id FROM memo_search WHERE memo_id > ?',
  'SELECT memo_id AS id, OCTET_LENGTH(folded) AS bytes',
  'SELECT COUNT(*) AS n FROM (SELECT ? FROM memo_tags',
  'SELECT id FROM memos FORCE INDEX (ix_memos_id)',
  // Of the streams.
  'SELECT seq, type, payload FROM outbox WHERE seq > ? ORDER BY seq',
  'SELECT seq, type, payload FROM outbox WHERE seq > ? AND seq <= ?',
  'SELECT (SELECT to_seq FROM outbox_purged',
  // Of the relay, the replay and the recovery of the cache.
  'SELECT seq, id, aggregateid AS memoId',
  'UPDATE outbox SET published_at = UTC_TIMESTAMP(?)',
  'SELECT COUNT(*) AS n FROM (SELECT ? FROM outbox WHERE published_at IS NULL',
  'SELECT COUNT(*) AS n FROM (SELECT ? FROM outbox WHERE replayed_at IS NULL',
  'SELECT seq, aggregateid AS id, version FROM outbox WHERE replayed_at IS NULL',
  'UPDATE outbox SET replayed_at = UTC_TIMESTAMP(?)',
  'SELECT MIN(seq) AS seq FROM outbox WHERE created_at >= UTC_TIMESTAMP(?)',
  'SELECT seq, aggregateid AS id, version FROM outbox WHERE seq >= ?',
  // Of the purges.
  ...['created_at', 'replayed_at', 'published_at'].map(
    (done) => `SELECT seq FROM outbox WHERE ${done} < UTC_TIMESTAMP(?)`,
  ),
  'DELETE FROM outbox WHERE seq IN',
  'DELETE memo_trash FROM',
  'DELETE idempotency_keys FROM',
  // Of the background.
  'SELECT id, OCTET_LENGTH(content) AS bytes FROM memos WHERE id > ?',
  'SELECT id, COALESCE(OCTET_LENGTH(tags), ?) AS bytes FROM memos FORCE INDEX (ix_memos_stale_since)',
];
