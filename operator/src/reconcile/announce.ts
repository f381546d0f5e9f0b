/** Events and lines of the log about a MemoApp: the conditions' own words, when one changes and at no other time. */
import type { MemoApp } from '../api/memoapp.ts';
import type { StoredCondition } from '../api/conditions.ts';
import { isReason, passesByItself } from '../api/reasons.ts';
import type { Dependencies } from './dependencies.ts';

/** One for each condition whose status or reason is another than before. `Reconciling` only repeats `Ready`. */
export function recordChanges(
  memoApp: MemoApp,
  before: readonly StoredCondition[],
  now: readonly StoredCondition[],
  { events, log }: Pick<Dependencies, 'events' | 'log'>,
): void {
  for (const { message, reason, status, type } of now) {
    if (type === 'Reconciling') continue;
    const old = before.find((condition) => condition.type === type);
    if (old?.status === status && old.reason === reason) continue;
    log.info({ condition: type, status, reason, said: message }, 'a condition has changed');
    const fine = type === 'Stalled' ? status !== 'True' : status === 'True';
    events.record(memoApp, {
      type: fine || passes(reason) ? 'Normal' : 'Warning',
      reason,
      action: type,
      note: `${type} is ${status}: ${message}`,
    });
  }
}

function passes(reason: string): boolean {
  return isReason(reason) && passesByItself(reason);
}
