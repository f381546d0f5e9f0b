/** The trash: deleted memos as they were, in a table of their own. */
import type { Connection } from '../connection.ts';

/** As `memos`, column by column, so that a row moves as it is; `version` is that of the deletion. */
const CREATE = `CREATE TABLE IF NOT EXISTS memo_trash (
  id BIGINT NOT NULL,
  title VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci NOT NULL,
  content MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci NOT NULL,
  tags JSON NULL,
  priority INT NULL,
  category VARCHAR(50) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci NULL,
  is_archived TINYINT(1) NULL,
  is_favorite TINYINT(1) NULL,
  author VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci NULL,
  created_at DATETIME(3) NULL,
  updated_at DATETIME(3) NULL,
  version INT UNSIGNED NOT NULL,
  times_in_utc TINYINT(1) NOT NULL,
  deleted_at DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  KEY ix_memo_trash_deleted_at (deleted_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`;

export async function memoTrashTable(connection: Connection): Promise<void> {
  await connection.run(CREATE);
}
