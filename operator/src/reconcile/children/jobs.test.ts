import { expect } from 'chai';
import type { DeploymentSpec } from 'kubernetes-types/apps/v1.js';
import type { JobSpec } from 'kubernetes-types/batch/v1.js';
import { resolved, seen } from '../../../../test/operator/harness/rendered.ts';
import { seeing, standing, type Live } from '../../../../test/operator/harness/standing.ts';
import { selector } from '../../api/labels.ts';
import type { MemoAppSpec } from '../../api/memoapp.ts';
import { Reason } from '../../api/reasons.ts';
import type { ResolvedApp } from '../../api/resolved.ts';
import type { KubeObject } from '../../runtime/object.ts';
import { schemaMigrated } from '../../stack/health/parts/schema.ts';
import { migrationJob } from '../../stack/jobs/migration.ts';
import { topicJob } from '../../stack/jobs/topic.ts';
import type { Observed } from '../../stack/observed.ts';
import { jobs } from './jobs.ts';

type ApiSpec = NonNullable<MemoAppSpec['api']>;

const now = new Date('2026-01-01T12:00:00Z');

const before = resolved({ cache: { disabled: {} }, events: { disabled: {} } });

describe('the Jobs of an app that goes to a database of others', () => {
  const podOfBefore: Live = {
    kind: 'Pod',
    metadata: { name: 'shop-api-1', labels: selector(before, 'api') },
    spec: { containers: [{ name: 'api', env: [] }] },
  };
  const there = [...standing(before).filter(({ kind }) => kind !== 'Job'), podOfBefore];

  const to = (credentials: string): ResolvedApp =>
    resolved({
      cache: { disabled: {} },
      events: { disabled: {} },
      database: {
        external: {
          host: 'db',
          credentialsSecret: { name: credentials },
          migrationCredentialsSecret: { name: 'owner' },
        },
      },
    });

  /** Its migration, made by us at that time and since then in this state. */
  function madeFor(app: ResolvedApp, status: object = {}): Live {
    const { kind, metadata, spec } = migrationJob(app, seeing(there)) as unknown as Live;
    const owner = { apiVersion: 'v1', kind: 'MemoApp', name: 'shop', uid: app.uid, controller: true };
    return { kind, metadata: { ...metadata, ownerReferences: [owner] }, spec, status } as Live;
  }

  const failedAt = (lastTransitionTime: string): object => ({
    conditions: [{ type: 'Failed', status: 'True', lastTransitionTime }],
  });

  /** `due`, `standing`, or neither: to be pruned. */
  function fate(app: ResolvedApp, live: readonly Live[]): string {
    const found = jobs(app, undefined, seeing([...there, ...live]), now);
    if (found.due.length > 0) return 'due';
    return found.standing.length > 0 ? 'standing' : 'pruned';
  }

  it('begin without anybody who could say whether it answers', () => {
    expect(fate(to('db'), [])).to.equal('due');
    expect(fate(to('db'), [madeFor(to('db'))])).to.equal('standing');
  });

  it('are made anew some time after they gave up', () => {
    expect(fate(to('db'), [madeFor(to('db'), failedAt('2026-01-01T11:57:00Z'))])).to.equal('standing');
    expect(fate(to('db'), [madeFor(to('db'), failedAt('2026-01-01T11:54:00Z'))])).to.equal('pruned');
  });

  it('are made anew at once with another account of the API', () => {
    const job = migrationJob(to('typo'), seeing(there)).metadata.name;
    expect(migrationJob(to('db'), seeing(there)).metadata.name).to.equal(job);
    expect(fate(to('db'), [madeFor(to('typo'))])).to.equal('pruned');
  });
});

describe('the migration of an upgrade on a database of others', () => {
  const external = (credentials: string, version = '1.4.0'): ResolvedApp =>
    resolved({
      version,
      cache: { disabled: {} },
      events: { disabled: {} },
      database: { external: { host: 'db', credentialsSecret: { name: credentials } } },
    });
  const podOf = (app: ResolvedApp): Live => {
    const { spec } = standing(app).find(({ kind }) => kind === 'Deployment') as { spec?: DeploymentSpec };
    return { kind: 'Pod', metadata: { name: 'shop-api-1', labels: selector(app, 'api') }, spec: spec?.template.spec };
  };
  const old = external('db');
  const there = [...standing(old).filter(({ kind }) => kind !== 'Job'), podOf(old)];
  const status = { version: '1.4.0' };

  /** Whether its Job is to be made, as `SchemaMigrated` says too. */
  function isDue(app: ResolvedApp, says: Observed['storeHealth']): boolean {
    const observed = seen(there as readonly unknown[] as readonly KubeObject[], says);
    const due = jobs(app, status, observed, now).due.length > 0;
    const { reason } = schemaMigrated(app, observed, status);
    expect(reason).to.equal(due ? Reason.Migrating : Reason.WaitingForDatabase);
    return due;
  }

  const unhealthy = { database: 'unhealthy', redis: 'not_configured', kafka: 'not_configured' } as const;

  it('begins once the pods of before reach it', () => {
    expect(isDue(external('db', '1.5.0'), undefined)).to.equal(false);
    expect(isDue(external('db', '1.5.0'), unhealthy)).to.equal(false);
    expect(isDue(external('db', '1.5.0'), { ...unhealthy, database: 'healthy' })).to.equal(true);
  });

  it('does not wait for pods that have to stay and never will: they have another account, or do not run', () => {
    expect(isDue(external('mended', '1.5.0'), unhealthy)).to.equal(true);
    expect(isDue(external('db', '1.5.0'), 'awaited')).to.equal(true);
  });

  it('waits for them where they are to be replaced: no other release is asked for', () => {
    expect(isDue(external('mended'), unhealthy)).to.equal(false);
    expect(isDue(old, 'awaited')).to.equal(false);
  });

  it('begins where pods run and never tell the operator anything', () => {
    expect(isDue(old, 'silent')).to.equal(true);
  });
});

