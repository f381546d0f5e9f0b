import { expect } from 'chai';
import type { StoredCondition } from '../../operator/src/api/conditions.ts';
import type { MemoApp } from '../../operator/src/api/memoapp.ts';
import type { Reason } from '../../operator/src/api/reasons.ts';
import { standing } from './waiting.ts';

/** Seconds; no reason's own patience is as long. */
const deadline = 600;

function condition(type: string, status: 'True' | 'False', reason: Reason, message = `about ${type}`): StoredCondition {
  return { type, status, reason, message, observedGeneration: 3, lastTransitionTime: '2026-01-01T00:00:00Z' };
}

function memoApp(...conditions: readonly StoredCondition[]): MemoApp {
  return {
    apiVersion: 'memo.sogangcomputerclub.org/v1alpha1',
    kind: 'MemoApp',
    metadata: { name: 'memo', namespace: 'club', generation: 3 },
    spec: {},
    status: { conditions: [...conditions] },
  };
}

const notReady = condition('Ready', 'False', 'Progressing');

describe('what a MemoApp waits for', () => {
  it('is the operator, as long as that has not looked at it, and not for ever', () => {
    for (const unseen of [undefined, memoApp()]) {
      const { ready, waitsFor, patience } = standing(unseen, deadline);
      expect({ ready, part: waitsFor?.part }).to.deep.equal({ ready: false, part: 'operator' });
      expect(patience).to.be.below(deadline);
    }
  });

  it('is nothing once Ready is true of the spec as it is now', () => {
    const parts = [condition('DatabaseReady', 'True', 'Available', '1 of 1 pods serve')];
    const ready = { ...condition('Ready', 'True', 'Available'), observedGeneration: 3 };
    const now = standing(memoApp(ready, ...parts), deadline);
    expect(now).to.include({ ready: true }).and.not.to.have.property('waitsFor');
    expect([...now.done]).to.deep.equal([['DatabaseReady', '1 of 1 pods serve']]);
    const before = standing(memoApp({ ...ready, observedGeneration: 2 }, ...parts), deadline);
    expect(before, 'after an edit').to.include({ ready: false });
  });

  it('is the first part that is not as asked, in the words of its condition', () => {
    const now = standing(
      memoApp(
        notReady,
        condition('Reconciling', 'True', 'Progressing'),
        condition('DatabaseReady', 'True', 'Available'),
        condition('EventsReady', 'False', 'Creating', 'pod memo-events-0 starts'),
        condition('APIAvailable', 'False', 'Creating'),
      ),
      deadline,
    );
    expect(now.waitsFor).to.deep.equal({
      part: 'EventsReady',
      reason: 'Creating',
      message: 'pod memo-events-0 starts',
    });
    expect([...now.done.keys()], 'parts, not summaries').to.deep.equal(['DatabaseReady']);
  });

  it('has until the deadline where waiting helps, and less where it seldom does', () => {
    const patience = (reason: Reason): number =>
      standing(memoApp(notReady, condition('DatabaseReady', 'False', reason)), deadline).patience;
    expect(patience('Creating')).to.equal(deadline);
    expect(patience('VolumePending')).to.equal(deadline);
    expect(patience('VolumeBinding')).to.equal(deadline);
    for (const reason of [
      'ImagePull',
      'CrashLoop',
      'JobFailed',
      'Unschedulable',
      'PodNotStarted',
      'PodRefused',
      'QuotaExceeded',
    ] as const) {
      expect(patience(reason), reason).to.be.below(deadline / 4);
    }
  });

  it('is a person where it is stalled, before any part and for seconds only', () => {
    const stalled = condition('Stalled', 'True', 'NameTaken', 'Service memo-api is somebody else’s');
    const parts = [condition('DatabaseReady', 'False', 'Creating')];
    const now = standing(memoApp(notReady, stalled, ...parts), deadline);
    expect(now.waitsFor).to.include({ part: 'Stalled', reason: 'NameTaken', message: stalled.message });
    expect(now.patience).to.be.at.most(15);
  });

  it('is Ready itself where every part is as asked', () => {
    const now = standing(memoApp(notReady, condition('DatabaseReady', 'True', 'Available')), deadline);
    expect(now.waitsFor).to.include({ part: 'Ready', message: 'about Ready' });
  });
});
