/** The search table, and the mark up to which older memos still wait to be entered into it. */
import type { Connection } from '../connection.ts';

/**
 * `folded` is what LIKE looks at, `grams` the encoded pairs of characters that lead to the candidates
 * (service/src/memos/search/search-text.ts). Binary collations: folding is ours.
 */
const CREATE = `CREATE TABLE IF NOT EXISTS memo_search (
  memo_id BIGINT NOT NULL,
  folded MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  grams MEDIUMTEXT CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  PRIMARY KEY (memo_id),
  FULLTEXT KEY ft_memo_search_grams (grams)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`;

/** Memos with an id of at most `pending_to` are not entered yet; the service enters them from the newest down. */
const BACKFILL = `CREATE TABLE IF NOT EXISTS memo_search_backfill (
  id TINYINT NOT NULL,
  pending_to BIGINT NOT NULL,
  PRIMARY KEY (id)
) ENGINE=InnoDB`;

export async function memoSearchTable(connection: Connection): Promise<void> {
  await connection.run(CREATE);
  await connection.run(BACKFILL);
  await connection.run(
    'INSERT IGNORE INTO memo_search_backfill (id, pending_to) SELECT 1, COALESCE(MAX(id), 0) FROM memos',
  );
}
