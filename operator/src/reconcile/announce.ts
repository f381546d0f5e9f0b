/** Events about a MemoApp: the conditions' own words, when a condition changes and at no other time. */
import type { MemoApp } from '../api/memoapp.ts';
import type { StoredCondition } from '../api/conditions.ts';
import type { EventRecorder } from '../runtime/events/recorder.ts';

/** Reasons that pass by themselves: no cause for a warning. */
const passing: ReadonlySet<string> = new Set([
  'AddressPending',
  'Creating',
  'Draining',
  'Migrating',
  'NotConfigured',
  'Observing',
  'PodNotReady',
  'Progressing',
  'Stopped',
  'WaitingForAPI',
  'WaitingForDatabase',
]);

/** One event for each condition whose status or reason is another than before. `Reconciling` only repeats `Ready`. */
export function recordChanges(
  memoApp: MemoApp,
  before: readonly StoredCondition[],
  now: readonly StoredCondition[],
  events: EventRecorder,
): void {
  for (const condition of now) {
    if (condition.type === 'Reconciling') continue;
    const old = before.find(({ type }) => type === condition.type);
    if (old?.status === condition.status && old.reason === condition.reason) continue;
    const fine = condition.type === 'Stalled' ? condition.status !== 'True' : condition.status === 'True';
    events.record(memoApp, {
      type: fine || passing.has(condition.reason) ? 'Normal' : 'Warning',
      reason: condition.reason,
      action: condition.type,
      note: `${condition.type} is ${condition.status}: ${condition.message}`,
    });
  }
}
