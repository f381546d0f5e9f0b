import { expect } from 'chai';
import type { KubeObject } from '../../runtime/object.ts';
import { lookForEndAfter } from './terminating.ts';

describe('what is on its way out', () => {
  const now = new Date('2026-01-01T12:00:00Z');
  const leaving = (deletionTimestamp?: string): KubeObject => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 's', namespace: 'club', ...(deletionTimestamp !== undefined && { deletionTimestamp }) },
  });

  it('is looked for soon, and more rarely when it does not go', () => {
    expect(lookForEndAfter([leaving('2026-01-01T11:59:59Z')], now)).to.equal(2000);
    expect(lookForEndAfter([leaving('2026-01-01T11:58:20Z')], now)).to.equal(10_000);
    expect(lookForEndAfter([leaving('2025-12-31T12:00:00Z')], now)).to.equal(30_000);
  });

  it('is looked for as soon as the one of all that goes first', () => {
    expect(lookForEndAfter([leaving('2025-12-31T12:00:00Z'), leaving('2026-01-01T11:59:59Z')], now)).to.equal(2000);
  });

  it('is looked for soon where nobody has deleted it yet, or a clock is behind', () => {
    expect(lookForEndAfter([leaving()], now)).to.equal(2000);
    expect(lookForEndAfter([leaving('2026-01-01T13:00:00Z')], now)).to.equal(2000);
  });
});
