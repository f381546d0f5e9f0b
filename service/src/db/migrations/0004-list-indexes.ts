/** What lists are filtered and sorted by. */
import type { Connection } from '../connection.ts';

/** Each ends on the primary key by itself. Made without holding up writes: the release before this one serves on. */
const INDEXES = `ALTER TABLE memos
  ADD INDEX IF NOT EXISTS ix_memos_updated_at (updated_at),
  ADD INDEX IF NOT EXISTS ix_memos_priority (priority),
  ADD INDEX IF NOT EXISTS ix_memos_category (category),
  ADD INDEX IF NOT EXISTS ix_memos_author (author),
  ADD INDEX IF NOT EXISTS ix_memos_is_archived (is_archived),
  ADD INDEX IF NOT EXISTS ix_memos_is_favorite (is_favorite),
  ALGORITHM=INPLACE, LOCK=NONE`;

/** What the original left out is what its readers took it for: a list by cursor would never come past a NULL. */
const NO_NULLS = `UPDATE memos SET
  priority = COALESCE(priority, 2), is_archived = COALESCE(is_archived, 0), is_favorite = COALESCE(is_favorite, 0),
  created_at = COALESCE(created_at, updated_at, '1970-01-01'), updated_at = COALESCE(updated_at, created_at, '1970-01-01')
  WHERE priority IS NULL OR is_archived IS NULL OR is_favorite IS NULL OR created_at IS NULL OR updated_at IS NULL`;

/** The service goes once more over what was adopted, and puts its times into UTC: they are compared with others now. */
const AGAIN = `UPDATE memo_search_backfill SET pending_to =
  GREATEST(pending_to, (SELECT COALESCE(MAX(id), 0) FROM memos WHERE times_in_utc = 0)) WHERE id = 1`;

export async function listIndexes(connection: Connection): Promise<void> {
  await connection.run(INDEXES);
  await connection.run(NO_NULLS);
  await connection.run(AGAIN);
}
