/** The conditions of a MemoApp, a pure function of what is observed and of how the pass went. */
import { isFalse, isTrue, isUnknown, type Condition, type Problem } from '../../api/conditions.ts';
import { Reason } from '../../api/reasons.ts';
import type { MemoAppStatus } from '../../api/memoapp.ts';
import type { ResolvedApp } from '../../api/resolved.ts';
import { describeObject, type KubeObject } from '../../runtime/object.ts';
import type { Observed } from '../observed.ts';
import { apiAvailable, apiComplete, autoscalerProblem } from './api.ts';
import { cacheReady } from './cache.ts';
import { growthProblem } from './claims.ts';
import { databaseReady } from './database.ts';
import { eventsReady } from './events.ts';
import { routeReady } from './route.ts';
import { schemaMigrated } from './schema.ts';

/** A child the API server would not take in this pass. */
export interface RefusedApply {
  readonly kind: string;
  readonly name: string;
  /** HTTP status. */
  readonly code: number;
  /** The API server's own words. */
  readonly message: string;
}

/** How the pass went: what health cannot see in the observed objects. */
export interface PassOutcome {
  /** Beside `app.problems`: found in the pass, such as a taken name. */
  readonly problems: readonly Problem[];
  readonly refused: readonly RefusedApply[];
  /** Everything that went wrong, the refused among it: nothing is known of what was not applied. */
  readonly failures: readonly unknown[];
  /** Children of an earlier MemoApp of this name, or deleted ones, still on their way out. */
  readonly terminating: readonly KubeObject[];
}

/** Conditions in their order, without times; `Reconciling` and `Stalled` only while they are true. */
export function conditions(
  app: ResolvedApp,
  observed: Observed,
  outcome: PassOutcome,
  previous: MemoAppStatus | undefined,
): Condition[] {
  const parts = [
    databaseReady(app, observed),
    schemaMigrated(app, observed, previous?.migratedBy),
    cacheReady(app, observed),
    eventsReady(app, observed),
    apiAvailable(app, observed, outcome.problems, previous?.migratedBy),
    ...routeReady(app, observed),
  ];
  const stalled = whatStalls(app, parts, outcome);
  const ready = summary(app, parts, stalled, outcome, observed, previous);
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
function whatStalls(app: ResolvedApp, parts: readonly Condition[], outcome: PassOutcome): Problem | undefined {
  const [problem] = [...app.problems, ...outcome.problems];
  if (problem) return problem;
  // A quota or a policy may let it through later; what the API server finds invalid stays so.
  const invalid = outcome.refused.find(({ code }) => code === 400 || code === 422);
  return invalid ? refusal(invalid) : parts.find(({ reason }) => reason === Reason.JobFailed);
}

function refusal({ kind, name, message }: RefusedApply): Problem {
  return { reason: Reason.ApplyRefused, message: `${kind} ${name} was refused: ${message}` };
}

/** `Ready`: every configured part is as asked at this generation. */
function summary(
  app: ResolvedApp,
  parts: readonly Condition[],
  stalled: Problem | undefined,
  outcome: PassOutcome,
  observed: Observed,
  previous: MemoAppStatus | undefined,
): Condition {
  if (stalled) return isFalse('Ready', stalled.reason, stalled.message);
  const problem = outcome.refused.map(refusal)[0] ?? unfinished(app, outcome, previous);
  if (problem) return isFalse('Ready', problem.reason, problem.message);
  const missing = parts.find((condition) => condition.status !== 'True');
  if (missing) return { ...missing, type: 'Ready' };
  return autoscalerProblem(app, observed) ?? growthProblem(app, observed) ?? apiComplete(app, observed);
}

/**
 * What the pass could not bring home: as long as it is unknown whether every child is as this generation asks, `Ready` is
 * not true. Once it was, a call that fails takes nothing back: the children are still as they were.
 */
function unfinished(app: ResolvedApp, outcome: PassOutcome, previous: MemoAppStatus | undefined): Problem | undefined {
  const [leaving] = outcome.terminating;
  if (leaving) {
    return { reason: Reason.Draining, message: `${describeObject(leaving)} of before is still on its way out` };
  }
  const [failure] = outcome.failures;
  const known = previous?.conditions?.some(
    ({ type, status, observedGeneration }) =>
      type === 'Ready' && status === 'True' && observedGeneration === app.generation,
  );
  if (failure === undefined || known === true) return undefined;
  const why = failure instanceof Error ? `: ${failure.message}` : '';
  return { reason: Reason.Progressing, message: `not everything could be applied yet, trying again${why}` };
}
