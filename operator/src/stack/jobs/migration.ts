/** The schema migration: a Job with a database user of its own, so that the service needs no right to change the schema. */
import type { ResolvedApp } from '../../api/resolved.ts';
import type { KubeObject } from '../../runtime/object.ts';
import { databaseConnection, noConnection, triedAccount } from '../api/connections.ts';
import { isUntried } from '../api/database-in-use.ts';
import { migrationEnvironment, variablesOf } from '../api/environment.ts';
import { volumeIds } from '../claims.ts';
import type { Observed } from '../observed.ts';
import { job, jobName, type Task } from './job.ts';
import { jobState, type JobState } from './state.ts';

/** What `migrate` ends with on a database that a newer release has migrated (service/src/main.ts). */
const schemaTooNew = 3;

/**
 * One for each release and image, and for each database: one that was lost has to be migrated again, and where an external
 * one is reached in another way, by another account say, the Job that could not reach it gets a successor. So it does where the
 * database was filled by hand, of which nothing but the annotation tells.
 */
function task(app: ResolvedApp, observed: Observed): Pick<Task, 'about' | 'part'> {
  const external = app.database.mode === 'external';
  const database = external ? databaseConnection(app, 'migration') : volumeIds(app, 'database', observed);
  const asked = app.migrateAgain === undefined ? [] : [app.migrateAgain];
  return { part: 'migrate', about: [app.version, database, ...asked] };
}

/** Its name alone, which is asked for often. */
export function migrationName(app: ResolvedApp, observed: Observed): string {
  return jobName(app, task(app, observed));
}

export function migrationJob(app: ResolvedApp, observed: Observed): KubeObject {
  const { secrets } = databaseConnection(app, 'migration');
  // Where pods of the API have the database already, they try their account themselves. It is no part of what the Job is about.
  const tried = isUntried(app, observed) ? triedAccount(app) : noConnection;
  return job(app, {
    ...task(app, observed),
    env: [...migrationEnvironment(app), ...variablesOf(tried.variables)],
    secrets: [...secrets, ...tried.secrets],
    hopeless: schemaTooNew,
  });
}

/**
 * How far the migration to the wanted release is.
 * @param recorded `status.migratedBy`: the Job that succeeded last, which outlives the Job itself
 */
export function migrationState(app: ResolvedApp, observed: Observed, recorded: string | undefined): JobState {
  const name = migrationName(app, observed);
  const found = jobState(observed, name);
  return found.state === 'absent' && recorded === name ? { state: 'succeeded' } : found;
}

/** Whether the wanted database has the schema of the wanted release. */
export function isMigrated(app: ResolvedApp, observed: Observed, recorded: string | undefined): boolean {
  return migrationState(app, observed, recorded).state === 'succeeded';
}
