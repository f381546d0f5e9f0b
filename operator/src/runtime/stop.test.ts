import { expect } from 'chai';
import { ManualClock } from '../../../test/operator/runtime/manual-clock.ts';
import { silent } from './log.ts';
import { stopInOrder, untilSignalled } from './stop.ts';

describe('the orderly stop', () => {
  it('runs its steps in order, whatever becomes of each', async () => {
    const clock = new ManualClock();
    const ran: string[] = [];
    const stop = stopInOrder(silent, clock, [
      ['first', 1_000, () => ran.push('first')],
      ['fails', 1_000, () => Promise.reject(new Error('a bug'))],
      ['hangs', 1_000, () => new Promise(() => ran.push('hangs'))],
      ['last', 1_000, () => ran.push('last')],
    ]);
    await clock.advance(999);
    expect(ran).to.deep.equal(['first', 'hangs']);
    await clock.advance(1);
    expect(await stop).to.equal(1);
    expect(ran).to.deep.equal(['first', 'hangs', 'last']);
    expect(clock.pending).to.equal(0);
  });

  it('ends well when every step does', async () => {
    expect(await stopInOrder(silent, new ManualClock(), [['only', 1, () => undefined]])).to.equal(0);
  });

  it('is asked for by a signal or by a lost lease, and leaves no handler behind', async () => {
    const before = process.listenerCount('SIGUSR2');
    const signalled = untilSignalled(['SIGUSR2'], new Promise(() => undefined));
    process.emit('SIGUSR2');
    expect(await signalled).to.equal('SIGUSR2');
    expect(await untilSignalled(['SIGUSR2'], Promise.resolve('the lease is lost'))).to.equal('the lease is lost');
    expect(process.listenerCount('SIGUSR2')).to.equal(before);
  });
});
