/** The conditions of a MemoApp, a pure function of what is observed and of how the pass went. */
import { isFalse, isTrue, isUnknown, type Condition, type ConditionType, type Problem } from '../../api/conditions.ts';
import { reconcileAnnotation } from '../../api/labels.ts';
import type { MemoAppStatus } from '../../api/memoapp.ts';
import { isReason, Reason } from '../../api/reasons.ts';
import type { ResolvedApp } from '../../api/resolved.ts';
import { describeObject, type KubeObject } from '../../runtime/object.ts';
import type { Observed } from '../observed.ts';
import { accessNotes } from './access.ts';
import { apiAvailable, apiComplete, autoscalerNotes, autoscalerProblem } from './parts/api.ts';
import { cacheReady } from './parts/cache.ts';
import { growthProblem, keptVolume } from './pods/claims.ts';
import { withoutCertificate } from './parts/certificate.ts';
import { databaseReady } from './parts/database.ts';
import { eventsReady } from './parts/events.ts';
import { quoted } from './quote.ts';
import { quotaIn } from './pods/refusals.ts';
import { routeReady } from './parts/route.ts';
import { schemaMigrated } from './parts/schema.ts';
import { recordOf } from '../record.ts';
import { allStopped } from './stopped.ts';

/** A child the API server would not take in this pass. */
export interface RefusedApply {
  readonly kind: string;
  readonly name: string;
  /** HTTP status. */
  readonly code: number;
  /** The API server's own words. */
  readonly message: string;
}

/** A volume claim that the API server does not let grow, and that was left as it is. */
export interface RefusedGrowth {
  /** Its name. */
  readonly claim: string;
  /** The API server's own words. */
  readonly message: string;
}

/** A Secret or ConfigMap that the spec names and that is not as it says. */
export interface MissingReference {
  readonly type: ConditionType;
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
  readonly missing: readonly MissingReference[];
  /** What is to be said of an account that the spec asks for and the managed database does not have. */
  readonly unapplied: string | undefined;
  readonly ungrown: readonly RefusedGrowth[];
  /** Whether the database gets all its passwords anew: its admin gave up what was before, or there was nothing. */
  readonly startsEmpty: boolean;
  /** Nothing is written while this is true. */
  readonly paused: boolean;
  /** What would be written were it not paused, as `Deployment club/shop-api`. */
  readonly withheld: readonly string[];
}

/**
 * Conditions in their order, without times; `Reconciling`, `Stalled` and `Paused` only while they are true.
 * @param previous what is stored now
 */
export function conditions(
  app: ResolvedApp,
  observed: Observed,
  outcome: PassOutcome,
  previous: MemoAppStatus | undefined,
): Condition[] {
  const migratedBy = recordOf(app, previous)?.migratedBy;
  const kept = { database: keptVolume(app, 'database', observed, outcome), events: keptEvents(app, observed, outcome) };
  const found = [
    withKept(withUnapplied(databaseReady(app, observed), outcome), kept.database, observed),
    schemaMigrated(app, observed, previous),
    cacheReady(app, observed),
    withKept(eventsReady(app, observed), kept.events, observed),
    apiAvailable(app, observed, outcome.problems, migratedBy),
    ...routeReady(app, observed),
  ];
  const parts = found
    .map((part) => keptUntilToldAnew(part, previous, app.generation))
    .map((part) => withMissing(part, app, observed, outcome));
  const stalled = whatStalls(app, parts, outcome);
  const keptVolumes = Object.values(kept).filter((one) => one !== undefined);
  const summed = summary(app, { parts, stalled, keptVolumes }, outcome, observed, previous);
  const ready = outcome.paused ? whilePaused(summed, outcome) : summed;
  const reconciling = ready.status !== 'True' && !stalled && !outcome.paused;
  return [
    ready,
    ...(reconciling ? [isTrue('Reconciling', Reason.Progressing, ready.message)] : []),
    ...(stalled ? [isTrue('Stalled', stalled.reason, stalled.message)] : []),
    ...(outcome.paused ? [isTrue('Paused', Reason.Paused, `nothing is written; ${howToGoOn}`)] : []),
    ...parts,
  ];
}

/**
 * An operator that has just started has asked nobody yet: what its predecessor found out of this very spec holds on. Also that it
 * had waited in vain, until its successor has waited as long: else each restart would be written down, in two steps.
 */
