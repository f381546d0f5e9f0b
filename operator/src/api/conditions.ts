/** Conditions of a MemoApp, as the Kubernetes API conventions and kstatus read them. */
import type { Reason } from './reasons.ts';

/**
 * Every type in the order in which they are listed, with the sentence the documentation prints for it. `Reconciling`, `Stalled`
 * and `Paused` are there only while true, the parts only where the spec asks for them.
 */
export const conditionMeanings = {
  Ready: 'Every part is as the spec asks, at `observedGeneration`. The one to wait for.',
  Reconciling: 'The operator is at work and nobody else needs to be. There only while true.',
  Stalled: 'It cannot go on without a person; the message says what to do. There only while true.',
  Paused: 'An annotation keeps the operator from writing anything. There only while true.',
  DatabaseReady: 'The database serves: the pod of the managed one, or an API pod reaches the external one.',
  SchemaMigrated: 'The migration Job of this release has ended well.',
  CacheReady: 'The cache serves, as the database does. Without it the app serves on from the database.',
  EventsReady: 'Kafka serves, and its topic is as asked. Without it memos are written, and their events follow.',
  APIAvailable:
    'Memos are read and written: an API pod is ready and the database behind it serves. Unknown where nobody can tell. The one to alert on.',
  RouteReady:
    'Every way in leads to the API: the Ingress has an address and its certificate, each Gateway has taken the HTTPRoute.',
} as const;

export type ConditionType = keyof typeof conditionMeanings;
export type ConditionStatus = 'True' | 'False' | 'Unknown';

/** What a part says of itself; the writer of status adds generation and time. */
export interface Condition {
  readonly type: ConditionType;
  readonly status: ConditionStatus;
  readonly reason: Reason;
  readonly message: string;
}

/** A condition as it stands in `status.conditions`. */
export interface StoredCondition {
  readonly type: string;
  readonly status: ConditionStatus;
  readonly reason: string;
  readonly message: string;
  readonly observedGeneration?: number;
  readonly lastTransitionTime: string;
}

/** Something only a person can put right: it becomes `Stalled`. */
export interface Problem {
  readonly reason: Reason;
  readonly message: string;
}

const order = Object.keys(conditionMeanings);

/** The schema's bound on a message. */
const longestMessage = 32_768;

export function isTrue(type: ConditionType, reason: Reason, message: string): Condition {
  return { type, status: 'True', reason, message };
}

export function isFalse(type: ConditionType, reason: Reason, message: string): Condition {
  return { type, status: 'False', reason, message };
}

export function isUnknown(type: ConditionType, reason: Reason, message: string): Condition {
  return { type, status: 'Unknown', reason, message };
}

/**
 * The list to store: in the fixed order, each with the generation it speaks of, and with the time of the last change of
 * its status kept where the status is the same. An unchanged answer gives an equal list, so nothing is written.
 */
export function storeConditions(
  next: readonly Condition[],
  previous: readonly StoredCondition[],
  generation: number,
  now: Date,
): StoredCondition[] {
  const before = new Map(previous.map((condition) => [condition.type, condition]));
  return next
    .toSorted((a, b) => order.indexOf(a.type) - order.indexOf(b.type))
    .map((condition) => {
      const old = before.get(condition.type);
      return {
        type: condition.type,
        status: condition.status,
        reason: condition.reason,
        message: condition.message.slice(0, longestMessage),
        observedGeneration: generation,
        lastTransitionTime: old?.status === condition.status ? old.lastTransitionTime : timestamp(now),
      };
    });
}

/** RFC 3339 in whole seconds, as `metav1.Time` is written. */
function timestamp(now: Date): string {
  return now.toISOString().replace(/\.\d+Z$/, 'Z');
}
