/** The tags of the memos, a row each, and the mark of memos whose rows may be out of date. */
import type { Connection } from '../connection.ts';

/**
 * `tag` is a digest (service/src/memos/tags/tag-rows.ts): a tag is longer than a key may be. The other columns are the memo's
 * own, so that a page of a tag is a stretch of one index in each of these orders.
 */
const CREATE = `CREATE TABLE IF NOT EXISTS memo_tags (
  memo_id BIGINT NOT NULL,
  tag BINARY(16) NOT NULL,
  created_at DATETIME(3) NULL,
  updated_at DATETIME(3) NULL,
  priority INT NULL,
  PRIMARY KEY (memo_id, tag),
  KEY ix_memo_tags_memo_id (tag, memo_id),
  KEY ix_memo_tags_created_at (tag, created_at, memo_id),
  KEY ix_memo_tags_updated_at (tag, updated_at, memo_id),
  KEY ix_memo_tags_priority (tag, priority, memo_id)
) ENGINE=InnoDB`;

/** NULL on every row that is there: for those the backfill's own mark stands. At the end, so that no row is rewritten. */
const ADD = 'ALTER TABLE memos ADD COLUMN IF NOT EXISTS stale_since DATETIME NULL';

/**
 * From here on the database itself sets it in every row that is written by a statement that does not name it: of the release
 * before this one, of the original, of an admin. Who writes the rows of the tags as well sets it to NULL. A later migration
 * that updates memos has to name it, or marks them all.
 */
const MARK = `ALTER TABLE memos
  MODIFY stale_since DATETIME NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP`;

const INDEX = `ALTER TABLE memos ADD INDEX IF NOT EXISTS ix_memos_stale_since (stale_since),
  ALGORITHM=INPLACE, LOCK=NONE`;

/** Memos with an id of at most `pending_to` have no rows yet; the service enters them from the newest down. */
const BACKFILL = 'INSERT IGNORE INTO memo_search_backfill (id, pending_to) SELECT 4, COALESCE(MAX(id), 0) FROM memos';

export async function memoTagsTable(connection: Connection): Promise<void> {
  await connection.run(CREATE);
  await connection.run(ADD);
  await connection.run(MARK);
  await connection.run(INDEX);
  await connection.run(BACKFILL);
}
