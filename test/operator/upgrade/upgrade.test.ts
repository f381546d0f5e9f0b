/** The operator's own upgrade: from the commit before to this tree, on a cluster with real controllers and simulated nodes. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { expect } from 'chai';
import { paused as pausedValue, reconcileAnnotation } from '../../../operator/src/api/labels.ts';
import type { MemoApp } from '../../../operator/src/api/memoapp.ts';
import type { ApiClient } from '../../../operator/src/runtime/client/client.ts';
import { startCluster, type Cluster } from '../../cluster/cluster.ts';
import { writesOf } from '../harness/audit.ts';
import { clientOn, memoAppKind } from '../harness/client.ts';
import { install } from '../harness/install.ts';
import { kubectlOn, memoApp, type Kubectl } from '../harness/kubectl.ts';
import { apply, done } from '../harness/live.ts';
import { operatorUser, startOperator, thisTree, type RunningOperator } from '../harness/operator.ts';
import { reportStores, type StoreReport } from '../harness/store-report.ts';
import { until } from '../harness/until.ts';
import { fresh } from './announcements.ts';
import { apps, givenSecret, paused, volumes } from './apps.ts';
import { holdingOf, type Holding, type Workload } from './holding.ts';
import { playOthers } from './others.ts';
import { previousTree, type PreviousTree } from './previous.ts';
import { replaced, unannounced, verdict } from './replaced.ts';
import { readyMadeClass, readyMadeVolumes } from '../harness/volumes.ts';

const namespace = 'club';

describe('an upgrade of the operator from the commit before', function () {
  this.timeout(240_000);
  const begun = new AsyncDisposableStack();
  let previous: PreviousTree;
  let cluster: Cluster;
  let kubectl: Kubectl;
  let client: ApiClient;
  let report: StoreReport;
  let operator: RunningOperator;
  /** Under the operator of before, at rest. */
  let earlier: Holding;

  before(async () => {
    previous = await previousTree();
    begun.defer(() => previous.remove());
    cluster = await startCluster({ name: 'test-upgrade', rung: 2 });
    begun.defer(async () => await cluster.stop());
    kubectl = await kubectlOn(cluster);
    client = await clientOn(cluster);
    begun.defer(async () => await client.close());
    report = await reportStores(() => ({ database: 'healthy', redis: 'healthy', kafka: 'healthy' }));
    begun.defer(() => report.close());

    await install(kubectl, previous.root);
    await done(kubectl, ['create', 'namespace', namespace]);
    await apply(kubectl, readyMadeClass, ...readyMadeVolumes(volumes));
    await done(kubectl, ['apply', '-n', namespace, '-f', '-'], list(givenSecret, ...asked()));
    await start(previous.root);
    begun.defer(async () => {
      await operator.stop();
    });
    await untilAtRest();
    await done(kubectl, ['annotate', '-n', namespace, `memoapp/${paused}`, `${reconcileAnnotation}=${pausedValue}`]);
    await untilPaused();
    earlier = await holdingOf(client, namespace);

    expect(await operator.stop()).to.equal(0);
    await install(kubectl);
    await start(thisTree);
  });

  after(async () => await begun.disposeAsync());

  it('leaves every MemoApp as ready as it was, without a break where its workloads are the same', async () => {
    await untilAtRest();
    const later = await holdingOf(client, namespace);
    for (const name of Object.keys(apps).filter((each) => each !== paused)) {
      const [before, after] = [earlier, later].map((holding) => standing(holding, name));
      const isSame = isDeepStrictEqual(workloadsOf(earlier, name), workloadsOf(later, name));
      if (isSame) expect(after, name).to.deep.equal(before);
    }
  });

  it('changes no pods but those that docs/upgrades.md announces with it', async () => {
    const { workloads } = await holdingOf(client, namespace);
    const page = join(previous.root, 'docs/upgrades.md');
    const before = existsSync(page) ? readFileSync(page, 'utf8') : undefined;
    const rows = fresh(readFileSync(join(thisTree, 'docs/upgrades.md'), 'utf8'), before);
    const found = unannounced(replaced(earlier.workloads, workloads), rows);
    if (found.length > 0) expect.fail(verdict(found, previous.commit));
  });

  it('changes no pods of a paused MemoApp, announced or not', async () => {
    const before = workloadsOf(earlier, paused);
    expect(before).not.to.have.length(0);
    expect(workloadsOf(await holdingOf(client, namespace), paused)).to.deep.equal(before);
  });

  it('keeps volumes, passwords and the addresses of Services', async () => {
    const { kept } = await holdingOf(client, namespace);
    expect(kept).to.include.keys(
      'PersistentVolumeClaim data-least-database-0',
      'Secret least-key',
      'Service least-api',
    );
    expect(kept).to.containSubset(earlier.kept);
  });

  it('takes every object as it was applied, and loses nothing of one that is stored', async () => {
    await done(kubectl, ['apply', '--dry-run=server', '-f', '-'], list(...asked()));
    // The API server is lenient with what an update leaves as it is; a cluster that is set up anew has only the files.
    await done(kubectl, ['create', '--dry-run=server', '-f', '-'], list(...asked('default')));
    const specs = ({ apps: all }: Holding): unknown[] => all.map(({ spec }) => spec);
    expect(specs(await holdingOf(client, namespace))).to.containSubset(specs(earlier));
  });

  async function start(tree: string): Promise<void> {
    // Looks at every MemoApp about once a second: that they are at rest is shown by passes.
    operator = await startOperator(cluster, { resyncMinutes: 0.02, tree });
  }

  /** Each stands as it does at rest, and two looks at all of them brought no write. */
  async function untilAtRest(): Promise<void> {
    await until(
      'rest',
      async () => {
        await playOthers(client, namespace, report.address);
        const { items } = await client.list(memoAppKind, { namespace });
        const seen = new Map(items.map((app) => [app.metadata.name, app]));
        const restless = Object.keys(apps).filter((name) => !isAsAtRest(name, seen.get(name)));
        const told = restless.map((name) => `${name}: ${JSON.stringify(ready(seen.get(name)))}`);
        if (told.length > 0) throw new Error(told.join('\n'));
        const before = writes();
        await operator.passes(2 * Object.keys(apps).length);
        return writes() === before;
      },
      120,
    );
  }

  async function untilPaused(): Promise<void> {
    await until('pause', async () => {
      const { status } = await client.get(memoAppKind, { namespace, name: paused });
      return status?.conditions?.find(({ type }) => type === 'Paused');
    });
  }

  function writes(): number {
    return writesOf(cluster.auditLog, operatorUser).length;
  }
});

