import { expect } from 'chai';
import { ManualClock } from '../../../../test/operator/runtime/manual-clock.ts';
import { Correlation } from './correlation.ts';

describe('the correlation of events', () => {
  let clock: ManualClock;
  let correlation: Correlation;
  let made: number;

  beforeEach(() => {
    clock = new ManualClock();
    correlation = new Correlation(clock);
    made = 0;
  });

  function judge(note: string, about = 'uid'): string {
    made += 1;
    const verdict = correlation.judge({ about, type: 'Normal', reason: 'R', action: 'A', note }, `event-${made}`);
    if (verdict.send === 'nothing') return 'nothing';
    const { name, count } = verdict.series;
    return `${name} ${count}${verdict.combined ? ' combined' : ''}`;
  }

  it('counts what happens again in the series of the first one', async () => {
    expect([judge('a'), judge('a'), judge('b'), judge('a')]).to.deep.equal([
      'event-1 1',
      'event-1 2',
      'event-3 1',
      'event-1 3',
    ]);
    await clock.advance(600_001);
    expect(judge('a')).to.equal('event-5 1');
  });

  it('makes one of many that differ in their note alone', () => {
    for (let nth = 1; nth <= 10; nth += 1) expect(judge(`note ${nth}`)).to.equal(`event-${nth} 1`);
    expect([judge('note 11'), judge('note 12'), judge('note 3')]).to.deep.equal([
      'event-11 1 combined',
      'event-11 2 combined',
      'event-3 2',
    ]);
  });

  it('holds a flood about one object back, and no other', async () => {
    const flood = Array.from({ length: 200 }, () => judge('again'));
    expect(flood.filter((verdict) => verdict !== 'nothing')).to.have.length(100);
    expect(judge('again', 'other')).not.to.equal('nothing');
    await clock.advance(30_000);
    expect([judge('again'), judge('again')]).to.deep.equal(['event-1 101', 'nothing']);
  });
});
