/** Every command that the pages for admins tell to type, typed: in a shell, by the story that the pages tell. */
import { join } from 'node:path';
import { expect } from 'chai';
import { appLabel, paused, reconcileAnnotation } from '../../../operator/src/api/labels.ts';
import { startCluster, type Cluster } from '../../cluster/cluster.ts';
import { kubectlOn, memoApp, type Kubectl } from '../harness/kubectl.ts';
import { apply, done, get } from '../harness/live.ts';
import { startOperator, type RunningOperator } from '../harness/operator.ts';
import { openShell, type Shell } from '../harness/shell.ts';
import { until } from '../harness/until.ts';
import { readyMadeClass, readyMadeVolumes } from '../harness/volumes.ts';
import { installGitOps } from './gitops.ts';
import { typedOn, type Typed } from './typed.ts';

const root = join(import.meta.dirname, '../../..');
const name = 'least';
const inSystem = ['-n', 'memo-system'];
const applying = ['apply', '--server-side', '-f', '-'];

/** What the pages leave to whoever reads them. */
const placeholders: Readonly<Record<string, string>> = { NAME: name, CLAIM: `data-${name}-database-0` };

/** Typed somewhere else, or nothing to type. */
const elsewhere: readonly (readonly [RegExp, string])[] = [
  [/^helm /, 'chart.test.ts installs, upgrades, goes back and removes by them'],
  [/^kubectl logs /, 'simulated nodes keep no logs; the end-to-end tests read them'],
  [
    /^kubectl (exec|port-forward) /,
    'simulated nodes run nothing; backup.md, where the same is told, is typed end to end',
  ],
  [/^kubectl wait --for=condition=Ready$/, 'named, not told in full'],
];

/** Sections whose story would end the one of the rest. */
const toldElsewhere: readonly (readonly [heading: string, where: string])[] = [
  ['Another StorageClass', 'volumes.test.ts follows it'],
];

/** Commands in the order in which one comes to them, what removes last; one that several pages tell is typed once. */
function story(): Typed[] {
  const all = ['install', 'upgrades', 'conditions', 'troubleshooting', 'admin'].flatMap(typedOn);
  const told = all.filter(({ command, heading }) => {
    return !elsewhere.some(([pattern]) => pattern.test(command)) && !toldElsewhere.some(([other]) => other === heading);
  });
  const removes = ({ heading }: Typed): boolean => heading === 'Remove';
  const inOrder = [...told.filter((each) => !removes(each)), ...told.filter(removes)];
  return inOrder.filter((each, at) => inOrder.findIndex(({ command }) => command === each.command) === at);
}

