import { expect } from 'chai';

import { startCluster } from '../cluster.ts';
import type { Cluster } from '../cluster.ts';
import { kubectlFor } from '../kubectl.ts';
import type { Kubectl } from '../kubectl.ts';
import { usePrivateState } from './private-state.ts';

describe('rung 2: controllers and simulated nodes', function () {
  this.timeout(120_000);
  usePrivateState();
  let cluster: Cluster;
  let kubectl: Kubectl;

  before(async () => {
    cluster = await startCluster({ name: 'two', rung: 2 });
    kubectl = await kubectlFor(cluster.kubeconfig);
  });

  after(async () => {
    await cluster.stop();
  });

  it('turns many pods Ready without containers', async () => {
    await kubectl('create', 'deployment', 'many', '--image=absent', '--replicas=200');
    await kubectl('rollout', 'status', 'deployment/many', '--timeout=60s');
    expect(await kubectl('get', 'deployment', 'many', '-o', 'jsonpath={.status.readyReplicas}')).to.equal('200');
  });

  it('completes Jobs', async () => {
    await kubectl('create', 'job', 'once', '--image=absent');
    await kubectl('wait', '--for=condition=complete', 'job/once', '--timeout=30s');
  });

  it('collects what an owner leaves', async () => {
    await kubectl('delete', 'deployment', 'many', '--cascade=background');
    await kubectl('wait', '--for=delete', 'replicaset', '-l', 'app=many', '--timeout=60s');
  });
});
