/** What the status has on record of the database: it outlives Jobs and volumes, and speaks of one database alone. */
import type { MemoAppStatus } from '../api/memoapp.ts';
import type { ResolvedApp } from '../api/resolved.ts';
import { addressOf } from './api/connections.ts';

/** The members that tell of the database and its schema. */
export type DatabaseRecord = Pick<MemoAppStatus, 'database' | 'migratedBy' | 'schemaVersion'>;

/** undefined: nothing is on record, or it was learnt of another database than the spec asks for now. */
export function recordOf({ database }: ResolvedApp, status: MemoAppStatus | undefined): DatabaseRecord | undefined {
  const address = database.mode === 'external' ? addressOf(database) : undefined;
  return status?.database?.address === address ? status : undefined;
}

/** The status without what it has on record of the volume. */
export function withoutVolume(status: MemoAppStatus | undefined): MemoAppStatus {
  const { database: { address } = {}, ...others } = status ?? {};
  return { ...others, ...(address !== undefined && { database: { address } }) };
}

/**
 * The latest version that has run on the volume of the managed database, also where one of others has been in use since: a volume
 * that is gone on the way back was not always missing. undefined: nothing has run on it.
 */
export function versionOnRecord(status: MemoAppStatus | undefined): string | undefined {
  return status?.database?.keptVersion ?? status?.database?.version;
}
