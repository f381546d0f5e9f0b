import { expect } from 'chai';
import { Registry } from 'prom-client';
import { eventMetrics } from './metrics.ts';

describe('the lag of the outbox', () => {
  const registry = new Registry();
  const metrics = eventMetrics(registry);
  const lag = async (): Promise<number | undefined> => {
    const text = await registry.getSingleMetricAsString('memo_outbox_lag_seconds');
    const [, value] = /^memo_outbox_lag_seconds (\S+)$/m.exec(text) ?? [];
    return value === undefined ? undefined : Number(value);
  };

  it('grows from the age that the database tells of the eldest event', async () => {
    metrics.eldest(90_000);
    const first = (await lag()) ?? 0;
    expect(first).to.be.at.least(90);
    expect(await lag()).to.be.above(first);
  });

  it('is none where nothing waits, and is not told by who does not publish', async () => {
    metrics.eldest(undefined);
    expect(await lag()).to.equal(0);
    metrics.relaying(false);
    expect(await lag()).to.equal(undefined);
  });
});
