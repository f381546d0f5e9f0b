/** An operator whose API server is slow to help: what it makes in the end is what it makes on a good day. */
import { expect } from 'chai';
import type { ApiClient } from '../../../operator/src/runtime/client/client.ts';
import { ApiError, isNotFound } from '../../../operator/src/runtime/client/error.ts';
import { kindOf } from '../../../operator/src/runtime/object.ts';
import { crd } from '../../../scripts/stack/manifests.ts';
import { startCluster, type Cluster } from '../../cluster/cluster.ts';
import { answer, firstWrites, pass, startApiProxy, type ApiProxy, type Treatment } from './api-proxy.ts';
import { clientOn, memoAppKind } from '../harness/client.ts';
import { install } from '../harness/install.ts';
import { kubectlOn } from '../harness/kubectl.ts';
import { launchOperator, operatorKubeconfig, type RunningOperator } from '../harness/operator.ts';
import { askForStack, atRest, untilLike } from '../harness/rest.ts';
import { until } from '../harness/until.ts';

const serviceKind = kindOf('v1', 'Service');

describe('an operator whose API server', function () {
  this.timeout(120_000);
  let cluster: Cluster;
  let client: ApiClient;
  let proxy: ApiProxy;
  let operator: RunningOperator;
  let calm: readonly string[];

  before(async () => {
    cluster = await startCluster({ name: 'test-faults', rung: 1 });
    client = await clientOn(cluster);
    await install(await kubectlOn(cluster));
    proxy = await startApiProxy(await operatorKubeconfig(cluster));
    operator = await launchOperator({
      kubeconfig: proxy.kubeconfig,
      resyncMinutes: 0.02,
      // The faults are to be lived through, not to be answered by giving the Lease up.
      flags: ['--lease-duration-seconds', '120', '--renew-deadline-seconds', '90'],
    });
    await operator.leads();
    await ask('calm-day');
    calm = await atRest(client, 'calm-day', operator);
  });

  afterEach(() => {
    proxy.treat(() => pass);
  });

  after(async () => {
    await operator.stop();
    await proxy.close();
    await client.close();
    await cluster.stop();
  });

  async function ask(namespace: string): Promise<void> {
    await askForStack(client, namespace);
  }

  /** As in the namespace where nothing went wrong. */
  async function isWell(namespace: string): Promise<void> {
    await untilLike(calm, client, namespace);
  }

  async function loseService(namespace: string): Promise<void> {
    await client.delete(serviceKind, { namespace, name: 'shop-api' });
  }

  const trouble: readonly (readonly [namespace: string, what: string, times: number, treatment: Treatment])[] = [
    ['when-throttled', 'turns writes away with 429 and Retry-After', 2, answer(429, { 'retry-after': '1' })],
    ['when-conflicting', 'answers writes with 409', 8, answer(409)],
    ['when-failing', 'answers writes with 500', 4, answer(500)],
    ['when-unavailable', 'answers writes with 503', 3, answer(503)],
    ['when-forgotten', 'does what is asked and loses the answers', 15, { do: 'lose' }],
  ];

  for (const [namespace, what, times, treatment] of trouble) {
    it(`${what}, makes the same stack in the end`, async () => {
      const faults = firstWrites(times, treatment);
      proxy.treat(faults.treat);
      await ask(namespace);
      await isWell(namespace);
      expect(faults.left()).to.equal(0);
    });
  }

  it('ends every watch, sees what happened meanwhile', async () => {
    await ask('when-watched');
    await isWell('when-watched');
    proxy.treat(({ isWatch }) => (isWatch ? answer(503) : pass));
    proxy.reset();
    await loseService('when-watched');
    await until('refused watches', () => operator.log().includes('watch Service: HTTP 503'));
    proxy.treat(() => pass);
    await isWell('when-watched');
  });

  it('no longer knows the version to watch from, lists again', async () => {
    const before = (await operator.metric('reflector_relists_total')) ?? 0;
    proxy.treat(({ isWatch, path }) => (isWatch && path.includes('&resourceVersion=') ? answer(410) : pass));
    proxy.reset();
    await loseService('when-watched');
    await isWell('when-watched');
    expect((await operator.metric('reflector_relists_total')) ?? 0).to.be.above(before);
  });

  for (const component of ['kube-apiserver', 'etcd'] as const) {
    it(`has its ${component} killed and started again, takes up the next change`, async () => {
      await cluster.kill(component);
      await cluster.restart(component);
      await answering();
      await loseService('when-watched');
      await isWell('when-watched');
    });

    it(`has its ${component} frozen, takes up the next change after the thaw`, async () => {
      await cluster.pause(component);
      const call = client.list(memoAppKind, { deadline: 1_000 }).catch((error: unknown) => error);
      expect(await call)
        .to.be.instanceOf(ApiError)
        .with.property('code', 0);
      await cluster.resume(component);
      await answering();
      await loseService('when-watched');
      await isWell('when-watched');
    });
  }

  it('has its MemoApps deleted with their kind, takes up those that are made when it is back', async () => {
    await client.delete(kindOf('apiextensions.k8s.io/v1', 'CustomResourceDefinition'), { name: crd });
    await until('a kind that is missed', () => operator.log().includes('does not serve a kind that is needed'));
    expect(await client.list(memoAppKind).catch((error: unknown) => error)).to.satisfy(isNotFound);
    await install(await kubectlOn(cluster));
    await ask('when-back');
    await isWell('when-back');
  });

  async function answering(): Promise<void> {
    await until('an API server that answers', async () => await client.list(memoAppKind));
  }
});