function asked(where = namespace): object[] {
  return Object.entries(apps).map(([name, { spec }]) => memoApp(name, spec, where));
}

function list(...items: readonly object[]): object {
  return { apiVersion: 'v1', kind: 'List', items };
}

type Stored = NonNullable<NonNullable<MemoApp['status']>['conditions']>[number];

function ready(app: MemoApp | undefined): Stored | undefined {
  return app?.status?.conditions?.find(({ type }) => type === 'Ready');
}

/** A paused one may say that something waits to be written. */
function isAsAtRest(name: string, app: MemoApp | undefined): boolean {
  const told = ready(app);
  if (!told || told.observedGeneration !== app?.metadata.generation) return false;
  return told.reason === 'Paused' || told.reason === apps[name]?.rests;
}

function workloadsOf({ workloads }: Holding, name: string): Workload[] {
  return workloads.filter(({ app }) => app === name);
}

/** What alerts and GitOps go by, and since when. */
function standing({ apps: all }: Holding, name: string): object[] {
  const conditions = all.find(({ metadata }) => metadata.name === name)?.status?.conditions ?? [];
  return conditions
    .filter(({ type }) => type === 'Ready' || type === 'APIAvailable')
    .map(({ lastTransitionTime, status, type }) => ({ type, status, lastTransitionTime }));
}
