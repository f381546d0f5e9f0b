/** The schema migration: a Job with a database user of its own, so that the service needs no right to change the schema. */
import { names } from '../../api/names.ts';
import type { ResolvedApp } from '../../api/resolved.ts';
import type { KubeObject } from '../../runtime/object.ts';
import { job } from './job.ts';

export function migrationJob(app: ResolvedApp): KubeObject {
  const mountPath = '/run/secrets/memo/migration';
  return job(app, {
    part: 'migrate',
    env: [
      { name: 'DATABASE_URL_FILE', value: `${mountPath}/uri` },
      { name: 'LOG_LEVEL', value: app.api.logLevel },
    ],
    uris: [{ volume: 'migration', secretName: names(app).databaseMigration, mountPath }],
  });
}
