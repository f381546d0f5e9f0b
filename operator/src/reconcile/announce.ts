/** Events about a MemoApp: the conditions' own words, when a condition changes and at no other time. */
import type { MemoApp } from '../api/memoapp.ts';
import type { StoredCondition } from '../api/conditions.ts';
import { isReason, passesByItself } from '../api/reasons.ts';
import type { EventRecorder } from '../runtime/events/recorder.ts';

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
      type: fine || passes(condition.reason) ? 'Normal' : 'Warning',
      reason: condition.reason,
      action: condition.type,
      note: `${condition.type} is ${condition.status}: ${condition.message}`,
    });
  }
}

function passes(reason: string): boolean {
  return isReason(reason) && passesByItself(reason);
}
