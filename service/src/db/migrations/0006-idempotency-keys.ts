/** Which keys made which memos (`Idempotency-Key`), for a day. */
import type { Connection } from '../connection.ts';

/** Hashes: keys are of any length, and what was sent is compared and not kept. `memo_id` is set in the same transaction. */
const CREATE = `CREATE TABLE IF NOT EXISTS idempotency_keys (
  key_hash BINARY(32) NOT NULL,
  body_hash BINARY(32) NOT NULL,
  memo_id BIGINT NULL,
  created_at DATETIME(3) NOT NULL,
  PRIMARY KEY (key_hash),
  KEY ix_idempotency_keys_created_at (created_at)
) ENGINE=InnoDB`;

export async function idempotencyKeysTable(connection: Connection): Promise<void> {
  await connection.run(CREATE);
}
