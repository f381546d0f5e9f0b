/** The whole stack on a real cluster, from the first apply to the last delete. One story: a test stands on those before. */
import { expect } from 'chai';
import type { Cluster } from '../cluster/cluster.ts';
import { traces } from '../cluster/behaviour/traces.ts';
import { keptAndFoundAgain } from './again.ts';
import { operatorAtRest } from './idle.ts';
import { disruptions } from './disruptions.ts';
import { kraft } from './kraft.ts';
import { autoscaling } from './load.ts';
import { memosOfTheSample } from './memos.ts';
import { namedCluster } from './named.ts';
import { recovery } from './recovery.ts';
import { clusterName, startStage } from './harness/stage.ts';
import type { Stage } from './harness/stage.ts';

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
  describe('and its operator at rest', () => operatorAtRest(staged));
  describe('under load', () => autoscaling(staged));
  describe('with faults', () => recovery(staged));
  describe('under traffic', () => disruptions(staged));
  describe('deleted', () => keptAndFoundAgain(staged));
  describe('in KRaft mode', () => kraft(staged));
  describe('on a cluster of its user', () => namedCluster(staged));

  // A test beside the parts would run before them.
  describe('at its end', () => {
    it('leaves nothing on the machine when its cluster stops', async () => {
      await cluster?.stop();
      expect(traces(clusterName)).to.deep.equal([]);
    });
  });
});
