/** The outbox: one row for each change of a memo, written in the memo's own transaction. */
import type { Connection } from '../connection.ts';

/**
 * Column names as Debezium's outbox event router expects them. `payload` is the event's value exactly as it is published.
 * The first index serves the relay's scan (unpublished, in order) and the purge; the second the cache replay; the third
 * the replay of the last minutes after a cache was away.
 */
const CREATE = `CREATE TABLE IF NOT EXISTS outbox (
  seq BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  aggregatetype VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'memo',
  aggregateid BIGINT NOT NULL,
  type VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  version INT UNSIGNED NOT NULL,
  payload MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  created_at DATETIME(3) NOT NULL,
  published_at DATETIME(3) NULL,
  replayed_at DATETIME(3) NULL,
  attempts INT UNSIGNED NOT NULL DEFAULT 0,
  poisoned_at DATETIME(3) NULL,
  PRIMARY KEY (seq),
  KEY ix_outbox_unpublished (published_at, poisoned_at, seq),
  KEY ix_outbox_unreplayed (replayed_at, seq),
  KEY ix_outbox_created_at (created_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`;

export async function outboxTable(connection: Connection): Promise<void> {
  await connection.run(CREATE);
}
