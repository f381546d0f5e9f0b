/** What is done to an app in the course of a year, under traffic: nobody notices, but for the database, and then it is told. */
import { expect } from 'chai';
import type { Client } from './harness/client.ts';
import { rollApi } from './harness/change.ts';
import { evict, renewOperator } from './disruptions/acts.ts';
import { usualRequests, type Requests } from './disruptions/requests.ts';
import { startTraffic, type Outcome } from './disruptions/traffic.ts';
import { sampleApp, sampleHost } from './harness/sample.ts';
import type { Stage, Staged } from './harness/stage.ts';

const unnoticed: readonly (readonly [string, (stage: Stage) => Promise<void>])[] = [
  ['rolls its API', async (stage) => await rollApi(stage, sampleApp)],
  ['has a pod of its API evicted', async (stage) => await evict(stage, sampleApp, 'api')],
  ['has its operator replaced', async (stage) => await renewOperator(stage, sampleApp)],
];

export function disruptions(stage: Staged): void {
  let client: Client;
  let requests: Requests;

  before(async () => {
    client = stage().clientOf(sampleHost, 8);
    requests = await usualRequests(client);
  });

  after(async () => await client.close());

  async function under(act: (stage: Stage) => Promise<void>): Promise<Readonly<Record<string, Outcome>>> {
    const traffic = startTraffic(requests.kinds);
    await act(stage()).finally(async () => await traffic.stop());
    return await traffic.stop();
  }

  for (const [what, act] of unnoticed) {
    it(`${what}, and no request fails`, async () => {
      const { cached, list, write } = await under(act);
      expect(statuses(cached), JSON.stringify(cached)).to.deep.equal([200]);
      expect(statuses(list), JSON.stringify(list)).to.deep.equal([200]);
      expect(statuses(write), JSON.stringify(write)).to.deep.equal([201]);
    });
  }

  it('has its database evicted: what is cached is served, the rest is told when to ask again, and nothing is lost', async () => {
    const { cached, list, write } = await under(async (place) => await evict(place, sampleApp, 'database'));
    expect(statuses(cached), JSON.stringify(cached)).to.deep.equal([200]);
    expect(statuses(list)).to.have.members([200, 503]);
    expect(statuses(write)).to.have.members([201, 503]);
    expect([list?.withoutRetryAfter, write?.withoutRetryAfter]).to.deep.equal([0, 0]);
    expect(await requests.lost()).to.deep.equal([]);
  });
}

function statuses(outcome: Outcome | undefined): number[] {
  return Object.keys(outcome?.answered ?? {}).map(Number);
}
