import { expect } from 'chai';
import type { StoredCondition } from '../api/conditions.ts';
import type { MemoApp } from '../api/memoapp.ts';
import { apiVersion, kind } from '../api/names.ts';
import { silent } from '../runtime/log.ts';
import { recordChanges } from './announce.ts';

const memoApp: MemoApp = { apiVersion, kind, metadata: { namespace: 'club', name: 'shop' }, spec: {} };

function condition(type: string, status: string, reason: string, message: string): StoredCondition {
  return {
    type,
    status,
    reason,
    message,
    observedGeneration: 1,
    lastTransitionTime: '2026-01-01T00:00:00Z',
  } as StoredCondition;
}

/** As `Normal Migrating: SchemaMigrated is False: ...`. */
function told(before: readonly StoredCondition[], now: readonly StoredCondition[]): string[] {
  const notes: string[] = [];
  const events = {
    record: (_about: unknown, { note, reason, type }: { note: string; reason: string; type: string }): void => {
      notes.push(`${type} ${reason}: ${note}`);
    },
  };
  recordChanges(memoApp, before, now, { events, log: silent } as unknown as Parameters<typeof recordChanges>[3]);
  return notes;
}

describe('the Events of a MemoApp', () => {
  const pulling = 'pod shop-database-0 does not get its image';

  it('tell of a part once, and not once more that the whole waits for it', () => {
    const now = [
      condition('Ready', 'False', 'ImagePullError', pulling),
      condition('Reconciling', 'True', 'Progressing', pulling),
      condition('DatabaseReady', 'False', 'ImagePullError', pulling),
    ];
    expect(told([], now)).to.deep.equal([`Warning ImagePullError: DatabaseReady is False: ${pulling}`]);
  });

  it('tell that all is well, and of the whole where no part has changed with it', () => {
    const before = [
      condition('Ready', 'False', 'PodNotReady', 'x'),
      condition('APIAvailable', 'True', 'Available', 'y'),
    ];
    const ready = [condition('Ready', 'True', 'Available', '2 of 2 API pods serve 0.1.0'), ...before.slice(1)];
    expect(told(before, ready)).to.deep.equal(['Normal Available: Ready is True: 2 of 2 API pods serve 0.1.0']);
    const waits = [condition('Ready', 'False', 'Progressing', 'y'), ...before.slice(1)];
    expect(told(before, waits)).to.deep.equal(['Normal Progressing: Ready is False: y']);
  });

  it('do not repeat what has been said', () => {
    const same = [condition('DatabaseReady', 'False', 'ImagePullError', pulling)];
    expect(told(same, same)).to.deep.equal([]);
  });
});
