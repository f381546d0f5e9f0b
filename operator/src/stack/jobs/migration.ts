/** The schema migration: a Job with a database user of its own, so that the service needs no right to change the schema. */
import type { ResolvedApp } from '../../api/resolved.ts';
import type { KubeObject } from '../../runtime/object.ts';
import { databaseConnection, triedAccount } from '../api/connections.ts';
import { isUntried } from '../api/database-in-use.ts';
import { migrationEnvironment, variablesOf } from '../api/environment.ts';
import { volumeIds } from '../claims.ts';
import type { Observed } from '../observed.ts';
import { job } from './job.ts';
import { jobState, type JobState } from './state.ts';

/**
 * One for each release and image, and for each database: one that was lost has to be migrated again, and where an external
 * one is reached in another way, by another account say, the Job that could not reach it gets a successor.
 */
export function migrationJob(app: ResolvedApp, observed: Observed): KubeObject {
  const connection = databaseConnection(app, 'migration');
  // Where pods of the API have the database already, they try their account themselves.
  const tried = isUntried(app, observed) ? triedAccount(app) : { variables: {}, secrets: [] };
  const database = app.database.mode === 'external' ? connection : volumeIds(app, 'database', observed);
  return job(app, {
    part: 'migrate',
    about: [app.version, database],
    env: [...migrationEnvironment(app), ...variablesOf(tried.variables)],
    // Not what it is about: who else is tried is no other migration.
    secrets: [...connection.secrets, ...tried.secrets],
  });
}

/**
 * How far the migration to the wanted release is.
 * @param recorded `status.migratedBy`: the Job that succeeded last, which outlives the Job itself
 */
export function migrationState(app: ResolvedApp, observed: Observed, recorded: string | undefined): JobState {
  const { name } = migrationJob(app, observed).metadata;
  const found = jobState(observed, name);
  return found.state === 'absent' && recorded === name ? { state: 'succeeded' } : found;
}

/** Whether the wanted database has the schema of the wanted release. */
export function isMigrated(app: ResolvedApp, observed: Observed, recorded: string | undefined): boolean {
  return migrationState(app, observed, recorded).state === 'succeeded';
}
