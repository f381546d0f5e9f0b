/** The Jobs whose time comes later than the rest: the schema migration, and the topic. */
import type { MemoApp } from '../../api/memoapp.ts';
import type { ResolvedApp } from '../../api/resolved.ts';
import type { KubeObject } from '../../runtime/object.ts';
import { mayMigrate } from '../../stack/health/parts/database.ts';
import { eventsServe } from '../../stack/health/parts/events.ts';
import { migrationJob, migrationState } from '../../stack/jobs/migration.ts';
import { topicJob } from '../../stack/jobs/topic.ts';
import type { Observed } from '../../stack/observed.ts';

export interface Jobs {
  /** Ours and there: wanted still, so that their outcome can be read, and never applied again (see `job`). */
  readonly standing: readonly KubeObject[];
  /** To be made now: the store they work on is ready, and nothing says that their work is done. */
  readonly due: readonly KubeObject[];
}

/** A stopped app has none: what a Job was at when it was ended, the next one does again. */
export function jobs(app: ResolvedApp, status: MemoApp['status'], observed: Observed): Jobs {
  if (app.state === 'Stopped') return { standing: [], due: [] };
  const migration = migrationJob(app, observed);
  const topic = topicJob(app, observed);
  const migrated = migrationState(app, observed, status?.migratedBy).state === 'succeeded';
  const wanted = [migration, ...(topic ? [topic] : [])];
  const standing = wanted.filter((job) => isStanding(app, job, observed));
  const due = [
    ...(!migrated && mayMigrate(app, observed) ? [migration] : []),
    ...(topic && eventsServe(app, observed) ? [topic] : []),
  ];
  return { standing, due: due.filter((job) => !standing.includes(job)) };
}

function isStanding(app: ResolvedApp, job: KubeObject, observed: Observed): boolean {
  const owners = observed.get('Job', job.metadata.name)?.metadata?.ownerReferences ?? [];
  return owners.some(({ controller, uid }) => controller === true && uid === app.uid);
}
