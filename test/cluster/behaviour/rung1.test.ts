import { readFileSync } from 'node:fs';

import { expect } from 'chai';

import { startCluster } from '../cluster.ts';
import type { Cluster } from '../cluster.ts';
import { until } from '../../until.ts';
import { kubectlFor } from '../kubectl.ts';
import type { Kubectl } from '../kubectl.ts';
import { usePrivateState } from './private-state.ts';
import { machineState, traces } from './traces.ts';
import type { MachineState } from './traces.ts';

const PATIENCE = { seconds: 30, hint: 'see the logs of the cluster' };

describe('rung 1: an API server', function () {
  this.timeout(120_000);
  usePrivateState();
  let machine: MachineState;
  let cluster: Cluster;
  let kubectl: Kubectl;

  before(async () => {
    machine = await machineState();
    cluster = await startCluster({ name: 'one', rung: 1 });
    kubectl = await kubectlFor(cluster.kubeconfig);
  });

  after(async () => {
    await cluster.stop();
  });

  it('stores objects and answers from the machine', async () => {
    await kubectl('create', 'configmap', 'greeting', '--from-literal=text=안녕');
    expect(await kubectl('get', 'configmap', 'greeting', '-o', 'jsonpath={.data.text}')).to.equal('안녕');
    expect(await kubectl('get', '--raw', '/version')).to.include('"gitVersion": "v1.37.2"');
  });

  it('grants a user only what its groups are granted', async () => {
    const nobody = await kubectlFor(await cluster.kubeconfigFor('user:nobody'));
    const viewer = await kubectlFor(await cluster.kubeconfigFor('viewer', ['viewers']));
    // The built-in roles are filled by a controller, which this rung does not have.
    await kubectl('create', 'clusterrole', 'reader', '--verb=list', '--resource=configmaps');
    await kubectl('create', 'clusterrolebinding', 'viewers', '--clusterrole=reader', '--group=viewers');
    expect(await viewer('get', 'configmaps', '-o', 'name')).to.include('configmap/');
    expect(await failure(viewer('create', 'configmap', 'more'))).to.include('User "viewer" cannot create resource');
    expect(await failure(nobody('get', 'configmaps'))).to.include('User "user:nobody" cannot list resource');
  });

  it('keeps an audit log of who wrote what, without content', async () => {
    await kubectl('create', 'secret', 'generic', 'hidden', '--from-literal=key=do-not-log');
    const event = await until(
      'audit event',
      () => {
        const events = readFileSync(cluster.auditLog, 'utf8')
          .split('\n')
          .filter((line) => line.includes('"hidden"'));
        return events[0];
      },
      PATIENCE,
    );
    expect(JSON.parse(event)).to.deep.include({ verb: 'create', level: 'Metadata', stage: 'ResponseComplete' });
    expect(JSON.parse(event)).to.have.nested.property('user.username', 'admin');
    expect(JSON.parse(event)).to.have.nested.property('objectRef.resource', 'secrets');
    expect(JSON.parse(event)).to.have.nested.property('responseStatus.code', 201);
    expect(readFileSync(cluster.auditLog, 'utf8')).not.to.include('do-not-log');
  });

  it('is frozen and thawed, killed and restarted on order, and keeps its objects', async () => {
    await cluster.pause('etcd');
    expect(await failure(kubectl('get', 'namespaces', '--request-timeout=2s'))).to.match(/timeout|deadline|unable/i);
    await cluster.resume('etcd');
    await until('answer after the thaw', async () => await kubectl('get', 'namespaces'), PATIENCE);

    await cluster.kill('kube-apiserver');
    expect(await failure(kubectl('get', 'namespaces', '--request-timeout=2s'))).to.match(/EOF|refused|reset/);
    expect((await cluster.status()).find(({ name }) => name === 'kube-apiserver')).not.to.have.property('pid');
    await cluster.restart('kube-apiserver');
    expect(await kubectl('get', 'configmap', 'greeting', '-o', 'jsonpath={.data.text}')).to.equal('안녕');
    expect(await failure(cluster.pause('kubelet'))).to.include(
      'no process is called kubelet; running: etcd, kube-apiserver',
    );
  });

  it('refuses a second cluster of its name, and names that are not short labels', async () => {
    expect(await failure(startCluster({ name: 'one', rung: 1 }))).to.include('a cluster called one is already ready');
    expect(await failure(startCluster({ name: '../one', rung: 1 }))).to.include('cannot be called "../one"');
  });

  it('takes no images', async () => {
    expect(await failure(cluster.load(['x.tar']))).to.include('only rung 3 takes images');
  });

  it('leaves nothing when it stops', async () => {
    await cluster.stop();
    expect(traces('one')).to.deep.equal([]);
    expect(await machineState()).to.deep.equal(machine);
    expect(await failure(kubectl('get', 'namespaces'))).to.match(/no such file|refused/);
  });
});

async function failure(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error('this should have failed');
}
