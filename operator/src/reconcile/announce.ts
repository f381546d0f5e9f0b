/** Events and lines of the log about a MemoApp: the conditions' own words, when one changes and at no other time. */
import type { MemoApp } from '../api/memoapp.ts';
import type { StoredCondition } from '../api/conditions.ts';
import { isReason, passesByItself } from '../api/reasons.ts';
import type { Dependencies } from './dependencies.ts';

/**
 * One for each condition whose status or reason is another than before. `Reconciling` only repeats `Ready`, and `Ready` a part that has
 * changed with it: of that there is a line in the log, and no Event.
 */
export function recordChanges(
  memoApp: MemoApp,
  before: readonly StoredCondition[],
  now: readonly StoredCondition[],
  { events, log }: Pick<Dependencies, 'events' | 'log'>,
): void {
  const changed = now.filter(({ reason, status, type }) => {
    const old = before.find((condition) => condition.type === type);
    return type !== 'Reconciling' && (old?.status !== status || old.reason !== reason);
  });
  for (const { message, reason, status, type } of changed) {
    log.info({ condition: type, status, reason, said: message }, 'a condition has changed');
    const repeats = changed.some((part) => part.type !== 'Ready' && part.message === message);
    if (type === 'Ready' && status !== 'True' && repeats) continue;
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
