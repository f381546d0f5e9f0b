/** The whole status, a pure function of what is observed and of the status before. Versions move last. */
import { storeConditions } from '../../api/conditions.ts';
import { selectorText } from '../../api/labels.ts';
import type { MemoAppStatus } from '../../api/memoapp.ts';
import { names } from '../../api/names.ts';
import { layoutOf } from '../../api/resolve.ts';
import type { ResolvedApp } from '../../api/resolved.ts';
import { migrationJob, migrationState } from '../jobs/migration.ts';
import type { Observed } from '../observed.ts';
import { urlOf } from '../route/route.ts';
import { apiComplete } from './api.ts';
import { conditions, type PassOutcome } from './conditions.ts';

/** @param previous what is stored now; a member that stays true is kept from it */
export function statusOf(
  app: ResolvedApp,
  observed: Observed,
  outcome: PassOutcome,
  previous: MemoAppStatus | undefined,
  now: Date,
): MemoAppStatus {
  const found = conditions(app, observed, outcome, previous);
  const is = (type: string): boolean =>
    found.some((condition) => condition.type === type && condition.status === 'True');
  const deployment = observed.get('Deployment', names(app).api);
  const version =
    is('SchemaMigrated') && apiComplete(app, observed).status === 'True' ? app.version : previous?.version;
  const migration = migrationState(app, observed, previous?.migratedBy);
  const migratedBy = migration.state === 'succeeded' ? migrationJob(app, observed).metadata.name : previous?.migratedBy;
  const schemaVersion = migration.schemaVersion ?? previous?.schemaVersion;
  const database = is('DatabaseReady') ? { version: app.database.version } : previous?.database;
  const url = urlOf(app);
  return {
    observedGeneration: app.generation,
    ...(version !== undefined && { version }),
    ...(schemaVersion !== undefined && { schemaVersion }),
    ...(migratedBy !== undefined && { migratedBy }),
    ...(database && { database }),
    ...stores(app, is, previous),
    ...(url !== undefined && { url }),
    replicas: deployment?.status?.replicas ?? 0,
    readyReplicas: deployment?.status?.readyReplicas ?? 0,
    selector: selectorText(app, 'api'),
    conditions: storeConditions(found, previous?.conditions ?? [], app.generation, now),
  };
}

function stores(
  app: ResolvedApp,
  is: (type: string) => boolean,
  previous: MemoAppStatus | undefined,
): Pick<MemoAppStatus, 'cache' | 'events' | 'zooKeeper'> {
  const { cache, events } = app;
  const ready = is('EventsReady');
  const layout = layoutOf(events);
  const redis =
    cache.mode === 'disabled' ? undefined : is('CacheReady') ? { version: cache.image.tag } : previous?.cache;
  if (events.mode === 'disabled') return { ...(redis && { cache: redis }) };
  const kafka = ready ? { version: events.version, ...(layout !== undefined && { layout }) } : previous?.events;
  const keeper = events.zooKeeper && (ready ? { version: events.zooKeeper.version } : previous?.zooKeeper);
  return { ...(redis && { cache: redis }), ...(kafka && { events: kafka }), ...(keeper && { zooKeeper: keeper }) };
}
