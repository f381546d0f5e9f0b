/** The Jobs whose time comes later than the rest: the schema migration, and the topic. */
import type { MemoApp } from '../../api/memoapp.ts';
import type { ResolvedApp } from '../../api/resolved.ts';
import type { KubeObject } from '../../runtime/object.ts';
import { isUntried } from '../../stack/api/database-in-use.ts';
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

/** Milliseconds after which a database that nobody has opened yet is tried again: it may be there by now. */
const anotherTryAfter = 300_000;

/** A stopped app has none: what a Job was at when it was ended, the next one does again. */
export function jobs(app: ResolvedApp, status: MemoApp['status'], observed: Observed, now: Date): Jobs {
  if (app.state === 'Stopped') return { standing: [], due: [] };
  const migration = migrationJob(app, observed);
  const topic = topicJob(app, observed);
  const { endedAt, state } = migrationState(app, observed, status?.migratedBy);
  const migrated = state === 'succeeded';
  // Pruned by this pass, made anew by the next one.
  const givenUp = state === 'failed' && isUntried(app, observed) && now.getTime() - (endedAt ?? 0) > anotherTryAfter;
  const wanted = [...(givenUp ? [] : [migration]), ...(topic ? [topic] : [])];
  const standing = wanted.filter((job) => isStanding(app, job, observed));
  const due = [
    ...(!migrated && !givenUp && mayMigrate(app, observed) ? [migration] : []),
    ...(topic && eventsServe(app, observed) ? [topic] : []),
  ];
  return { standing, due: due.filter((job) => !standing.includes(job)) };
}

function isStanding(app: ResolvedApp, job: KubeObject, observed: Observed): boolean {
  const owners = observed.get('Job', job.metadata.name)?.metadata?.ownerReferences ?? [];
  return owners.some(({ controller, uid }) => controller === true && uid === app.uid);
}
