import { expect } from 'chai';
import type { MemoApp } from '../api/memoapp.ts';
import { apiVersion, kind } from '../api/names.ts';
import { urgencyOf } from './urgency.ts';

function listed(generation: number, observedGeneration?: number): MemoApp {
  const status = observedGeneration === undefined ? {} : { status: { observedGeneration } };
  return { apiVersion, kind, metadata: { name: 'shop', namespace: 'memo', generation }, spec: {}, ...status };
}

describe('of all MemoApps in a list', () => {
  it('those that were made, changed or deleted meanwhile come first', () => {
    const changed = {
      ...listed(2, 2),
      metadata: { ...listed(2, 2).metadata, deletionTimestamp: '2026-01-01T00:00:00Z' },
    };
    for (const now of [listed(1), listed(2, 1), changed, undefined]) {
      expect(urgencyOf({ now, origin: 'list' })).to.equal('high');
    }
  });

  it('those that are as they were come last, unless an event tells of them', () => {
    expect(urgencyOf({ now: listed(2, 2), origin: 'list' })).to.equal('low');
    expect(urgencyOf({ now: listed(2, 2), origin: 'watch' })).to.equal('high');
  });
});