function keptUntilToldAnew(part: Condition, previous: MemoAppStatus | undefined, generation: number): Condition {
  const before = previous?.conditions?.find(({ type }) => type === part.type);
  const waitsAnew = part.reason === Reason.WaitingForAPI && before?.reason === Reason.APISilent;
  if (part.status !== 'Unknown' || (part.reason !== Reason.Observing && !waitsAnew)) return part;
  // Whether the API serves is no matter of the spec.
  const holds = part.type === 'APIAvailable' || before?.observedGeneration === generation;
  if (!before || !holds || !isReason(before.reason)) return part;
  return { type: part.type, status: before.status, reason: before.reason, message: before.message };
}

function withMissing(part: Condition, app: ResolvedApp, observed: Observed, { missing }: PassOutcome): Condition {
  const found = missing.find(({ type }) => type === part.type);
  if (!found) return part;
  if (part.type === 'RouteReady') return withoutCertificate(part, found.message, app, observed);
  return isFalse(part.type, Reason.ReferenceMissing, found.message);
}

/** It serves all the same: whoever rotates a password must see that it is not in force, and nobody be woken for it. */
function withUnapplied(part: Condition, { unapplied }: PassOutcome): Condition {
  if (unapplied === undefined || part.status !== 'True') return part;
  return { ...part, reason: Reason.CredentialsKept, message: `${part.message}; ${unapplied}` };
}

/**
 * It serves all the same, with the room that it has. One that has none left says itself that its class does not let it grow,
 * where classes can be seen.
 */
function withKept(part: Condition, kept: string | undefined, observed: Observed): Condition {
  if (kept === undefined) return part;
  const message = `${part.message}; ${kept}`;
  if (part.status === 'True') return { ...part, reason: Reason.VolumeKept, message };
  return part.reason === Reason.DiskFull && !observed.serves('StorageClass') ? { ...part, message } : part;
}

function keptEvents(app: ResolvedApp, observed: Observed, outcome: PassOutcome): string | undefined {
  return keptVolume(app, 'events', observed, outcome) ?? keptVolume(app, 'zookeeper', observed, outcome);
}

const howToGoOn = `remove the annotation ${reconcileAnnotation} to go on`;

/** `Ready` tells the truth while paused too: what waits to be written is not as asked. */
function whilePaused(ready: Condition, { withheld }: PassOutcome): Condition {
  if (withheld.length === 0) return { ...ready, message: `${ready.message}; paused: ${howToGoOn}` };
  const all = [...new Set(withheld)].toSorted();
  const named = all.slice(0, 3).join(', ');
  const more = all.length > 3 ? ` and ${all.length - 3} more` : '';
  return isFalse('Ready', Reason.Paused, `paused, and not as the spec asks: ${named}${more}; ${howToGoOn}`);
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
  const said = `${kind} ${name} was refused: ${quoted(message)}`;
  const quota = quotaIn(message);
  if (quota === undefined) return { reason: Reason.ApplyRefused, message: said };
  return { reason: Reason.QuotaExceeded, message: `${said}; raise ResourceQuota ${quota}, or ask for less` };
}

/** What is known of the parts when `Ready` is asked for. */
interface Found {
  readonly parts: readonly Condition[];
  readonly stalled: Problem | undefined;
  /** What is to be said of volumes that stay as they are. */
  readonly keptVolumes: readonly string[];
}

/** `Ready`: every configured part is as asked at this generation. */
function summary(
  app: ResolvedApp,
  { keptVolumes, parts, stalled }: Found,
  outcome: PassOutcome,
  observed: Observed,
  previous: MemoAppStatus | undefined,
): Condition {
  if (stalled) return isFalse('Ready', stalled.reason, stalled.message);
  const problem = outcome.refused.map(refusal)[0] ?? unfinished(app, outcome, previous);
  if (problem) return isFalse('Ready', problem.reason, problem.message);
  if (app.state === 'Stopped') return allStopped(app, observed);
  // What no part of its own depends on: pods of before serve on without it.
  const reference = outcome.missing.find(({ type }) => type === 'Ready');
  if (reference) return isFalse('Ready', Reason.ReferenceMissing, reference.message);
  const missing = parts.find((condition) => condition.status !== 'True');
  if (missing) return { ...missing, type: 'Ready' };
  return autoscalerProblem(app, observed) ?? growthProblem(app, observed) ?? whole(app, outcome, keptVolumes, observed);
}

/** Everything is there but, perhaps, some pods of the API. */
function whole(
  app: ResolvedApp,
  { unapplied }: PassOutcome,
  keptVolumes: readonly string[],
  observed: Observed,
): Condition {
  const complete = apiComplete(app, observed);
  if (complete.status !== 'True') return complete;
  const notes = [
    ...accessNotes(app),
    ...(unapplied === undefined ? [] : [unapplied]),
    ...keptVolumes,
    ...autoscalerNotes(app, observed),
  ];
  return { ...complete, message: [complete.message, ...notes].join('; ') };
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
