import { spawnSync } from 'node:child_process';
import { expect } from 'chai';
import { copiesBehind } from './started.ts';

/** As Kafka 4 prints it; Kafka 3 does without the last two. */
function partition(leader: string, replicas: string, inSync: string): string {
  return `\tTopic: memo_events\tPartition: 0\tLeader: ${leader}\tReplicas: ${replicas}\tIsr: ${inSync}\tElr: \tLastKnownElr: \n`;
}

/** What the probe of broker 1 says of these partitions. */
function told(...partitions: readonly string[]): { started: boolean; output: string } {
  const input = partitions.join('');
  const { status, stdout } = spawnSync('awk', ['-v', 'broker=1', copiesBehind], { input, encoding: 'utf8' });
  expect(status).to.be.oneOf([0, 1]);
  return { started: status === 0, output: stdout };
}

describe('a broker of several counts as started', () => {
  it('when nothing is behind', () => {
    expect(told().started).to.equal(true);
  });

  it('not while a leader waits for a copy of it, and says which', () => {
    const own = partition('0', '0,1,2', '0,2');
    expect(told(partition('2', '2,0,1', '2,1'), own)).to.deep.equal({ started: false, output: own });
    expect(told(own.replace(/\tElr.*/, ''))).to.include({ started: false });
  });

  it('not while a copy is behind that is about to move', () => {
    const moving = partition('0', '0,1,2,3', '0,2').replace('\tElr', '\tAdding Replicas: 3\tRemoving Replicas: 2\tElr');
    expect(told(moving).started).to.equal(false);
  });

  it('while others are behind or away', () => {
    expect(told(partition('1', '0,1,2', '1')).started).to.equal(true);
    expect(told(partition('0', '0,2,11', '0')).started).to.equal(true);
  });

  it('while nobody leads a partition that it could catch up with', () => {
    expect(told(partition('none', '0,1,2', '0')).started).to.equal(true);
    expect(told(partition('none', '0,1,2', '')).started).to.equal(true);
  });
});
