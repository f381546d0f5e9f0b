/** The operator for some namespaces: with the rights of config/namespaced it works there, and knows of nothing else. */
import { join } from 'node:path';
import { expect } from 'chai';
import { startCluster, type Cluster } from '../../cluster/cluster.ts';
import { requestsOf, writing } from '../harness/audit.ts';
import { established } from '../harness/install.ts';
import { kubectlOn, memoApp, type Kubectl } from '../harness/kubectl.ts';
import { apply, done, get, type Live } from '../harness/live.ts';
import { startOperator, userOf, type Installation, type RunningOperator } from '../harness/operator.ts';
import { rightsOf } from '../harness/rights.ts';
import { until } from '../harness/until.ts';

const root = join(import.meta.dirname, '../../..');
const installation: Installation = { namespace: 'memo', namespaces: ['memo', 'memo-more'] };
const account = userOf(installation);

/** What an account may do there by `kubectl auth can-i --list`, beyond what everybody may. */
const rights = [
  'configmaps [] [] [get list watch create patch delete]',
  'deployments.apps [] [] [get list watch create patch delete]',
  'events.events.k8s.io [] [] [list create patch]',
  'horizontalpodautoscalers.autoscaling [] [] [get list watch create patch delete]',
  'httproutes.gateway.networking.k8s.io [] [] [get list watch create patch delete]',
  'ingresses.networking.k8s.io [] [] [get list watch create patch delete]',
  'jobs.batch [] [] [get list watch create patch delete]',
  'memoapps.memo.sogangcomputerclub.org [] [] [get list watch]',
  'memoapps.memo.sogangcomputerclub.org/finalizers [] [] [update]',
  'memoapps.memo.sogangcomputerclub.org/status [] [] [patch]',
  'networkpolicies.networking.k8s.io [] [] [get list watch create patch delete]',
  'persistentvolumeclaims [] [] [get list watch create patch]',
  'poddisruptionbudgets.policy [] [] [get list watch create patch delete]',
  'pods [] [] [get list watch]',
  'secrets [] [] [get create patch list watch]',
  'serviceaccounts [] [] [get list watch create patch delete]',
  'services [] [] [get list watch create patch delete]',
  'statefulsets.apps [] [] [get list watch create patch delete]',
];
const lease = [
  'leases.coordination.k8s.io [] [] [create]',
  'leases.coordination.k8s.io [] [memo-operator] [get update]',
];

