import { expect } from 'chai';
import { request } from 'undici';

import { startCluster } from '../cluster.ts';
import type { Cluster } from '../cluster.ts';
import { until } from '../../until.ts';
import { kubectlFor } from '../kubectl.ts';
import type { Kubectl } from '../kubectl.ts';
import { nodeImageArchive } from '../toolbox/toolbox.ts';
import { usePrivateState } from './private-state.ts';
import { machineState, traces } from './traces.ts';
import type { MachineState } from './traces.ts';
import { gateway, httpRoute, ingress, restrictedNamespace, webPod, webService, webVolume } from './web.ts';

const PATIENCE = { seconds: 60, hint: 'see the logs of the cluster', everyMilliseconds: 200 };

describe('rung 3: a node that runs pods', function () {
  this.timeout(240_000);
  usePrivateState();
  let machine: MachineState;
  let clusters: Cluster[] = [];
  let kubectls: Kubectl[] = [];

  before(async () => {
    machine = await machineState();
    // Side by side, with the same names and addresses inside.
    clusters = await Promise.all(['left', 'right'].map(async (name) => await startCluster({ name, rung: 3 })));
    kubectls = await Promise.all(clusters.map(async ({ kubeconfig }) => await kubectlFor(kubeconfig)));
    await Promise.all(
      kubectls.map(async (kubectl, index) => {
        await kubectl.apply(restrictedNamespace, webVolume, webService, ingress, webPod(`cluster ${index}`));
        await kubectl('-n', 'demo', 'wait', '--for=condition=Ready', 'pod/web', '--timeout=90s');
      }),
    );
  });

  after(async () => {
    await Promise.all(clusters.map(async (cluster) => await cluster.stop()));
  });

  it('runs a restricted pod that writes to its volume as a member of fsGroup', async () => {
    const [kubectl] = kubectls;
    const claim = await kubectl?.(
      '-n',
      'demo',
      'get',
      'pvc',
      'data',
      '-o',
      'jsonpath={.status.phase} {.spec.storageClassName}',
    );
    expect(claim).to.equal('Bound local-path');
  });

  it('routes an Ingress from a loopback port of the machine, each cluster its own', async () => {
    for (const [index, cluster] of clusters.entries()) {
      expect(await answer(cluster, 'ingress.test')).to.equal(`cluster ${index}`);
    }
    const address = await kubectls[0]?.(
      '-n',
      'demo',
      'get',
      'ingress',
      'web',
      '-o',
      'jsonpath={.status.loadBalancer.ingress[0].ip}',
    );
    expect(address).to.equal('127.0.0.1');
  });

  it('routes an HTTPRoute of the Gateway API', async () => {
    const [cluster] = clusters;
    const [kubectl] = kubectls;
    await kubectl?.apply(gateway, httpRoute);
    if (cluster !== undefined) expect(await answer(cluster, 'route.test')).to.equal('cluster 0');
  });

  it('resolves Services inside, lets a pod reach itself through its own, and knows no other names', async () => {
    const [kubectl] = kubectls;
    // A Service exists before every node knows its way: kube-proxy follows the API server a moment later.
    const own = await until(
      'way to the own Service',
      async () => await kubectl?.('-n', 'demo', 'exec', 'web', '--', '/get', 'http://web.demo'),
      PATIENCE,
    );
    expect(own).to.equal('cluster 0');
    expect(await kubectl?.('-n', 'demo', 'exec', 'web', '--', '/get', 'http://web.demo.svc.cluster.local')).to.equal(
      'cluster 0',
    );
    const stranger = kubectl?.('-n', 'demo', 'exec', 'web', '--', '/get', 'http://example.org').catch(String);
    expect(await stranger).to.include('no such host');
  });

  it('measures what pods use', async () => {
    const [kubectl] = kubectls;
    const usage = await until(
      'metrics of the pod',
      async () => await kubectl?.('-n', 'demo', 'top', 'pod', '--no-headers'),
      PATIENCE,
    );
    expect(usage).to.match(/^web\s+\d+m\s+\d+Mi/);
  });

  it('takes an image archive, and the same one again for nothing', async () => {
    const archive = await nodeImageArchive();
    await clusters[0]?.load([archive]);
    const started = performance.now();
    await clusters[0]?.load([archive]);
    expect(performance.now() - started).to.be.below(100);
    const refusal = clusters[0]?.load(['/absent.tar']).catch(String);
    expect(await refusal).to.include('/absent.tar');
  });

  it('removes a volume with its claim', async () => {
    const [kubectl] = kubectls;
    const volume = await kubectl?.('-n', 'demo', 'get', 'pvc', 'data', '-o', 'jsonpath={.spec.volumeName}');
    await kubectl?.('-n', 'demo', 'delete', 'pod/web', 'pvc/data', '--wait=false');
    await kubectl?.('wait', '--for=delete', `pv/${volume ?? ''}`, '--timeout=90s');
  });

  it('leaves nothing when it stops, and the other one runs on', async () => {
    const [left, right] = clusters;
    await left?.stop();
    expect(traces('left')).to.deep.equal([]);
    if (right !== undefined) expect(await answer(right, 'ingress.test')).to.equal('cluster 1');
    await right?.stop();
    expect(traces('right')).to.deep.equal([]);
    expect(await machineState()).to.deep.equal(machine);
  });
});

/** What Traefik answers for a host name; it takes a moment to hear of a new route. */
async function answer(cluster: Cluster, host: string): Promise<string> {
  const { port = 0 } = cluster.ingress ?? {};
  return await until(
    `answer for ${host}`,
    async () => {
      const { statusCode, body } = await request(`http://127.0.0.1:${port}/`, { headers: { host } });
      const text = await body.text();
      if (statusCode !== 200) throw new Error(`${statusCode} ${text}`);
      return text;
    },
    PATIENCE,
  );
}
