import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { ManualClock } from '../../../../test/operator/runtime/manual-clock.ts';
import type { StoreHealth } from '../../stack/observed.ts';
import { askHealth, StoreHealthWatch } from './store-health.ts';

const well: StoreHealth = { database: 'healthy', redis: 'healthy', kafka: 'healthy' };
const ill: StoreHealth = { ...well, redis: 'unhealthy' };

describe('the health of external stores', () => {
  let clock: ManualClock;
  let answers: Record<string, StoreHealth>;
  let asked: string[];
  let changes: string[];
  let watch: StoreHealthWatch;

  beforeEach(() => {
    clock = new ManualClock();
    answers = { a: well, b: well };
    asked = [];
    changes = [];
    watch = new StoreHealthWatch({
      ask: (address) => {
        asked.push(address);
        const answer = answers[address];
        return answer ? Promise.resolve(answer) : Promise.reject(new Error('refused'));
      },
      onChange: (key) => changes.push(key),
      clock,
      random: () => 0.5,
    });
  });

  it('is asked at once, from each pod in turn, and told only when it changes', async () => {
    watch.follow('club/shop', { config: '1', addresses: ['a', 'b'] });
    expect(watch.answer('club/shop')).to.equal(undefined);
    await clock.advance(0);
    expect(watch.answer('club/shop')).to.deep.equal(well);
    await clock.advance(60_000);
    expect(asked).to.deep.equal(['a', 'b', 'a', 'b', 'a']);
    expect(changes).to.deep.equal(['club/shop']);
    answers = { a: ill, b: ill };
    await clock.advance(15_000);
    expect(watch.answer('club/shop')).to.deep.equal(ill);
    expect(changes).to.have.length(2);
  });

  it('is what the pod says that does not reach a store, though others do, until it does or is gone', async () => {
    answers = { a: well, b: ill };
    watch.follow('club/shop', { config: '1', addresses: ['a', 'b'] });
    await clock.advance(120_000);
    expect(watch.answer('club/shop')).to.deep.equal(ill);
    expect(changes).to.have.length(2);
    watch.follow('club/shop', { config: '1', addresses: ['a'] });
    await clock.advance(20_000);
    expect(watch.answer('club/shop')).to.deep.equal(well);
    watch.follow('club/shop', { config: '1', addresses: ['a', 'b'] });
    await clock.advance(60_000);
    expect(changes).to.have.length(4);
    answers = { a: well, b: well };
    asked = [];
    await clock.advance(60_000);
    expect(asked).to.deep.equal(['b', 'a', 'b', 'a']);
    expect(changes).to.have.length(5);
  });

  it('stands through a pod that is being replaced, and is unknown when none answers any more', async () => {
    watch.follow('club/shop', { config: '1', addresses: ['a', 'b'] });
    await clock.advance(0);
    answers = { a: well };
    await clock.advance(60_000);
    expect(watch.answer('club/shop')).to.deep.equal(well);
    answers = {};
    await clock.advance(60_000);
    expect(watch.answer('club/shop')).to.equal('awaited');
    expect(changes).to.have.length(2);
  });

  it('is not only awaited any more once pods have been silent for two minutes, until one says something', async () => {
    answers = {};
    watch.follow('club/shop', { config: '1', addresses: ['a', 'b'] });
    await clock.advance(60_000);
    expect(watch.answer('club/shop')).to.equal('awaited');
    await clock.advance(120_000);
    expect(watch.answer('club/shop')).to.equal('silent');
    expect(changes).to.have.length(2);
    // No longer each second: that may go on for months.
    asked = [];
    await clock.advance(150_000);
    expect(asked.length).to.be.within(8, 12);
    expect(changes).to.have.length(2);
    answers = { a: well, b: well };
    await clock.advance(20_000);
    expect(watch.answer('club/shop')).to.deep.equal(well);
    expect(changes).to.have.length(3);
  });

  it('is awaited for as long as there is no pod that could tell, and two minutes from then on', async () => {
    watch.follow('club/shop', { config: '1', addresses: [] });
    await clock.advance(3_600_000);
    expect(watch.answer('club/shop')).to.equal('awaited');
    answers = {};
    watch.follow('club/shop', { config: '1', addresses: ['a'] });
    await clock.advance(60_000);
    expect(watch.answer('club/shop')).to.equal('awaited');
    await clock.advance(120_000);
    expect(watch.answer('club/shop')).to.equal('silent');
  });

  it('is forgotten when the pods have another configuration', async () => {
    watch.follow('club/shop', { config: '1', addresses: ['a'] });
    await clock.advance(0);
    watch.follow('club/shop', { config: '2', addresses: [] });
    expect(watch.answer('club/shop')).to.equal(undefined);
    watch.follow('club/shop', { config: '2', addresses: ['b'] });
    answers = { b: ill };
    await clock.advance(2_000);
    expect(watch.answer('club/shop')).to.deep.equal(ill);
  });

  it('is not asked for any more once nobody wants to know', async () => {
    watch.follow('club/shop', { config: '1', addresses: ['a'] });
    watch.follow('club/other', { config: '1', addresses: ['b'] });
    await clock.advance(0);
    watch.follow('club/shop', undefined);
    watch.stop();
    expect(clock.pending).to.equal(0);
  });
});

describe('the question for the health of stores', () => {
  it('is given up where the answer has no end: what runs in the pod is not for us to choose', async () => {
    const server = createServer((_request, response) => void response.write(' '.repeat(100_000)));
    await new Promise<void>((resolve) => server.listen(0, resolve));
    const { port } = server.address() as AddressInfo;
    try {
      const answer = askHealth(`http://localhost:${port}/health`, 5_000);
      expect(await answer.then(String, String)).to.contain('too long for a health report');
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});