describe('an operator of some namespaces', function () {
  this.timeout(120_000);
  let cluster: Cluster;
  let kubectl: Kubectl;
  let operator: RunningOperator;

  async function mayDo(user: string, namespace: string): Promise<string[]> {
    const listed = await done(kubectl, ['auth', 'can-i', '--list', '-n', namespace, '--as', user, '--no-headers']);
    return rightsOf(listed);
  }

  /** `kubectl` as it is, in a namespace. */
  function inside(namespace: string): Kubectl {
    return async (args, input) => await kubectl(['-n', namespace, ...args], input);
  }

  before(async () => {
    cluster = await startCluster({ name: 'test-namespaced', rung: 1 });
    kubectl = await kubectlOn(cluster);
    await done(kubectl, ['apply', '--server-side', '-k', join(root, 'config/cluster')]);
    await established(kubectl);
    for (const namespace of ['memo', 'memo-more', 'other']) await done(kubectl, ['create', 'namespace', namespace]);
    await done(kubectl, ['apply', '--server-side', '-k', join(root, 'config/namespaced')]);
    await done(kubectl, ['apply', '--server-side', '-k', join(root, 'config/namespaced/member')]);
    operator = await startOperator(cluster, { resyncMinutes: 0.05, installation });
  });

  after(async () => {
    await operator.stop();
    await cluster.stop();
  });

  it('may do in them what it needs to, beyond them nothing, and nothing of the cluster', async () => {
    const everybody = new Set(await mayDo('system:serviceaccount:memo:somebody', 'memo'));
    const beyond = async (namespace: string): Promise<string[]> =>
      (await mayDo(account, namespace)).filter((line) => !everybody.has(line));
    expect(await beyond('memo')).to.deep.equal(rightsOf([...rights, ...lease].join('\n')));
    expect(await beyond('memo-more')).to.deep.equal(rightsOf(rights.join('\n')));
    expect(await beyond('other')).to.deep.equal([]);
    const bindings = await done(kubectl, ['get', 'clusterrolebindings', '-o', 'json']);
    expect(bindings).not.to.contain('memo-operator');
  });

  it('brings up what is asked for in each of them', async () => {
    for (const namespace of ['memo', 'memo-more']) {
      await apply(kubectl, memoApp('shop', { route: { hostnames: ['memo.example'], ingress: {} } }, namespace));
      for (const [kind, name] of [
        ['deployment', 'shop-api'],
        ['statefulset', 'shop-database'],
        ['pvc', 'data-shop-database-0'],
        ['secret', 'shop-database-credentials'],
        ['ingress', 'shop-route'],
      ] as const) {
        await until(`${kind} ${name} in ${namespace}`, async () => await get(inside(namespace), kind, name));
      }
    }
  });

  it('keeps it so', async () => {
    const there = inside('memo-more');
    const old = await get(there, 'service', 'shop-api');
    await there(['delete', 'service', 'shop-api']);
    const back = await until('Service', async () => await get(there, 'service', 'shop-api'));
    expect(back.metadata.uid).not.to.equal(old?.metadata.uid);
    await apply(kubectl, memoApp('shop', { cache: { disabled: {} } }, 'memo-more'));
    await until('prune', async () => !(await get(there, 'statefulset', 'shop-cache')));
    expect(await get(inside('memo'), 'statefulset', 'shop-cache')).not.to.equal(undefined);
  });

  it('claims nothing of classes that it does not see', async () => {
    const app = await until('conditions', async () => {
      const live = await get(inside('memo'), 'memoapp', 'shop');
      return live?.status?.conditions?.some(({ type }) => type === 'RouteReady') ? live : undefined;
    });
    expect(reasonOf(app, 'DatabaseReady')).to.equal('Creating');
    expect(reasonOf(app, 'RouteReady')).to.equal('AddressPending');
    const route = app.status?.conditions?.find(({ type }) => type === 'RouteReady');
    expect(route?.message).to.contain('its namespaces alone');
  });

  it('asks for nothing that it may not have, and for nothing elsewhere', async () => {
    await apply(kubectl, memoApp('shop', {}, 'other'));
    await operator.passes(3);
    expect((await get(inside('other'), 'memoapp', 'shop'))?.status).to.equal(undefined);
    const requests = requestsOf(cluster.auditLog, account);
    expect(requests.filter(({ responseStatus }) => responseStatus?.code === 403)).to.deep.equal([]);
    const places = new Set(requests.flatMap(({ objectRef }) => (objectRef ? [objectRef.namespace] : [])));
    expect([...places]).to.have.members(['memo', 'memo-more']);
  });

  describe('where the rights in one of them are missing', () => {
    const place = 'memo-more';
    const refusals = (): number => operator.log().split('a namespace is refused').length - 1;
    const refused = async (): Promise<number> => (await operator.metric('reflector_refused')) ?? 0;
    /** What the operator wrote there, to a status or about it too. */
    const writes = (): number =>
      requestsOf(cluster.auditLog, account).filter(
        ({ objectRef, verb }) => objectRef?.namespace === place && writing.has(verb),
      ).length;
    /** Takes the right to see one kind there, or gives it back. */
    const mayList = async (kind: string, may: boolean): Promise<void> => {
      const role = JSON.parse(await done(kubectl, ['get', 'role', 'memo-operator', '-n', place, '-o', 'json'])) as {
        rules: { resources: string[]; verbs: string[] }[];
      };
      const path = (index: number): string => `/rules/${index}/resources`;
      const patch = role.rules.flatMap(({ resources }, index) => {
        const without = resources.filter((resource) => resource !== kind && resource !== `no-${kind}`);
        if (without.length === resources.length) return [];
        return [{ op: 'replace', path: path(index), value: [...without, may ? kind : `no-${kind}`] }];
      });
      await done(kubectl, ['patch', 'role', 'memo-operator', '-n', place, '--type=json', '-p', JSON.stringify(patch)]);
    };

    it('looks after the others, and leaves alone the one that it does not see', async () => {
      await operator.stop();
      await done(kubectl, ['delete', 'rolebinding', 'memo-operator', '-n', place]);
      operator = await startOperator(cluster, { resyncMinutes: 0.05, installation });
      await operator.ready();
      await apply(kubectl, memoApp('news', {}, 'memo'));
      await until('Deployment', async () => await get(inside('memo'), 'deployment', 'news-api'));
      await until('the metric', async () => (await refused()) > 0);
      await operator.passes(3);
      expect(refusals()).to.equal(1);
      expect(operator.log()).to.match(/"namespace":"memo-more".*a namespace is refused/);
    });

    it('takes it up when they are back, and takes nothing for missing that it does not see', async () => {
      await done(kubectl, ['delete', 'statefulset', 'shop-database', '-n', place]);
      await mayList('statefulsets', false);
      const before = writes();
      const roleBinding = ['rolebinding', 'memo-operator', '--role=memo-operator', '-n', place];
      await done(kubectl, ['create', ...roleBinding, '--serviceaccount=memo:memo-operator']);
      await until('all but one kind', async () => (await refused()) === 1, 60);
      await operator.passes(3);
      expect(writes()).to.equal(before);
      await mayList('statefulsets', true);
      await until('StatefulSet', async () => await get(inside(place), 'statefulset', 'shop-database'), 60);
      expect(await refused()).to.equal(0);
      expect(operator.log()).to.contain('a namespace is no longer refused');
    });
  });

  it('looks after a hundred of them', async () => {
    const more = Array.from({ length: 98 }, (_, index) => `club-${index}`);
    const member = await done(kubectl, ['kustomize', join(root, 'config/namespaced/member')]);
    const namespaces = more.map((name) => `apiVersion: v1\nkind: Namespace\nmetadata: { name: ${name} }`);
    const roles = more.map((name) => member.replaceAll('namespace: memo-more', `namespace: ${name}`));
    await done(kubectl, ['create', '-f', '-'], [...namespaces, ...roles].join('\n---\n'));
    await operator.stop();
    const { namespace, namespaces: before = [] } = installation;
    operator = await startOperator(cluster, { installation: { namespace, namespaces: [...before, ...more] } });
    for (const name of ['club-0', 'club-97']) {
      await apply(kubectl, memoApp('shop', {}, name));
      await until(`Deployment in ${name}`, async () => await get(inside(name), 'deployment', 'shop-api'), 60);
    }
  });

  function reasonOf({ status }: Live, type: string): string | undefined {
    return status?.conditions?.find((condition) => condition.type === type)?.reason;
  }
});
