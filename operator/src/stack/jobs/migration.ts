/** The schema migration: a Job with a database user of its own, so that the service needs no right to change the schema. */
import { names } from '../../api/names.ts';
import type { ResolvedApp } from '../../api/resolved.ts';
import type { KubeObject } from '../../runtime/object.ts';
import { volumeIds } from '../claims.ts';
import type { Observed } from '../observed.ts';
import { job } from './job.ts';
import { jobState, type JobState } from './state.ts';

/** One for each release and image, and for each volume: a database that was lost has to be migrated again. */
export function migrationJob(app: ResolvedApp, observed: Observed): KubeObject {
  const mountPath = '/run/secrets/memo/migration';
  return job(app, {
    part: 'migrate',
    about: [app.version, volumeIds(app, 'database', observed)],
    env: [
      { name: 'DATABASE_URL_FILE', value: `${mountPath}/uri` },
      { name: 'LOG_LEVEL', value: app.api.logLevel },
    ],
    uris: [{ volume: 'migration', secretName: names(app).databaseMigration, mountPath }],
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
