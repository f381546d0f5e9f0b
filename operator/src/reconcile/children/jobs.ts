/** The Jobs whose time comes later than the rest: the schema migration, and the topic. */
import type { Job } from 'kubernetes-types/batch/v1.js';
import type { MemoApp } from '../../api/memoapp.ts';
import type { ResolvedApp } from '../../api/resolved.ts';
import type { KubeObject } from '../../runtime/object.ts';
import { accountVolume } from '../../stack/api/connections.ts';
import { isUntried } from '../../stack/api/database-in-use.ts';
import { mayMigrate } from '../../stack/health/parts/database.ts';
import { eventsServe } from '../../stack/health/parts/events.ts';
import { migrationJob, migrationState } from '../../stack/jobs/migration.ts';
import { startsAsBefore } from '../../stack/jobs/job.ts';
import { jobState, podsOf } from '../../stack/jobs/state.ts';
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
  const old = state === 'failed' && now.getTime() - (endedAt ?? 0) > anotherTryAfter;
  const again = !migrated && isUntried(app, observed) && (old || triesAnother(migration, observed));
  // Pruned by this pass, made anew by the next one.
  const anew = (job: KubeObject): boolean => (job === migration && again) || lacksStart(job, observed);
  const wanted = [migration, ...(topic ? [topic] : [])].filter((job) => !anew(job));
  const standing = wanted.filter((job) => isStanding(app, job, observed));
  const isDue = (job: KubeObject): boolean =>
    job === migration ? !migrated && mayMigrate(app, observed, status) : eventsServe(app, observed);
  return { standing, due: wanted.filter((job) => isDue(job) && !standing.includes(job)) };
}

/**
 * Whether the Job that is there has not done its work, and its pod is not given what the spec asks for to start with: it may
 * wait for its image, or for a node, for ever. One that runs is let end: it lacks nothing.
 */
function lacksStart(job: KubeObject, observed: Observed): boolean {
  const { name } = job.metadata;
  const live = observed.get('Job', name);
  if (!live || jobState(observed, name).state === 'succeeded' || startsAsBefore(job, live)) return false;
  return !podsOf(observed, name).some(({ status }) => status?.phase === 'Running');
}

/** Whether the Job that is there tries another account of the API than is wanted now: it may wait for its Secret for ever. */
function triesAnother(job: KubeObject, observed: Observed): boolean {
  const wanted = accountIn(job as Job);
  const live = accountIn(observed.get('Job', job.metadata.name));
  return wanted !== undefined && live !== undefined && wanted !== live;
}

/** undefined: none is tried. */
function accountIn(job: Job | undefined): string | undefined {
  const secret = job?.spec?.template.spec?.volumes?.find(({ name }) => name === accountVolume)?.secret;
  return secret && [secret.secretName, ...(secret.items ?? []).map(({ key, path }) => `${path}=${key}`)].join(' ');
}

function isStanding(app: ResolvedApp, job: KubeObject, observed: Observed): boolean {
  const owners = observed.get('Job', job.metadata.name)?.metadata?.ownerReferences ?? [];
  return owners.some(({ controller, uid }) => controller === true && uid === app.uid);
}
