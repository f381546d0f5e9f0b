import { expect } from 'chai';
import { changed, claim, fine, type Live, seeing, standing } from '../../../../test/operator/harness/standing.ts';
import type { Condition } from '../../api/conditions.ts';
import { selector } from '../../api/labels.ts';
import type { MemoApp, MemoAppStatus } from '../../api/memoapp.ts';
import { names, podClaim } from '../../api/names.ts';
import { resolve } from '../../api/resolve.ts';
import type { ResolvedApp } from '../../api/resolved.ts';
import { templateImage } from '../api/image.ts';
import { migrationJob } from '../jobs/migration.ts';
import { conditions, type PassOutcome } from './conditions.ts';

const spec: MemoApp['spec'] = { version: '1.0.0', api: { replicas: 2 } };

function appOf(wanted: MemoApp['spec'], generation = 1): ResolvedApp {
  const metadata = { name: 'shop', namespace: 'club', uid: 'u', generation };
  const apiVersion = 'memo.sogangcomputerclub.org/v1alpha1';
  return resolve({ apiVersion, kind: 'MemoApp', metadata, spec: wanted }, { release: '1.0.0', volumes: {} });
}

/** `Ready=True Available` and the like, of one condition. */
function told(
  app: ResolvedApp,
  objects: readonly Live[],
  { type = 'Ready', outcome = fine, previous }: { type?: string; outcome?: PassOutcome; previous?: MemoAppStatus } = {},
): string | undefined {
  const found = conditions(app, seeing(objects), outcome, previous).find((condition) => condition.type === type);
  return found && `${found.status} ${found.reason}`;
}

