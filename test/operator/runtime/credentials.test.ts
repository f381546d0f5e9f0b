/** The token of a service account while the kubelet replaces its file. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { ApiClient } from '../../../operator/src/runtime/client/client.ts';
import { connect } from '../../../operator/src/runtime/client/connect.ts';
import { inPod } from '../../../operator/src/runtime/client/credentials.ts';
import { fromKubeconfig } from '../../../operator/src/runtime/client/kubeconfig.ts';
import type { KubeObject } from '../../../operator/src/runtime/object.ts';
import { startCluster, type Cluster } from '../../cluster/cluster.ts';
import { kubectlOn, type Kubectl } from '../harness/kubectl.ts';
import { ManualClock } from './manual-clock.ts';
import { temporaryFolder } from '../../cluster/host/temporary.ts';

interface Review extends KubeObject {
  status?: { userInfo?: { username?: string } };
}

describe('the token in a pod', function () {
  this.timeout(120_000);
  let cluster: Cluster;
  let kubectl: Kubectl;
  let folder: string;
  let clock: ManualClock;
  let client: ApiClient;

  before(async () => {
    cluster = await startCluster({ name: 'runtime-token', rung: 1 });
    kubectl = await kubectlOn(cluster);
    folder = temporaryFolder('token');
    const { tls } = await (await fromKubeconfig({ path: cluster.kubeconfig })).read();
    writeFileSync(join(folder, 'ca.crt'), tls.ca ?? '');
  });

  beforeEach(async () => {
    await mount('first');
    clock = new ManualClock();
    const { hostname, port } = new URL(cluster.server);
    const environment = { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port };
    const credentials = inPod(environment, folder);
    if (!credentials) throw new Error('no credentials');
    client = await connect({ credentials, clock });
  });

  afterEach(async () => {
    await client.close();
  });

  after(async () => {
    rmSync(folder, { recursive: true });
    await cluster.stop();
  });

  /** Makes an account, and puts a token of it into the file. */
  async function mount(account: string): Promise<void> {
    await kubectl(['create', 'serviceaccount', account]);
    const { stdout, stderr } = await kubectl(['create', 'token', account]);
    expect(stdout, stderr).not.to.equal('');
    writeFileSync(join(folder, 'token'), stdout);
  }

  async function whoAmI(): Promise<string> {
    const { status } = await client.create<Review>({
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'SelfSubjectReview',
      metadata: { name: '' },
    });
    return (status?.userInfo?.username ?? '').replace('system:serviceaccount:default:', '');
  }

  it('is that of a minute ago at most', async () => {
    expect(await whoAmI()).to.equal('first');
    await mount('second');
    expect(await whoAmI()).to.equal('first');
    await clock.advance(61_000);
    expect(await whoAmI()).to.equal('second');
  });

  it('is read anew at once when the API server refuses the one of before', async () => {
    await kubectl(['delete', 'serviceaccount', 'first']);
    await mount('third');
    expect(await whoAmI()).to.equal('third');
  });
});
