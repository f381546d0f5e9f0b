/** The autoscaler, under requests that the API really answers. */
import { expect } from 'chai';
import type { Deployment } from 'kubernetes-types/apps/v1.js';
import { names } from '../../operator/src/api/names.ts';
import type { Client } from './harness/client.ts';
import { fewest, sampleApp, sampleHost } from './harness/sample.ts';
import type { Staged } from './harness/stage.ts';
import { ready } from './harness/ready.ts';
import { eventually } from './harness/witness.ts';

/** Enough to pass the target of the sample, whose pods ask for a twentieth of a core each. */
const CONNECTIONS = 4;

interface Load {
  /** @returns how many requests were answered, by status */
  stop(): Promise<ReadonlyMap<number, number>>;
}

/** One request after the other on each connection, until it is stopped. */
function startLoad(client: Client, path: string): Load {
  const answered = new Map<number, number>();
  const stopping = new AbortController();
  const lane = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const { status } = await client.call('GET', path);
      answered.set(status, (answered.get(status) ?? 0) + 1);
    }
  };
  const lanes = Promise.all(Array.from({ length: CONNECTIONS }, lane));
  // A request that fails shows when the load is stopped; until then it must not count as unhandled.
  lanes.catch(() => undefined);
  return {
    stop: async () => {
      stopping.abort();
      await lanes;
      return answered;
    },
  };
}

export function autoscaling(stage: Staged): void {
  const { namespace } = sampleApp;

  async function pods(): Promise<{ readonly wanted: number; readonly ready: number }> {
    const api = await stage().kubectl.get<Deployment>('deployment', names(sampleApp).api, '-n', namespace);
    return { wanted: api?.spec?.replicas ?? 0, ready: api?.status?.readyReplicas ?? 0 };
  }

  function settled(count: number): () => Promise<boolean> {
    return async () => {
      const { ready: now, wanted } = await pods();
      return wanted === count && now === count;
    };
  }

  it('raises the number of pods under load, without a failed request, and lowers it afterwards', async () => {
    const { kubectl } = stage();
    const client = stage().clientOf(sampleHost, CONNECTIONS);
    try {
      const start = fewest;
      await eventually(kubectl, sampleApp, `${start} API pods, after what their start cost`, 180, settled(start));
      const load = startLoad(client, '/v1/memos/?limit=100');
      await eventually(
        kubectl,
        sampleApp,
        `more than ${start} ready API pods`,
        150,
        async () => (await pods()).ready > start,
      ).finally(async () => {
        const answered = await load.stop();
        expect([...answered.keys()]).to.deep.equal([200]);
      });
      await eventually(kubectl, sampleApp, `${start} API pods again`, 180, settled(start));
      await ready(kubectl, sampleApp);
    } finally {
      await client.close();
    }
  });
}
