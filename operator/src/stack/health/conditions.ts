/** The conditions of a MemoApp, a pure function of what is observed and of how the pass went. */
import { isFalse, isTrue, isUnknown, type Condition, type Problem } from '../../api/conditions.ts';
import { Reason } from '../../api/reasons.ts';
import type { ResolvedApp } from '../../api/resolved.ts';
import type { Observed } from '../observed.ts';
import { apiAvailable, apiComplete, autoscalerProblem } from './api.ts';
import { cacheReady } from './cache.ts';
import { databaseReady } from './database.ts';
import { eventsReady } from './events.ts';
import { routeReady } from './route.ts';
import { schemaMigrated } from './schema.ts';

/** A child the API server would not take in this pass. */
export interface RefusedApply {
  readonly kind: string;
  readonly name: string;
  /** The API server's own words. */
  readonly message: string;
}

/** How the pass went: what health cannot see in the observed objects. */
export interface PassOutcome {
  /** Beside `app.problems`: found in the pass, such as a taken name. */
  readonly problems: readonly Problem[];
  readonly refused: readonly RefusedApply[];
}

/**
 * Conditions in their order, without times; `Reconciling` and `Stalled` only while they are true.
 * @param migrated the release whose schema is on record
 */
export function conditions(
  app: ResolvedApp,
  observed: Observed,
  outcome: PassOutcome,
  migrated: string | undefined,
): Condition[] {
  const parts = [
    databaseReady(app, observed),
    schemaMigrated(app, observed, migrated),
    cacheReady(app, observed),
    eventsReady(app, observed),
    apiAvailable(app, observed),
    ...routeReady(app, observed),
  ];
  const stalled = whatStalls(app, outcome);
  const ready = summary(app, parts, stalled, outcome, observed);
  return [
    ready,
    ...(ready.status !== 'True' && !stalled ? [isTrue('Reconciling', Reason.Progressing, ready.message)] : []),
    ...(stalled ? [isTrue('Stalled', stalled.reason, stalled.message)] : []),
    ...parts,
  ];
}

/** The conditions of an object at first sight, before any child of it was looked at. */
export function firstConditions(): Condition[] {
  return [
    isUnknown('Ready', Reason.Observing, 'seen; its children are about to be made'),
    isTrue('Reconciling', Reason.Observing, 'seen; its children are about to be made'),
  ];
}

/** What only a person can put right. */
function whatStalls(app: ResolvedApp, outcome: PassOutcome): Problem | undefined {
  const [problem] = [...app.problems, ...outcome.problems];
  return problem;
}

/** `Ready`: every configured part is as asked at this generation. */
function summary(
  app: ResolvedApp,
  parts: readonly Condition[],
  stalled: Problem | undefined,
  outcome: PassOutcome,
  observed: Observed,
): Condition {
  if (stalled) return isFalse('Ready', stalled.reason, stalled.message);
  const [refused] = outcome.refused;
  if (refused) {
    return isFalse('Ready', Reason.ApplyRefused, `${refused.kind} ${refused.name} was refused: ${refused.message}`);
  }
  const missing = parts.find((condition) => condition.status !== 'True');
  if (missing) return { ...missing, type: 'Ready' };
  return autoscalerProblem(app, observed) ?? apiComplete(app, observed);
}