describe('the conditions of a MemoApp', () => {
  const app = appOf(spec);
  const all = standing(app);

  it('are true when everything is as asked', () => {
    const types = ['Ready', 'DatabaseReady', 'SchemaMigrated', 'CacheReady', 'EventsReady', 'APIAvailable'];
    for (const type of types) expect(told(app, all, { type }), type).to.equal('True Available');
    expect(told(app, all, { type: 'Reconciling' })).to.equal(undefined);
  });

  it('say that an API behind a route is open to everyone', () => {
    const routed = appOf({ ...spec, route: { hostnames: ['memo.example'], ingress: {} } });
    const published = { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } };
    const ingress = { kind: 'Ingress', metadata: { name: names(routed).route }, status: published };
    const [ready] = conditions(routed, seeing([...standing(routed), ingress]), fine, undefined);
    expect(ready).to.include({ type: 'Ready', status: 'True', reason: 'Available' });
    expect(ready?.message).to.match(/^2 of 2 API pods serve 1\.0\.0; the API is open to everyone/);
  });

  it('wait for a Secret that the API itself needs, while pods of before serve on', () => {
    const outcome: PassOutcome = { ...fine, missing: [{ type: 'Ready', message: 'Secret tokens is not there' }] };
    expect(told(app, all, { outcome })).to.equal('False ReferenceMissing');
    expect(told(app, all, { type: 'APIAvailable', outcome })).to.equal('True Available');
  });

  describe('of an Ingress whose certificate is not there', () => {
    const tls = { secretName: 'shop-tls' };
    const missing = [{ type: 'RouteReady', message: 'Secret shop-tls is not there' }] as const;
    const published = { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } };
    const annotation = { 'cert-manager.io/cluster-issuer': 'letsencrypt' };

    /** `RouteReady` and the rest. */
    function toldOf(
      annotations: Readonly<Record<string, string>>,
      live: Readonly<Record<string, string>> = annotations,
      status: object = published,
    ): { route: Condition | undefined; reasons: Readonly<Record<string, string>> } {
      const routed = appOf({ ...spec, route: { hostnames: ['memo.example'], ingress: { tls, annotations } } });
      const ingress = { kind: 'Ingress', metadata: { name: names(routed).route, annotations: live }, status };
      const found = conditions(routed, seeing([...standing(routed), ingress]), { ...fine, missing }, undefined);
      const reasons = Object.fromEntries(found.map(({ type, status, reason }) => [type, `${status} ${reason}`]));
      return { route: found.find(({ type }) => type === 'RouteReady'), reasons };
    }

    it('name the Secret and what is served meanwhile; the API is as available as ever', () => {
      const { reasons, route } = toldOf({});
      expect(route?.message).to.match(/^Secret shop-tls is not there; until then .* its default certificate$/);
      expect(reasons).to.include({
        Ready: 'False ReferenceMissing',
        RouteReady: 'False ReferenceMissing',
        Reconciling: 'True Progressing',
        APIAvailable: 'True Available',
      });
      expect(reasons).not.to.have.property('Stalled');
    });

    it('wait for cert-manager where an issuer is named, in the spec or on the Ingress itself', () => {
      const byHand = { 'cert-manager.io/issuer': 'letsencrypt' };
      for (const { reasons, route } of [toldOf(annotation), toldOf(annotation, {}), toldOf({}, byHand)]) {
        expect(route?.message).to.match(
          /^Secret shop-tls is awaited from issuer letsencrypt of cert-manager; until then/,
        );
        expect(route?.message).to.match(/see: kubectl describe certificate shop-tls$/);
        expect(reasons).to.include({
          Ready: 'False CertificatePending',
          RouteReady: 'False CertificatePending',
          Reconciling: 'True Progressing',
          APIAvailable: 'True Available',
        });
      }
      expect(toldOf({ 'cert-manager.io/issuer': '' }).reasons).to.include({ RouteReady: 'False ReferenceMissing' });
    });

    it('tell first what keeps an issuer from going on, and of a Secret that nobody will fill whatever else is wrong', () => {
      expect(toldOf(annotation, {}, {}).reasons).to.include({ RouteReady: 'False IngressClassMissing' });
      expect(toldOf({}, {}, {}).reasons).to.include({ RouteReady: 'False ReferenceMissing' });
    });
  });

  it('tell of a database that goes on with the account it was initialised with', () => {
    const outcome: PassOutcome = { ...fine, unapplied: 'another password is not applied' };
    expect(told(app, all, { type: 'DatabaseReady', outcome })).to.equal('True CredentialsKept');
    const [ready] = conditions(app, seeing(all), outcome, undefined);
    expect(ready).to.include({ status: 'True', reason: 'Available' });
    expect(ready?.message).to.include('another password is not applied');
  });

  it('name what waits while it is paused, each of it once', () => {
    const withheld = ['PersistentVolumeClaim club/a', 'Deployment club/b', 'PersistentVolumeClaim club/a'];
    const [ready] = conditions(app, seeing(all), { ...fine, paused: true, withheld }, undefined);
    expect(ready?.message).to.contain('not as the spec asks: Deployment club/b, PersistentVolumeClaim club/a; ');
  });

  it('do not call a change done that could not be applied', () => {
    const bigger = appOf({ ...spec, database: { managed: { resources: { limits: { memory: '2Gi' } } } } }, 2);
    const before = {
      conditions: [{ type: 'Ready', status: 'True', reason: 'Available', message: '', observedGeneration: 1 }],
    };
    const previous = before as unknown as MemoAppStatus;
    const outcome = { ...fine, failures: [new Error('failed calling webhook')] };
    expect(told(bigger, all, { outcome, previous })).to.equal('False Progressing');
    // Once it was as asked at this generation, a call that fails takes nothing back.
    expect(told(app, all, { outcome, previous })).to.equal('True Available');
  });

  it('tell of the pods of before that serve on while the API is rolled', () => {
    const status = { replicas: 3, updatedReplicas: 1, readyReplicas: 3 };
    const rolling = changed(all, 'Deployment', names(app).api, (live) => ({ ...live, status }));
    const [ready] = conditions(app, seeing(rolling), fine, undefined);
    const message = '2 of 2 API pods serve while they are replaced: 1 new, 2 of before';
    expect(ready).to.include({ type: 'Ready', status: 'False', reason: 'Progressing', message });
  });

  it('tell an autoscaler without metrics from one whose pods are too young to have any', () => {
    const scaled = appOf({ ...spec, api: { autoscaling: { maxReplicas: 4 } } });
    const ready = (message: string): object | undefined => {
      const active = { type: 'ScalingActive', status: 'False', reason: 'FailedGetResourceMetric', message };
      const scaler = { kind: 'HorizontalPodAutoscaler', metadata: { name: names(app).api } };
      return conditions(scaled, seeing([...all, { ...scaler, status: { conditions: [active] } }]), fine, undefined)[0];
    };
    const failed = 'the HPA was unable to compute the replica count: failed to get cpu utilization:';
    expect(ready(`${failed} the server could not find the requested resource`)).to.include({
      reason: 'MetricsMissing',
    });
    for (const young of [
      'did not receive metrics for targeted pods (pods might be unready)',
      'unable to get metrics for resource cpu: no metrics returned from resource metrics API',
    ]) {
      const message = '2 of 2 API pods serve 1.0.0; the autoscaler has no metrics of these pods yet';
      expect(ready(`${failed} ${young}`)).to.include({ status: 'True', message });
    }
  });

  it('do not take the pods of another version for those of the wanted one', () => {
    const newer = appOf({ ...spec, database: { managed: { version: '11.9' } } });
    expect(told(newer, all, { type: 'DatabaseReady' })).to.equal('False PodNotReady');
  });

  it('say that reads and writes are not served without the database, whatever the API pods say', () => {
    const { database } = names(app);
    const away = changed(all, 'StatefulSet', database, (live) => ({ ...live, status: { replicas: 1 } }));
    expect(told(app, away, { type: 'APIAvailable' })).to.equal('False WaitingForDatabase');
  });

  describe('on the way to another database, while pods of before serve from theirs', () => {
    const external = { host: 'db.example', credentialsSecret: { name: 'db' } };
    const moved = appOf({ ...spec, database: { external } }, 2);
    const { database } = names(app);
    const away = (objects: readonly Live[]): Live[] =>
      changed(objects, 'StatefulSet', database, (live) => ({ ...live, status: { replicas: 1 } }));
    const pod = (env: readonly object[]): Live => ({
      kind: 'Pod',
      metadata: { name: 'shop-api-1', labels: selector(app, 'api') },
      spec: { containers: [{ name: 'api', env }] },
      status: { conditions: [{ type: 'Ready', status: 'True' }] },
    });
    const ofManaged = pod([{ name: 'DATABASE_URL_FILE', value: '/run/secrets/memo/database/uri' }]);
    const ofExternal = pod([{ name: 'DATABASE_URL', value: 'mysql://db.example:3306/memo_app' }]);

    it('keep the API available as long as the managed one answers', () => {
      expect(told(moved, [...all, ofManaged], { type: 'APIAvailable' })).to.equal('True Available');
      expect(told(moved, [...away(all), ofManaged], { type: 'APIAvailable' })).to.equal('False WaitingForDatabase');
      // The first pod that uses the new one: now that one counts, and it has no tables.
      const both = [...all, ofManaged, ofExternal];
      expect(told(moved, both, { type: 'APIAvailable' })).to.equal('Unknown Observing');
    });

    it('tell of one that others run what its migration meets, the latest word of it', () => {
      const job = migrationJob(moved, seeing(all)).metadata.name;
      const failed = (name: string, finishedAt: string, message: string): Live => ({
        kind: 'Pod',
        metadata: { name, labels: { ...selector(app, 'migrate'), 'batch.kubernetes.io/job-name': job } },
        status: {
          containerStatuses: [{ name: 'migrate', state: { terminated: { exitCode: 1, finishedAt, message } } }],
        },
      });
      const tries = [
        failed('b', '2026-01-01T00:02:00Z', '{"a": "log line"}\naccess denied\n'),
        failed('a', '2026-01-01T00:01:00Z', 'no such host'),
      ];
      expect(told(moved, [...all, ofManaged], { type: 'DatabaseReady' })).to.equal('Unknown Migrating');
      const found = conditions(moved, seeing([...all, ofManaged, ...tries]), fine, undefined);
      const database = found.find(({ type }) => type === 'DatabaseReady');
      expect(database).to.include({ status: 'False', reason: 'Unreachable' });
      expect(database?.message).to.include(': access denied;').and.to.include('keeps the database of before');
    });

    it('keep what was said of one that others run, for nobody asks about it any more', () => {
      const before = [
        { type: 'APIAvailable', status: 'True', reason: 'Available', message: '', observedGeneration: 1 },
      ];
      const previous = { conditions: before } as unknown as MemoAppStatus;
      expect(told(app, [...away(all), ofExternal], { type: 'APIAvailable', previous })).to.equal('True Available');
      const both = [...away(all), ofExternal, ofManaged];
      expect(told(app, both, { type: 'APIAvailable', previous })).to.equal('False WaitingForDatabase');
    });

    it('do not call it away for the volume of the managed one, which is lost on the way back', () => {
      const problems = [{ reason: 'DataMissing', message: 'the volume claim is gone' }] as const;
      const outcome = { ...fine, problems };
      const before = [{ type: 'APIAvailable', status: 'True', reason: 'Available', message: '' }];
      const previous = { conditions: before } as unknown as MemoAppStatus;
      expect(told(app, [...away(all), ofExternal], { outcome, previous })).to.equal('False DataMissing');
      const type = 'APIAvailable';
      expect(told(app, [...away(all), ofExternal], { type, outcome, previous })).to.equal('True Available');
      expect(told(app, [...away(all), ofManaged], { type, outcome, previous })).to.equal('False DataMissing');
    });
  });

  it('keep the API available while an upgrade migrates', () => {
    const { name } = migrationJob(app, seeing(all)).metadata;
    const next = appOf({ ...spec, version: '2.0.0' });
    expect(told(next, all, { type: 'SchemaMigrated' })).to.equal('False Migrating');
    const previous = { version: '1.0.0', migratedBy: name };
    expect(told(next, all, { type: 'APIAvailable', previous })).to.equal('True Available');
  });

  it('wait for a volume that grows, while its store serves on', () => {
    const { database } = names(app);
    const small = changed(all, 'PersistentVolumeClaim', podClaim(database, 0), () =>
      claim(app, 'database', database, '1Gi'),
    );
    expect(told(app, small)).to.equal('False VolumeGrowing');
    expect(told(app, small, { type: 'DatabaseReady' })).to.equal('True Available');
  });

  it('call a person for a Job that gave up and for what the API server finds invalid, not for a quota', () => {
    const { name } = migrationJob(app, seeing(all)).metadata;
    const status = { conditions: [{ type: 'Failed', status: 'True', message: 'BackoffLimitExceeded' }] };
    const failed = changed(all, 'Job', name, (live) => ({ ...live, status }));
    expect(told(app, failed, { type: 'Stalled' })).to.equal('True JobFailed');
    const refusedWith = (code: number): PassOutcome => ({
      ...fine,
      refused: [{ kind: 'Deployment', name: 'shop-api', code, message: 'no' }],
    });
    expect(told(app, all, { type: 'Stalled', outcome: refusedWith(422) })).to.equal('True ApplyRefused');
    expect(told(app, all, { type: 'Stalled', outcome: refusedWith(403) })).to.equal(undefined);
    expect(told(app, all, { outcome: refusedWith(403) })).to.equal('False ApplyRefused');
  });

  it('say what a Job ended with, while it is tried again and once it gave up', () => {
    const { name } = migrationJob(app, seeing(all)).metadata;
    const terminated = {
      exitCode: 1,
      finishedAt: new Date(0).toISOString(),
      message: '{"level":"info"}\nno such host\n',
    };
    const labels = { ...selector(app, 'migrate'), 'batch.kubernetes.io/job-name': name };
    const status = { containerStatuses: [{ name: 'migrate', state: { terminated } }] };
    const pod = { kind: 'Pod', metadata: { name: 'p', labels }, status };
    const gaveUp = { type: 'Failed', status: 'True', message: 'BackoffLimitExceeded' };
    for (const jobConditions of [[], [gaveUp]]) {
      const tried = changed(all, 'Job', name, (live) => ({ ...live, status: { conditions: jobConditions } }));
      const told = conditions(app, seeing([...tried, pod]), fine, undefined);
      const { message } = told.find(({ type }) => type === 'SchemaMigrated') ?? {};
      expect(message).to.include('; its last try: no such host');
    }
  });

  it('call nobody for a Job that is made anew by itself: the database that it is to open is not in use yet', () => {
    const { name } = migrationJob(app, seeing(all)).metadata;
    const status = { conditions: [{ type: 'Failed', status: 'True', message: 'BackoffLimitExceeded' }] };
    const untried = changed(all, 'Deployment', names(app).api, (live) => ({ ...live, spec: { paused: true } }));
    const failed = changed(untried, 'Job', name, (live) => ({ ...live, status }));
    expect(told(app, failed, { type: 'Stalled' })).to.equal(undefined);
    expect(told(app, failed, { type: 'SchemaMigrated' })).to.equal('False Unreachable');
  });

  it('forget what ended a container once it serves again', () => {
    const pod = (ready: boolean): Live => ({
      kind: 'Pod',
      metadata: { name: 'shop-api-1', labels: selector(app, 'api') },
      status: {
        containerStatuses: [{ name: 'api', image: 'i', ready, lastState: { terminated: { reason: 'OOMKilled' } } }],
      },
    });
    const scaling = changed(all, 'Deployment', names(app).api, (live) => ({ ...live, status: { readyReplicas: 1 } }));
    expect(told(app, [...scaling, pod(true)])).to.equal('False PodNotReady');
    expect(told(app, [...scaling, pod(false)])).to.equal('False OutOfMemory');
  });
});

