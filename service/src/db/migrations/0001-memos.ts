/** The table of the memos: made, or adopted with its rows from the original service. */
import type { Connection } from '../connection.ts';

const TEXT = 'CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci';

/**
 * `times_in_utc` is 0 on rows that the original wrote: their times have no zone and are read in DATABASE_TIME_ZONE.
 * `ix_memos_id` is the original's and stays: it is the thin index that a deep `skip` counts along.
 */
const CREATE = `CREATE TABLE IF NOT EXISTS memos (
  id BIGINT NOT NULL AUTO_INCREMENT,
  title VARCHAR(100) ${TEXT} NOT NULL,
  content MEDIUMTEXT ${TEXT} NOT NULL,
  tags JSON NULL,
  priority INT NULL DEFAULT 2,
  category VARCHAR(50) ${TEXT} NULL,
  is_archived TINYINT(1) NULL DEFAULT 0,
  is_favorite TINYINT(1) NULL DEFAULT 0,
  author VARCHAR(100) ${TEXT} NULL,
  created_at DATETIME(3) NULL DEFAULT CURRENT_TIMESTAMP(3),
  updated_at DATETIME(3) NULL DEFAULT CURRENT_TIMESTAMP(3),
  version INT UNSIGNED NOT NULL DEFAULT 1,
  times_in_utc TINYINT(1) NOT NULL DEFAULT 0,
  PRIMARY KEY (id),
  KEY ix_memos_id (id),
  KEY ix_memos_title (title),
  KEY ix_memos_created_at (created_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`;

/**
 * Widens what the original made: 64 KB of content, whole seconds, whatever character set its server had by default.
 * Nothing is renamed or dropped and every new column has a default, so that the original can still read and write.
 * `tags` stays as it is: MariaDB keeps JSON in utf8mb4 whatever the table has.
 */
const ADOPT = `ALTER TABLE memos
  MODIFY id BIGINT NOT NULL AUTO_INCREMENT,
  MODIFY title VARCHAR(100) ${TEXT} NOT NULL,
  MODIFY content MEDIUMTEXT ${TEXT} NOT NULL,
  MODIFY priority INT NULL DEFAULT 2,
  MODIFY category VARCHAR(50) ${TEXT} NULL,
  MODIFY is_archived TINYINT(1) NULL DEFAULT 0,
  MODIFY is_favorite TINYINT(1) NULL DEFAULT 0,
  MODIFY author VARCHAR(100) ${TEXT} NULL,
  MODIFY created_at DATETIME(3) NULL DEFAULT CURRENT_TIMESTAMP(3),
  MODIFY updated_at DATETIME(3) NULL DEFAULT CURRENT_TIMESTAMP(3),
  ADD COLUMN IF NOT EXISTS version INT UNSIGNED NOT NULL DEFAULT 1,
  ADD COLUMN IF NOT EXISTS times_in_utc TINYINT(1) NOT NULL DEFAULT 0,
  ADD INDEX IF NOT EXISTS ix_memos_id (id),
  ADD INDEX IF NOT EXISTS ix_memos_title (title),
  ADD INDEX IF NOT EXISTS ix_memos_created_at (created_at),
  ENGINE=InnoDB, DEFAULT CHARSET=utf8mb4`;

export async function memosTable(connection: Connection): Promise<void> {
  const existing = await connection.query<{ name: string }>(
    `SELECT COLUMN_NAME AS name FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'memos'`,
  );
  if (existing.length === 0) {
    await connection.run(CREATE);
    return;
  }
  // ALTER is atomic: either all of it happened before, or none.
  if (!existing.some(({ name }) => name === 'times_in_utc')) await connection.run(ADOPT);
}
