import { expect } from 'chai';
import { ManualClock } from '../../../../test/operator/runtime/manual-clock.ts';
import { RateLimiter, TokenBucket } from './limiter.ts';

describe('the rate limiter', () => {
  it('doubles the delay of a key up to its limit, and forgets', () => {
    const limiter = new RateLimiter({ random: () => 0.5, bucket: new TokenBucket(1e9, 1e9) });
    const delays = Array.from({ length: 20 }, () => limiter.delay('a'));
    expect(delays.slice(0, 4)).to.deep.equal([5, 10, 20, 40]);
    expect(delays.at(-1)).to.equal(300_000);
    expect(limiter.delay('b')).to.equal(5);
    limiter.forget('a');
    expect(limiter.delay('a')).to.equal(5);
  });

  it('lets no more than ten retries a second through once the burst is spent', async () => {
    const clock = new ManualClock();
    const limiter = new RateLimiter({ random: () => 0.5, clock });
    const delays = Array.from({ length: 200 }, (_, at) => limiter.delay(`key-${at}`));
    expect(delays.filter((delay) => delay <= 5)).to.have.length(100);
    expect(delays.at(-1)).to.equal(10_000);
    await clock.advance(60_000);
    expect(limiter.delay('later')).to.equal(5);
  });
});