describe('a Job whose pod cannot start', () => {
  const spec = { imagePullSecrets: [{ name: 'registry' }] };
  const stores = standing(resolved({})).filter(({ kind }) => kind !== 'Job');
  const jobsOf = { migrate: migrationJob, topic: topicJob };
  type Task = keyof typeof jobsOf;

  /** As made for the app, by an operator that may not have known what to write down, and since then in this state. */
  function made(task: Task, app: ResolvedApp, change: (job: Live) => Live = (job) => job): Live {
    const { kind, metadata, spec: of } = jobsOf[task](app, seeing(stores)) as unknown as Live;
    const owner = { apiVersion: 'v1', kind: 'MemoApp', name: 'shop', uid: app.uid, controller: true };
    return change({ kind, metadata: { ...metadata, ownerReferences: [owner] }, spec: of } as Live);
  }

  function fate(task: Task, app: ResolvedApp, live: readonly Live[]): string {
    const observed = seeing([...stores, ...live]);
    const { name } = jobsOf[task](app, observed)?.metadata ?? { name: '' };
    const found = jobs(app, undefined, observed, now);
    if (found.due.some(({ metadata }) => metadata.name === name)) return 'due';
    return found.standing.some(({ metadata }) => metadata.name === name) ? 'standing' : 'pruned';
  }

  for (const task of ['migrate', 'topic'] as const) {
    describe(task, () => {
      it('is made anew with the pull secret that it lacks, once it is gone', () => {
        const old = made(task, resolved({}));
        expect(fate(task, resolved({}), [old])).to.equal('standing');
        expect(fate(task, resolved(spec), [old])).to.equal('pruned');
        expect(fate(task, resolved(spec), [])).to.equal('due');
        expect(fate(task, resolved(spec), [made(task, resolved(spec))])).to.equal('standing');
        expect(fate(task, resolved({}), [made(task, resolved(spec))])).to.equal('pruned');
      });

      it('is made anew for the nodes that it may go to now', () => {
        const placements: NonNullable<ApiSpec['pod']>[] = [
          { tolerations: [{ key: 'dedicated', operator: 'Exists' }] },
          { nodeSelector: { disk: 'ssd' } },
          { priorityClassName: 'important' },
        ];
        for (const pod of placements) {
          expect(fate(task, resolved({ api: { pod } }), [made(task, resolved({}))])).to.equal('pruned');
          expect(fate(task, resolved({ api: { pod } }), [made(task, resolved({ api: { pod } }))])).to.equal('standing');
        }
      });

      it('stays where it has done its work, or does it', () => {
        const done = { conditions: [{ type: 'Complete', status: 'True' }] };
        expect(fate(task, resolved(spec), [made(task, resolved({}), (job) => ({ ...job, status: done }))])).to.equal(
          'standing',
        );
        const old = made(task, resolved({}));
        const labels = { ...selector(before, task), 'batch.kubernetes.io/job-name': old.metadata.name };
        const pod = (phase: string): Live => ({ kind: 'Pod', metadata: { name: 'p', labels }, status: { phase } });
        expect(fate(task, resolved(spec), [old, pod('Running')])).to.equal('standing');
        expect(fate(task, resolved(spec), [old, pod('Pending')])).to.equal('pruned');
      });

      it('is told by what was asked for, and not by what somebody else put there', () => {
        const patched = made(task, resolved({}), (job) => {
          const { template } = job.spec as JobSpec;
          return { ...job, spec: { template: { spec: { ...template.spec, ...spec } } } };
        });
        expect(fate(task, resolved({}), [patched])).to.equal('standing');
      });

      it('is told by its pod where it was made by an operator that wrote nothing down', () => {
        const bare = (job: Live): Live => ({ ...job, metadata: { ...job.metadata, annotations: {} } }) as Live;
        expect(fate(task, resolved({}), [made(task, resolved({}), bare)])).to.equal('standing');
        expect(fate(task, resolved(spec), [made(task, resolved(spec), bare)])).to.equal('standing');
        expect(fate(task, resolved(spec), [made(task, resolved({}), bare)])).to.equal('pruned');
      });
    });
  }
});
