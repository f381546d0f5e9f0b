/** `SchemaMigrated`: True once the database has the schema of the wanted release. */
import { isFalse, isTrue, type Condition } from '../../../api/conditions.ts';
import type { MemoAppStatus } from '../../../api/memoapp.ts';
import { Reason } from '../../../api/reasons.ts';
import type { ResolvedApp } from '../../../api/resolved.ts';
import { isUntried } from '../../api/database-in-use.ts';
import { migrationName, migrationState } from '../../jobs/migration.ts';
import type { Observed } from '../../observed.ts';
import { recordOf } from '../../record.ts';
import { mayMigrate } from './database.ts';
import { lastTry } from './last-try.ts';
import { podProblem } from '../pods/problem.ts';
import { stoppedPart } from '../stopped.ts';

/** @param previous what is stored now */
export function schemaMigrated(app: ResolvedApp, observed: Observed, previous: MemoAppStatus | undefined): Condition {
  const name = migrationName(app, observed);
  const { message = '', state } = migrationState(app, observed, recordOf(app, previous)?.migratedBy);
  switch (state) {
    case 'succeeded':
      return isTrue('SchemaMigrated', Reason.Available, `the schema is that of ${app.version}`);
    case 'failed': {
      const gaveUp = `Job ${name} gave up: ${message}${lastTry(observed, name)}`;
      // It is made anew by itself: see `jobs`.
      if (isUntried(app, observed)) {
        return isFalse('SchemaMigrated', Reason.Unreachable, `${gaveUp}; another one follows within some minutes`);
      }
      const way = `see kubectl logs job/${name}, then delete the Job to try again`;
      return isFalse('SchemaMigrated', Reason.JobFailed, `${gaveUp}; ${way}`);
    }
    case 'running': {
      const problem = podProblem(app, 'migrate', observed);
      if (problem) return isFalse('SchemaMigrated', problem.reason, problem.message);
      const brings = `Job ${name} brings the schema to ${app.version}${lastTry(observed, name)}`;
      return isFalse('SchemaMigrated', Reason.Migrating, brings);
    }
    case 'absent':
      if (app.state === 'Stopped') return stoppedPart('SchemaMigrated');
      return mayMigrate(app, observed, previous)
        ? isFalse('SchemaMigrated', Reason.Migrating, `Job ${name} is about to be made`)
        : isFalse('SchemaMigrated', Reason.WaitingForDatabase, 'the migration starts once the database is ready');
  }
}
