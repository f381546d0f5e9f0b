/** The Jobs whose time comes later than the rest: the schema migration, and the topic. */
import type { MemoApp } from '../api/memoapp.ts';
import type { ResolvedApp } from '../api/resolved.ts';
import type { KubeObject } from '../runtime/object.ts';
import { databaseReady } from '../stack/health/database.ts';
import { eventsServe } from '../stack/health/events.ts';
import { migrationJob } from '../stack/jobs/migration.ts';
import { jobState } from '../stack/jobs/state.ts';
import { topicJob } from '../stack/jobs/topic.ts';
import type { Observed } from '../stack/observed.ts';

/**
 * The release the API's template renders. On a first install the wanted one: its pods wait for the schema by themselves.
 * On an upgrade the one that serves, until the migration to the wanted one has succeeded.
 */
export function templateRelease(app: ResolvedApp, status: MemoApp['status'], observed: Observed): string {
  const serving = status?.version;
  if (serving === undefined || serving === app.version) return app.version;
  return jobState(observed, migrationJob(app).metadata.name).state === 'succeeded' ? app.version : serving;
}

/**
 * The Jobs to apply now. One that is there stays wanted, so that it is not pruned and its outcome can be read; a new one
 * waits until the store it works on is ready, and a migration that is on record is not run again.
 */
export function dueJobs(app: ResolvedApp, status: MemoApp['status'], observed: Observed): KubeObject[] {
  const migration = migrationJob(app);
  const migrated = status?.version === app.version && status.schemaVersion !== undefined;
  const topic = topicJob(app);
  return [
    ...(isThere(observed, migration) || (!migrated && databaseReady(app, observed).status === 'True')
      ? [migration]
      : []),
    ...(topic && (isThere(observed, topic) || eventsServe(app, observed)) ? [topic] : []),
  ];
}

function isThere(observed: Observed, job: KubeObject): boolean {
  return observed.get('Job', job.metadata.name) !== undefined;
}
