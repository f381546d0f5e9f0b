/** Operators that lose the Lease, stand by, stand still or are told to go, each in the middle of a pass. */
import { expect } from 'chai';
import type { ApiClient } from '../../../operator/src/runtime/client/client.ts';
import { startCluster, type Cluster } from '../../cluster/cluster.ts';
import { pass, startApiProxy, type ApiProxy, type ProxiedRequest } from './api-proxy.ts';
import { clientOn } from '../harness/client.ts';
import { install } from '../harness/install.ts';
import { kubectlOn } from '../harness/kubectl.ts';
import { launchOperator, operatorKubeconfig, type RunningOperator } from '../harness/operator.ts';
import { askForStack, atRest, untilLike } from '../harness/rest.ts';
import { until } from '../harness/until.ts';

interface Candidate {
  readonly operator: RunningOperator;
  readonly proxy: ApiProxy;
  /** What it asked of the API server, in order. */
  readonly asked: ProxiedRequest[];
}

describe('an operator and its Lease', function () {
  this.timeout(120_000);
  let cluster: Cluster;
  let client: ApiClient;
  let calm: readonly string[];
  let candidates: Candidate[];

  before(async () => {
    cluster = await startCluster({ name: 'test-leadership', rung: 1 });
    client = await clientOn(cluster);
    await install(await kubectlOn(cluster));
  });

  beforeEach(() => {
    candidates = [];
  });

  afterEach(async () => {
    for (const { operator, proxy } of candidates) {
      await operator.stop('SIGKILL');
      await proxy.close();
    }
    // What was killed has not given it back.
    await client.delete({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' }, lease).catch(() => undefined);
  });

  after(async () => {
    await client.close();
    await cluster.stop();
  });

  const lease = { namespace: 'memo-system', name: 'memo-operator' };

  /** @param impatient for a test that waits until a Lease lapses; else a busy machine could let it lapse in the middle */
  async function candidate(identity: string, impatient = false): Promise<Candidate> {
    const asked: ProxiedRequest[] = [];
    const proxy = await startApiProxy(await operatorKubeconfig(cluster));
    const flags = impatient ? ['--lease-duration-seconds', '6', '--renew-deadline-seconds', '4'] : [];
    const operator = await launchOperator({ kubeconfig: proxy.kubeconfig, identity, resyncMinutes: 0.02, flags });
    const started = { operator, proxy, asked };
    treat(started, () => pass);
    candidates.push(started);
    return started;
  }

  /** Notes every request, and treats it. */
  function treat({ proxy, asked }: Candidate, how: Parameters<ApiProxy['treat']>[0]): void {
    proxy.treat((request) => {
      asked.push(request);
      return how(request);
    });
  }

  async function ask(namespace: string): Promise<void> {
    await askForStack(client, namespace);
  }

  async function isWell(namespace: string): Promise<void> {
    await untilLike(calm, client, namespace);
  }

  function writes({ asked }: Candidate): number {
    return asked.filter(({ isWrite }) => isWrite).length;
  }

  it('stands by without a write while another leads, and takes over when that one goes', async () => {
    const first = await candidate('first');
    await first.operator.leads();
    const second = await candidate('second');
    await second.operator.ready();
    await ask('when-calm');
    calm = await atRest(client, 'when-calm', first.operator);
    expect(writes(second)).to.equal(0);
    expect(await first.operator.metric('memo_app_condition')).to.be.a('number');
    expect(await second.operator.metric('memo_app_condition')).to.equal(undefined);
    expect(await first.operator.stop()).to.equal(0);
    await second.operator.leads();
    await ask('when-handed-over');
    await isWell('when-handed-over');
    const afterEnd = second.asked.filter(({ isWrite, path }) => isWrite && path.includes('/when-calm/'));
    expect(afterEnd).to.deep.equal([]);
  });

  it('does not take it while it cannot see everything: another one works meanwhile', async () => {
    const blind = await candidate('blind');
    treat(blind, ({ path }) => (/\/services\b/.test(path) ? { do: 'swallow' } : pass));
    await until('a look at the Lease', () => blind.asked.some(({ isLease }) => isLease));
    const other = await candidate('other');
    await other.operator.leads();
    await ask('when-blind');
    await isWell('when-blind');
    expect(blind.asked.filter(({ isLease, method }) => isLease && method !== 'GET')).to.deep.equal([]);
    treat(blind, () => pass);
    blind.proxy.reset();
    await blind.operator.ready();
    expect(await other.operator.stop()).to.equal(0);
    await blind.operator.leads();
  });

  it('loses it in the middle of a pass: nothing is sent afterwards, and it ends', async () => {
    const first = await candidate('first', true);
    await first.operator.leads();
    const lost = Promise.withResolvers<undefined>();
    // The first writes are held up on their way, and meanwhile the Lease cannot be renewed.
    treat(first, async ({ isWrite, isLease }) => {
      if (isLease) return { do: 'swallow' };
      if (isWrite) await lost.promise;
      return pass;
    });
    await ask('when-lost');
    await until('a pass under way', () => writes(first) > 0);
    await until('the end of the Lease', () => first.operator.log().includes('the lease is lost'));
    const before = writes(first);
    lost.resolve(undefined);
    expect(await first.operator.ended()).to.equal(1);
    expect(writes(first)).to.equal(before);
    const second = await candidate('second', true);
    await isWell('when-lost');
    expect(writes(second)).to.be.above(0);
  });

  it('stands still in the middle of a pass until another leads: awake again it sends nothing, and ends', async () => {
    const first = await candidate('first', true);
    await first.operator.leads();
    treat(first, ({ isWrite }) => {
      if (isWrite) first.operator.signal('SIGSTOP');
      return pass;
    });
    const second = await candidate('second', true);
    await ask('when-frozen');
    await second.operator.leads();
    await isWell('when-frozen');
    const before = writes(first);
    first.operator.signal('SIGCONT');
    expect(await first.operator.ended()).to.equal(1);
    expect(writes(first)).to.equal(before);
    await isWell('when-frozen');
  });

  it('is told to go in the middle of a pass: it ends the pass, then gives the Lease back', async () => {
    const first = await candidate('first');
    await first.operator.leads();
    treat(first, ({ isWrite }) => {
      if (isWrite && writes(first) === 1) first.operator.signal('SIGTERM');
      return pass;
    });
    await ask('when-told');
    expect(await first.operator.ended()).to.equal(0);
    await isWell('when-told');
    expect(first.asked.findLastIndex(({ isWrite }) => isWrite)).to.be.below(
      first.asked.findLastIndex(({ isLease, method }) => isLease && method === 'PUT'),
    );
  });
});