describe('the image of the API on an upgrade', () => {
  const before = appOf(spec);
  const all = standing(before);
  const digest = `sha256:${'a'.repeat(64)}`;

  for (const [what, api] of [
    ['a digest', { image: { repository: 'memo-service', digest } }],
    ['another repository', { image: { repository: 'registry.example/memo-service' } }],
  ] as const) {
    it(`stays whole until the migration has succeeded, when the upgrade comes with ${what}`, () => {
      const app = appOf({ ...spec, version: '2.0.0', api });
      const { name: first } = migrationJob(before, seeing(all)).metadata;
      const { name: second } = migrationJob(app, seeing(all)).metadata;
      const status = { version: '1.0.0', migratedBy: first };
      expect(templateImage(app, status, seeing(all))).to.equal('memo-service:1.0.0');
      // Also when the Job is gone: the status remembers it.
      expect(templateImage(app, { ...status, migratedBy: second }, seeing(all))).not.to.equal('memo-service:1.0.0');
    });
  }

  it('does not ask for another migration when a setting changes that has nothing to do with it', () => {
    const louder = appOf({ ...spec, api: { replicas: 2, logLevel: 'debug' } });
    const name = (app: ResolvedApp): string => migrationJob(app, seeing(all)).metadata.name;
    expect(name(louder)).to.equal(name(before));
  });

  it('asks for another migration of another volume', () => {
    const name = (objects: readonly Live[]): string => migrationJob(before, seeing(objects)).metadata.name;
    const { database } = names(before);
    const anew = changed(all, 'PersistentVolumeClaim', podClaim(database, 0), (live) => ({
      ...live,
      metadata: { ...live.metadata, uid: 'another' },
    }));
    expect(name(anew)).not.to.equal(name(all));
  });
});
