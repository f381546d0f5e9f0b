/** A small run of `bench/service/kills.ts`. */
import { expect } from 'chai';
import { isClean, runKills } from '../../../bench/service/kills/run.ts';

describe('kill -9 and SIGSTOP of the service and its stores', function () {
  this.timeout(240_000);

  it('lose no acknowledged memo and no event, keep their order, and outdate no read', async () => {
    const result = await runKills({ seed: 20_260_101, kills: 6, writes: 1_000 });
    expect(isClean(result), JSON.stringify(result, null, 2)).to.equal(true);
    expect(Object.values(result.kills).reduce((sum, each) => sum + each, 0)).to.be.at.least(6);
  });
});
