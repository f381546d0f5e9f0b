/** The schema's versions in order. A migration is never edited once released: a new one is added below. */
import type { Connection } from './connection.ts';
import { memosTable } from './migrations/0001-memos.ts';
import { outboxTable } from './migrations/0002-outbox.ts';
import { memoSearchTable } from './migrations/0003-memo-search.ts';
import { listIndexes } from './migrations/0004-list-indexes.ts';
import { memoTrashTable } from './migrations/0005-memo-trash.ts';
import { idempotencyKeysTable } from './migrations/0006-idempotency-keys.ts';
import { outboxPurgedTable } from './migrations/0007-outbox-purged.ts';
import { outboxTrace } from './migrations/0008-outbox-trace.ts';
import { memoTagsTable } from './migrations/0009-memo-tags.ts';

/**
 * One step. MariaDB commits every definition by itself, so a step must do no harm when it is run again after it stopped
 * half-way; and it must leave the release before this one working, for that one serves on while the new one starts.
 */
export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly up: (connection: Connection) => Promise<void>;
}

export const MIGRATIONS: readonly Migration[] = [
  { version: 1, name: '0001-memos', up: memosTable },
  { version: 2, name: '0002-outbox', up: outboxTable },
  { version: 3, name: '0003-memo-search', up: memoSearchTable },
  { version: 4, name: '0004-list-indexes', up: listIndexes },
  { version: 5, name: '0005-memo-trash', up: memoTrashTable },
  { version: 6, name: '0006-idempotency-keys', up: idempotencyKeysTable },
  { version: 7, name: '0007-outbox-purged', up: outboxPurgedTable },
  { version: 8, name: '0008-outbox-trace', up: outboxTrace },
  { version: 9, name: '0009-memo-tags', up: memoTagsTable },
];

/** The schema that this release needs at least. */
export const SCHEMA_VERSION = MIGRATIONS.length;

export const HISTORY_TABLE = `CREATE TABLE IF NOT EXISTS schema_migrations (
  version INT UNSIGNED NOT NULL,
  name VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  applied_at DATETIME(3) NOT NULL,
  PRIMARY KEY (version)
) ENGINE=InnoDB`;

/** The version that the database is at; 0 before the first migration. @throws DatabaseUnavailable without the table */
export async function schemaVersion(connection: Connection): Promise<number> {
  const [row] = await connection.query<{ version: number | null }>(
    'SELECT MAX(version) AS version FROM schema_migrations',
  );
  return row?.version ?? 0;
}