describe('what the pages tell an admin to type', function () {
  this.timeout(300_000);
  let cluster: Cluster;
  let kubectl: Kubectl;
  let operator: RunningOperator | undefined;
  let shell: Shell;
  /** Version of the CRD before the operator was taken back. */
  let crdBefore: string;

  before(async () => {
    cluster = await startCluster({ name: 'test-commands', rung: 2 });
    kubectl = await kubectlOn(cluster);
    for (const object of [readyMadeClass, ...readyMadeVolumes(2)]) await apply(kubectl, object);
    await installGitOps(kubectl);
    // Where one is while working with one's app.
    await done(kubectl, ['config', 'set-context', '--current', '--namespace=memo']);
    shell = await openShell(cluster, root);
  });

  after(async () => {
    await operator?.stop();
    await cluster.stop();
    await shell.close();
  });

  /** What has to be there before a command, or is to be seen after it, by its beginning. */
  const beside: readonly (readonly [
    beginning: string,
    what: { readonly before?: () => Promise<void>; readonly after?: () => Promise<void> },
  ])[] = [
    [
      'kubectl apply --server-side -k config/default',
      // The pods of simulated nodes run nothing.
      { after: async () => void (operator = await startOperator(cluster)) },
    ],
    [
      'kubectl -n memo-system rollout undo',
      {
        before: async () => {
          const later = await manifests();
          const earlier = later.replace(/image: memo-operator:.*/, 'image: memo-operator:earlier');
          for (const release of [earlier, later]) {
            await done(kubectl, applying, release);
            await done(kubectl, [...inSystem, 'rollout', 'status', 'deployment/memo-operator', '--timeout=60s']);
          }
          crdBefore = await crdVersion();
          expect(await operatorImage()).to.match(/^memo-operator:\d/);
        },
        after: async () => {
          expect(await operatorImage()).to.equal('memo-operator:earlier');
          expect(await crdVersion()).to.equal(crdBefore);
        },
      },
    ],
    [
      'kubectl apply --server-side --force-conflicts -k config/default',
      {
        before: async () => {
          const { stderr } = await kubectl(applying, await manifests());
          expect(stderr).to.match(/conflict with "kubectl".*containers\[name="operator"\]\.image/);
        },
        after: async () => {
          expect(await operatorImage()).to.match(/^memo-operator:\d/);
          await done(kubectl, applying, await manifests());
        },
      },
    ],
    [
      'kubectl scale',
      {
        after: async () => {
          await until(
            '3 pods wanted',
            async () => (await get(kubectl, 'deployment', `${name}-api`))?.spec?.replicas === 3,
          );
        },
      },
    ],
    [
      'kubectl annotate memoapp/NAME memo.sogangcomputerclub.org/reconcile=paused',
      { after: async () => await untilTold('Paused', 60) },
    ],
    [
      'kubectl annotate memoapps --all --all-namespaces memo.sogangcomputerclub.org/reconcile=paused',
      {
        before: async () => await apply(kubectl, memoApp('another', { state: 'Stopped' }, 'default')),
        after: async () => {
          expect(await reconcileOfAll()).to.deep.equal([paused, paused]);
        },
      },
    ],
    [
      'kubectl annotate memoapps --all --all-namespaces memo.sogangcomputerclub.org/reconcile-',
      {
        after: async () => {
          expect(await reconcileOfAll()).to.deep.equal(['<none>', '<none>']);
          await done(kubectl, ['delete', 'memoapp/another', '-n', 'default']);
        },
      },
    ],
    [
      'kubectl delete memoapp/NAME',
      {
        after: async () => {
          await until('the end of its Deployment', async () => !(await get(kubectl, 'deployment', `${name}-api`)));
          // A command that lists pods, and then asks for each, fails on one that has gone meanwhile.
          await until('the end of its pods', async () => {
            const { stdout } = await kubectl(['get', 'pods', '-l', `${appLabel}=${name}`, '-o', 'name']);
            return stdout === '';
          });
          expect(await get(kubectl, 'pvc', `data-${name}-database-0`)).not.to.equal(undefined);
        },
      },
    ],
    [
      'kubectl describe pod',
      {
        before: async () => {
          await apply(kubectl, memoApp(name, {}, 'memo'));
          await untilTold('Ready', 120);
        },
      },
    ],
    [
      'kubectl label secret db',
      {
        before: async () => {
          await done(kubectl, ['create', 'secret', 'generic', 'db', '--from-literal=password=the-old-one']);
          const valueFrom = { secretKeyRef: { name: 'db', key: 'password' } };
          await apply(kubectl, memoApp(name, { api: { env: [{ name: 'GREETING', valueFrom }] } }, 'memo'));
          await untilTold('Ready', 120);
        },
      },
    ],
  ];

  for (const { page, heading, command } of story()) {
    it(`${command} (${page}.md, ${heading})`, async () => {
      const { before, after } = beside.find(([beginning]) => command.startsWith(beginning))?.[1] ?? {};
      await before?.();
      await type(command);
      await after?.();
    });
  }

  it('knows no step that belongs to none of them', () => {
    const lost = beside.filter(([beginning]) => !story().some(({ command }) => command.startsWith(beginning)));
    expect(lost).to.deep.equal([]);
  });

  async function type(command: string): Promise<void> {
    const typed = command.replaceAll(/\b[A-Z]{4,}\b/g, (word) => placeholders[word] ?? word);
    expect(await shell.type(typed)).not.to.match(/error|warning/i);
  }

  /** What is shipped for the whole cluster. */
  async function manifests(): Promise<string> {
    return await done(kubectl, ['kustomize', join(root, 'config/default')]);
  }

  async function operatorImage(): Promise<string> {
    const path = 'jsonpath={.spec.template.spec.containers[0].image}';
    return await done(kubectl, [...inSystem, 'get', 'deployment/memo-operator', '-o', path]);
  }

  /** Another one after every write of it. */
  async function crdVersion(): Promise<string> {
    const crd = 'crd/memoapps.memo.sogangcomputerclub.org';
    return await done(kubectl, ['get', crd, '-o', 'jsonpath={.metadata.resourceVersion}']);
  }

  /** What every MemoApp of the cluster is told about being reconciled. */
  async function reconcileOfAll(): Promise<string[]> {
    const column = `custom-columns=RECONCILE:.metadata.annotations.${reconcileAnnotation.replaceAll('.', '\\.')}`;
    const shown = await done(kubectl, ['get', 'memoapps', '--all-namespaces', '--no-headers', '-o', column]);
    return shown.trim().split('\n');
  }

  async function untilTold(condition: string, seconds: number): Promise<void> {
    await done(kubectl, ['wait', `--for=condition=${condition}`, `memoapp/${name}`, `--timeout=${seconds}s`]);
  }
});
