/** An operator that is killed, or loses an answer, after a write: some of the points, spread evenly. `bench/operator` has all. */
import { expect } from 'chai';
import type { ApiClient } from '../../../operator/src/runtime/client/client.ts';
import { startCluster, type Cluster } from '../../cluster/cluster.ts';
import { differences } from './compare.ts';
import { live, type Site } from './life.ts';
import { prepareCluster } from './site.ts';
import type { Strike } from './strike.ts';
import { clientOn } from '../harness/client.ts';
import { install } from '../harness/install.ts';
import { kubectlOn } from '../harness/kubectl.ts';
import { operatorKubeconfig } from '../harness/operator.ts';

/** Struck at this write of each stage of a life. */
const strikes: readonly Strike[] = [
  { write: 2, blow: 'killed before the answer' },
  { write: 4, blow: 'answer lost' },
];

describe('an operator that is killed or loses an answer at a write', function () {
  this.timeout(180_000);
  let cluster: Cluster;
  let client: ApiClient;
  let site: Site;

  before(async () => {
    cluster = await startCluster({ name: 'test-crash', rung: 2 });
    client = await clientOn(cluster);
    await install(await kubectlOn(cluster));
    await prepareCluster(client);
    site = { client, kubeconfig: await operatorKubeconfig(cluster) };
  });

  after(async () => {
    await client.close();
    await cluster.stop();
  });

  it('brings every stage of a life to the state of an undisturbed one, and rests there', async () => {
    const [undisturbed, ...lives] = await Promise.all([undefined, ...strikes].map((strike) => live(site, strike)));
    for (const [index, outcomes] of lives.entries()) {
      const { write, blow } = strikes[index] ?? {};
      expect(differences(undisturbed ?? [], outcomes), `${String(blow)} at write ${String(write)}`).to.deep.equal([]);
      expect(outcomes.filter(({ struck }) => struck)).to.have.length.above(3);
    }
  });
});
