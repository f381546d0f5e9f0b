/** The whole status, a pure function of what is observed and of the status before. Versions move last. */
import { storeConditions } from '../../api/conditions.ts';
import { selectorText } from '../../api/labels.ts';
import type { MemoAppStatus } from '../../api/memoapp.ts';
import { names } from '../../api/names.ts';
import type { RecordedStore, ResolvedApp } from '../../api/resolved.ts';
import { cacheVersion, recordedStore } from '../facts.ts';
import { migrationName, migrationState } from '../jobs/migration.ts';
import type { Observed } from '../observed.ts';
import { addressOf } from '../api/connections.ts';
import { isUntried } from '../api/database-in-use.ts';
import { recordOf, versionOnRecord, withoutVolume, type DatabaseRecord } from '../record.ts';
import { urlOf } from '../route/route.ts';
import { apiComplete } from './parts/api.ts';
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
  const url = urlOf(app);
  return {
    observedGeneration: app.generation,
    ...(version !== undefined && { version }),
    ...databaseRecord(app, observed, outcome.startsEmpty ? withoutVolume(previous) : previous),
    // Taken off before its Job has succeeded, it would leave what the Job of before has migrated, which is another database by now.
    ...(app.migrateAgain !== undefined && { migrateAgain: app.migrateAgain }),
    ...stores(app, observed, previous),
    ...(url !== undefined && { url }),
    replicas: deployment?.status?.replicas ?? 0,
    readyReplicas: deployment?.status?.readyReplicas ?? 0,
    selector: selectorText(app, 'api'),
    conditions: storeConditions(found, previous?.conditions ?? [], app.generation, now),
  };
}

/** Each of them, though it may be undefined. */
type Members<T> = { readonly [K in keyof T]: T[K] | undefined };

/** Of the database in use: on the way to another it stays what it was, for the way back. */
function databaseRecord(app: ResolvedApp, observed: Observed, previous: MemoAppStatus | undefined): DatabaseRecord {
  const stays = previous && isUntried(app, observed);
  const { database, migratedBy, schemaVersion } = stays ? previous : newRecord(app, observed, previous);
  return {
    ...(schemaVersion !== undefined && { schemaVersion }),
    ...(migratedBy !== undefined && { migratedBy }),
    ...(database && { database }),
  };
}

function newRecord(app: ResolvedApp, observed: Observed, previous: MemoAppStatus | undefined): Members<DatabaseRecord> {
  const record = recordOf(app, previous) ?? {};
  const { schemaVersion = record.schemaVersion, state } = migrationState(app, observed, record.migratedBy);
  return {
    database: databaseStatus(app, observed, previous),
    migratedBy: state === 'succeeded' ? migrationName(app, observed) : record.migratedBy,
    schemaVersion,
  };
}

function databaseStatus(
  app: ResolvedApp,
  observed: Observed,
  previous: MemoAppStatus | undefined,
): MemoAppStatus['database'] {
  const { version = versionOnRecord(previous) } = recordedStore(app, 'database', observed);
  if (app.database.mode === 'managed') return ranOn({ version });
  return { address: addressOf(app.database), ...(version !== undefined && { keptVersion: version }) };
}

function stores(
  app: ResolvedApp,
  observed: Observed,
  previous: MemoAppStatus | undefined,
): Pick<MemoAppStatus, 'cache' | 'events' | 'zooKeeper'> {
  const { cache, events } = app;
  const runs = cacheVersion(app, observed);
  const redis = cache.mode !== 'managed' ? undefined : runs === undefined ? previous?.cache : { version: runs };
  if (events.mode !== 'managed') return { ...(redis && { cache: redis }) };
  const kafka = withLayout(recordedStore(app, 'events', observed)) ?? previous?.events;
  const keeper = events.zooKeeper && (ranOn(recordedStore(app, 'zookeeper', observed)) ?? previous?.zooKeeper);
  return { ...(redis && { cache: redis }), ...(kafka && { events: kafka }), ...(keeper && { zooKeeper: keeper }) };
}

/** undefined: nothing has run on the volumes, so there is nothing new to say. */
function ranOn({ version }: Members<RecordedStore>): { version: string } | undefined {
  return version === undefined ? undefined : { version };
}

function withLayout(record: RecordedStore): { version: string; layout?: string } | undefined {
  const ran = ranOn(record);
  return ran && { ...ran, ...(record.layout !== undefined && { layout: record.layout }) };
}
