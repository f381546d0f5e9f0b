/** How far the outbox has been purged: who asks for the changes since an earlier one can be told that some are gone. */
import type { Connection } from '../connection.ts';

const CREATE = `CREATE TABLE IF NOT EXISTS outbox_purged (
  id TINYINT NOT NULL,
  to_seq BIGINT UNSIGNED NOT NULL,
  PRIMARY KEY (id)
) ENGINE=InnoDB`;

/** What the release before this one has purged, nobody noted: whatever is below the eldest row may have been there. */
const START = `INSERT IGNORE INTO outbox_purged (id, to_seq)
  SELECT 1, COALESCE((SELECT MIN(seq) - 1 FROM outbox),
    (SELECT AUTO_INCREMENT - 1 FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'outbox'), 0)`;

export async function outboxPurgedTable(connection: Connection): Promise<void> {
  await connection.run(CREATE);
  await connection.run(START);
}
