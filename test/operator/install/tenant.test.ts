/** Who has a namespace and nothing of the cluster: what the admin's step of docs/install.md gives them, and what they can do then. */
import { join } from 'node:path';
import { expect } from 'chai';
import { startCluster, type Cluster } from '../../cluster/cluster.ts';
import { established } from '../harness/install.ts';
import { kubectlOn, memoApp, type Kubectl } from '../harness/kubectl.ts';
import { apply, done, get, getAs } from '../harness/live.ts';
import { until } from '../harness/until.ts';

const root = join(import.meta.dirname, '../../..');
const installing = ['apply', '--server-side', '-k', join(root, 'config/namespaced')];

interface Scaled {
  readonly spec: { readonly api?: { readonly replicas?: number } };
}

describe('a tenant with the role admin in one namespace', function () {
  this.timeout(120_000);
  let cluster: Cluster;
  let admin: Kubectl;
  let tenant: Kubectl;

  before(async () => {
    cluster = await startCluster({ name: 'test-tenant', rung: 2 });
    admin = await kubectlOn(cluster);
    await done(admin, ['apply', '--server-side', '-k', join(root, 'config/cluster')]);
    await established(admin);
    for (const namespace of ['memo', 'other']) await done(admin, ['create', 'namespace', namespace]);
    await done(admin, ['create', 'rolebinding', 'tenant', '--clusterrole=admin', '--user=tenant', '-n', 'memo']);
    tenant = await kubectlOn({ ...cluster, kubeconfig: await cluster.kubeconfigFor('tenant') });
    await done(tenant, ['config', 'set-context', '--current', '--namespace=memo']);
    await until('the rights of the role', async () => {
      return (await tenant(['auth', 'can-i', 'create', 'memoapps'])).stdout.trim() === 'yes';
    });
  });

  after(async () => {
    await cluster.stop();
  });

  it('cannot install the operator, for its Role writes the status, which they may not', async () => {
    const { code, stderr } = await tenant(installing);
    expect(code).not.to.equal(0);
    expect(stderr).to.match(/roles\S* "memo-operator" is forbidden: [^]*not currently held:[^]*"memoapps\/status"/);
  });

  it("makes, reads, scales and deletes MemoApps there after the admin's step, and none elsewhere", async () => {
    await done(admin, installing);
    await apply(tenant, memoApp('shop', {}, 'memo'));
    expect((await get(tenant, 'memoapp', 'shop'))?.metadata.name).to.equal('shop');
    await done(tenant, ['scale', 'memoapp/shop', '--replicas=3']);
    expect((await getAs<Scaled>(tenant, 'memoapp', 'shop'))?.spec.api?.replicas).to.equal(3);
    await done(tenant, ['delete', 'memoapp', 'shop']);
    expect(await get(tenant, 'memoapp', 'shop')).to.equal(undefined);
    const { code, stderr } = await tenant(['create', '-f', '-'], memoApp('shop', {}, 'other'));
    expect(code).not.to.equal(0);
    expect(stderr).to.contain('forbidden');
    expect((await tenant(['get', 'memoapps', '--all-namespaces'])).stderr).to.contain('forbidden');
  });
});
