/** The whole stack on a real cluster, from the first apply to the last delete. One story: a test stands on those before. */
import { expect } from 'chai';
import type { Cluster } from '../cluster/cluster.ts';
import { traces } from '../cluster/behaviour/traces.ts';
import { memosOfTheSample } from './memos.ts';
import { clusterName, startStage } from './stage.ts';
import type { Stage } from './stage.ts';

describe('the whole stack', function () {
  this.timeout('10m');
  // What follows a failure would only wait for its deadlines.
  this.bail(true);
  let cluster: Cluster | undefined;
  let stage: Stage | undefined;

  function staged(): Stage {
    if (stage === undefined) throw new Error('the cluster is not up');
    return stage;
  }

  before(async function () {
    this.timeout('20m');
    stage = await startStage((started) => (cluster = started));
  });

  after(async () => await cluster?.stop());

  describe('of the original', () => memosOfTheSample(staged));

  // A test beside the parts would run before them.
  describe('at its end', () => {
    it('leaves nothing on the machine when its cluster stops', async () => {
      await cluster?.stop();
      expect(traces(clusterName)).to.deep.equal([]);
    });
  });
});
