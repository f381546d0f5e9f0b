/** Two candidates on a real API server, with everything ten times faster than in life. */
import { expect } from 'chai';
import type { ApiClient } from '../../../operator/src/runtime/client/client.ts';
import { Elector } from '../../../operator/src/runtime/lease/elector.ts';
import { RuntimeMetrics } from '../../../operator/src/runtime/metrics.ts';
import { kindOf } from '../../../operator/src/runtime/object.ts';
import { startCluster } from '../../cluster/cluster.ts';
import type { Cluster } from '../../cluster/cluster.ts';
import { clientOn } from '../harness/client.ts';
import { until } from '../harness/until.ts';

const leaseKind = kindOf('coordination.k8s.io/v1', 'Lease');

const pace = { duration: 2_000, renewDeadline: 1_000, retry: 200 };

describe('two candidates', function () {
  this.timeout(120_000);
  let cluster: Cluster;
  let client: ApiClient;
  let metrics: RuntimeMetrics;

  before(async () => {
    cluster = await startCluster({ name: 'runtime-elector', rung: 1 });
    metrics = new RuntimeMetrics();
    client = await clientOn(cluster, { metrics });
  });

  after(async () => {
    await client.close();
    await cluster.stop();
  });

  function candidate(identity: string, name: string, by = client): Elector {
    const elector = new Elector({ client: by, lease: { namespace: 'default', name }, identity, ...pace, metrics });
    void elector.run();
    return elector;
  }

  async function requests(method: string): Promise<number> {
    const text = await metrics.registry.getSingleMetricAsString('rest_client_requests_total');
    const lines = text.split('\n').filter((line) => line.includes(`method="${method}"`));
    return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  }

  /** Calls `look` until the lease was renewed so many times. */
  async function renewals(name: string, count: number, look: () => void): Promise<void> {
    const seen = new Set<string>();
    await until(`${count} renewals`, async () => {
      const lease = await client.get(leaseKind, { namespace: 'default', name });
      look();
      return seen.add(lease.metadata.resourceVersion ?? '').size >= count;
    });
  }

  it('never lead both, and the next leads at once after an orderly stop', async () => {
    const first = candidate('first', 'orderly');
    await first.whenLeading(AbortSignal.timeout(5_000));
    const second = candidate('second', 'orderly');
    await renewals('orderly', 10, () => expect([first.leading, second.leading]).to.deep.equal([true, false]));
    await first.stop();
    const released = performance.now();
    await second.whenLeading(AbortSignal.timeout(5_000));
    expect(performance.now() - released).to.be.below(1_000);
    await second.stop();
  });

  it('change over when the leader falls silent, not before it has stopped writing', async () => {
    let silent = false;
    const muted: ApiClient = new Proxy(client, {
      get: (target, name: keyof ApiClient) => {
        const method = target[name].bind(target) as (...call: unknown[]) => unknown;
        return (...call: unknown[]) => (silent ? Promise.reject(new Error('cut off')) : method(...call));
      },
    });
    const first = candidate('first', 'crash', muted);
    await first.whenLeading(AbortSignal.timeout(5_000));
    const second = candidate('second', 'crash');
    silent = true;
    const lost = first.lost.then(() => second.leading);
    await second.whenLeading(AbortSignal.timeout(5_000));
    expect(first.leading).to.equal(false);
    expect(() => first.assertLeading()).to.throw('lease');
    expect(await lost).to.equal(false);
    await first.stop();
    await second.stop();
  });

  it('renew with one request each, and show who leads', async () => {
    const elector = candidate('only', 'renewed');
    await elector.whenLeading(AbortSignal.timeout(5_000));
    const gets = await requests('GET');
    const puts = await requests('PUT');
    await until('renewals', async () => (await requests('PUT')) >= puts + 4);
    expect(await requests('GET')).to.equal(gets);
    expect(elector.leading).to.equal(true);
    expect(await metrics.registry.getSingleMetricAsString('leader_election_master_status')).to.match(/"renewed".* 1/);
    await elector.stop();
  });
});
