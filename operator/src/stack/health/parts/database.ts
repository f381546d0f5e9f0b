/** `DatabaseReady`: True once the database answers. Without it writes are refused with 503. */
import { isFalse, isTrue, isUnknown, type Condition } from '../../../api/conditions.ts';
import type { MemoAppStatus } from '../../../api/memoapp.ts';
import { names } from '../../../api/names.ts';
import { Reason } from '../../../api/reasons.ts';
import type { ExternalDatabase, ResolvedApp } from '../../../api/resolved.ts';
import { addressOf, databaseConnection } from '../../api/connections.ts';
import { databaseInUse, isUntried } from '../../api/database-in-use.ts';
import { awaitsMigration } from '../../api/image.ts';
import { recordedStore } from '../../facts.ts';
import { migrationName } from '../../jobs/migration.ts';
import type { Observed } from '../../observed.ts';
import { jobState, lastWordsOf } from '../../jobs/state.ts';
import { podProblem } from '../pods/problem.ts';
import { quoted } from '../quote.ts';
import { canTell, externalReady, servesByBefore } from './external.ts';
import { statefulReady } from './statefulset.ts';

export function databaseReady(app: ResolvedApp, observed: Observed): Condition {
  const { database } = app;
  if (database.mode === 'external') return externalDatabaseReady(app, database, observed);
  const { image } = database;
  const { version = database.version } = recordedStore(app, 'database', observed);
  const title = `MariaDB ${version}`;
  const { database: name } = names(app);
  return statefulReady(app, { type: 'DatabaseReady', part: 'database', name, replicas: 1, image, title }, observed);
}

/**
 * Whether the one that the API uses answers at all, also while it is not yet as asked. `silent`: another's, and the pods that serve
 * have not told for minutes. `untold`: another's, which new pods do not reach, and only pods of before serve, whom nobody asks.
 * undefined: another's, and nobody has told yet, nobody asks any more, or the pods that know are being replaced: what was known
 * before holds on.
 */
export function databaseServes(app: ResolvedApp, observed: Observed): boolean | 'silent' | 'untold' | undefined {
  const inUse = databaseInUse(app, observed);
  if (inUse === 'another') return undefined;
  const { storeHealth } = observed;
  if (inUse === 'wanted' && app.database.mode === 'external') {
    if (storeHealth === undefined || storeHealth === 'awaited') return undefined;
    if (storeHealth === 'silent') return canTell(app, observed) ? 'silent' : undefined;
    if (storeHealth.database !== 'unhealthy') return true;
    return servesByBefore(app, observed) ? 'untold' : false;
  }
  return (observed.get('StatefulSet', names(app).database)?.status?.readyReplicas ?? 0) > 0;
}

/**
 * Whether the migration may begin: the database answers, or only the migration itself can find out. Nobody else can say how one is
 * that others run where no pod of the API has opened it yet or answers, and where pods that have to stay as they are until it is
 * migrated do not run, or reach it in another way than the spec asks for: without the Job that would be so for ever.
 */
export function mayMigrate(app: ResolvedApp, observed: Observed, status: MemoAppStatus | undefined): boolean {
  if (app.database.mode === 'external' && isUntried(app, observed)) return true;
  const ready = databaseReady(app, observed);
  if (ready.reason === Reason.WaitingForAPI) return awaitsMigration(app, status, observed);
  return ready.status === 'True' || ready.reason === Reason.APISilent;
}

/** No pod of the API uses it yet: the migration is the first to open it. */
function asTheMigrationFindsIt(app: ResolvedApp, title: string, observed: Observed): Condition {
  const meanwhile = 'the API keeps the database of before meanwhile';
  const name = migrationName(app, observed);
  if (jobState(observed, name).state === 'succeeded')
    return isTrue('DatabaseReady', Reason.Available, `${title} answered Job ${name}`);
  const problem = podProblem(app, 'migrate', observed);
  if (problem) return isFalse('DatabaseReady', problem.reason, `${problem.message}; ${meanwhile}`);
  const words = lastWordsOf(observed, name);
  if (words !== undefined) {
    const message = `Job ${name} failed on ${title}: ${quoted(words)}; check address, account and tls, and delete the Job to try again at once; ${meanwhile}`;
    return isFalse('DatabaseReady', Reason.Unreachable, message);
  }
  return isUnknown('DatabaseReady', Reason.Migrating, `Job ${name} is the first to open ${title}; ${meanwhile}`);
}

function externalDatabaseReady(app: ResolvedApp, database: ExternalDatabase, observed: Observed): Condition {
  const title = `MariaDB at ${addressOf(database)}`;
  if (app.state === 'Running' && isUntried(app, observed)) return asTheMigrationFindsIt(app, title, observed);
  const connection = databaseConnection(app, 'service');
  const ready = externalReady(app, { type: 'DatabaseReady', service: 'database', title, connection }, observed);
  if (database.migrationAccount || ready.status !== 'True') return ready;
  const message = `${ready.message}; the migration uses the account of the API, which so may change the schema: set spec.database.external.migrationCredentialsSecret`;
  return { ...ready, message };
}
