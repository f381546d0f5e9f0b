/**
 * `APIAvailable`: True while reads and writes are served: a pod of the API and the database behind it. Whether all of them
 * are as asked is part of `Ready`.
 */
import type { Deployment } from 'kubernetes-types/apps/v1.js';
import { isFalse, isTrue, isUnknown, type Condition, type Problem } from '../../../api/conditions.ts';
import { names } from '../../../api/names.ts';
import { Reason } from '../../../api/reasons.ts';
import type { ResolvedApp } from '../../../api/resolved.ts';
import { databaseInUse } from '../../api/database-in-use.ts';
import { migrationState } from '../../jobs/migration.ts';
import { imageReference } from '../../pod.ts';
import type { Observed } from '../../observed.ts';
import { databaseServes } from './database.ts';
import { podProblem, waitingFor, whereToLook } from '../pods/problem.ts';
import { quoted } from '../quote.ts';
import { hasImage, isSettled } from '../pods/rollout.ts';
import { stoppedPart } from '../stopped.ts';

/**
 * @param problems of the pass: a lost volume is one
 * @param migratedBy of the status, where it speaks of this database; absent: the database has no tables yet
 */
export function apiAvailable(
  app: ResolvedApp,
  observed: Observed,
  problems: readonly Problem[],
  migratedBy: string | undefined,
): Condition {
  if (app.state === 'Stopped') return stoppedPart('APIAvailable');
  const name = names(app).api;
  const deployment = observed.get('Deployment', name);
  if (!deployment) return isFalse('APIAvailable', Reason.Creating, `Deployment ${name} is about to be made`);
  // On the way back to a database whose volume is lost the one of others serves on.
  const another = databaseInUse(app, observed) === 'another';
  const lost = another ? undefined : problems.find(({ reason }) => reason === Reason.DataMissing);
  if (lost) return isFalse('APIAvailable', lost.reason, lost.message);
  const ready = deployment.status?.readyReplicas ?? 0;
  if (ready === 0) {
    const problem = podProblem(app, 'api', observed);
    if (problem) return isFalse('APIAvailable', problem.reason, problem.message);
    return isFalse(
      'APIAvailable',
      Reason.PodNotReady,
      `no pod of ${name} is ready yet; see: kubectl logs deployment/${name}`,
    );
  }
  // The pods stay ready without it, to answer from the cache; that is not to be relied on.
  const serves = databaseServes(app, observed);
  if (serves === undefined) {
    return isUnknown('APIAvailable', Reason.Observing, 'no API pod has told yet whether it reaches the database');
  }
  if (serves === 'silent') {
    return isUnknown(
      'APIAvailable',
      Reason.APISilent,
      'no API pod has answered the operator for two minutes: whether the database is reached is not known, see DatabaseReady',
    );
  }
  // A wrong password mostly, and the pods of before have read the right one. It may as well be the database itself: so it is not True.
  if (serves === 'untold') {
    return isUnknown(
      'APIAvailable',
      Reason.Unreachable,
      'pods of before serve, and no new one reaches the database, see DatabaseReady: whether those of before reach it is not known',
    );
  }
  if (!serves) {
    return isFalse(
      'APIAvailable',
      Reason.WaitingForDatabase,
      'the database is away, see DatabaseReady: cached reads alone are answered',
    );
  }
  const isNew = databaseInUse(app, observed) === 'wanted' && migratedBy === undefined;
  if (isNew && migrationState(app, observed, undefined).state !== 'succeeded') {
    return isFalse('APIAvailable', Reason.Migrating, 'the database has no tables yet');
  }
  return isTrue('APIAvailable', Reason.Available, `${ready} API ${ready === 1 ? 'pod serves' : 'pods serve'}`);
}

/** Whether pods of an earlier template may still be there: they use what the spec no longer asks for. */
export function apiIsRolling(app: ResolvedApp, observed: Observed): boolean {
  const deployment = observed.get('Deployment', names(app).api);
  const { observedGeneration, replicas = 0, updatedReplicas = 0 } = deployment?.status ?? {};
  if (replicas === 0) return false;
  return observedGeneration !== deployment?.metadata?.generation || updatedReplicas !== replicas;
}

/** Whether every pod is there, ready and of the wanted release; its message is the one of `Ready`. */
export function apiComplete(app: ResolvedApp, observed: Observed): Condition {
  const name = names(app).api;
  const deployment = observed.get('Deployment', name);
  const wanted = deployment?.spec?.replicas ?? 0;
  const { readyReplicas: ready = 0, replicas = 0 } = deployment?.status ?? {};
  const image = imageReference({ ...app.api.image, tag: app.version });
  const settled = deployment !== undefined && hasImage(deployment, image) && isSettled(deployment, wanted);
  if (settled && ready === wanted && wanted > 0) {
    return isTrue('Ready', Reason.Available, `${ready} of ${wanted} API pods serve ${app.version}`);
  }
  const problem = podProblem(app, 'api', observed);
  if (problem) return isFalse('Ready', problem.reason, problem.message);
  const late = waitingFor(app, 'api', observed);
  if (deployment && apiIsRolling(app, observed)) {
    return isFalse('Ready', Reason.Progressing, `${rollOut(wanted, deployment)}${late}`);
  }
  const message = `${ready} of ${wanted} API pods serve ${app.version}${late}`;
  if (replicas > wanted) return isFalse('Ready', Reason.Draining, message);
  return isFalse('Ready', Reason.PodNotReady, `${message}${whereToLook(app, 'api', observed)}`);
}

/** Pods of before serve on: who reads that none of the new ones is ready must not take it for an outage. */
function rollOut(wanted: number, { metadata, status = {} }: Deployment): string {
  const { observedGeneration, readyReplicas: ready = 0, replicas = 0, updatedReplicas: fresh = 0 } = status;
  // For a moment there is one more than asked for.
  const serving = `${Math.min(ready, wanted)} of ${wanted} API pods serve`;
  // Not counted anew yet, and perhaps nothing but their number has changed.
  if (observedGeneration !== metadata?.generation)
    return `${serving}, and Deployment ${metadata?.name ?? ''} is changed`;
  return `${serving} while they are replaced: ${fresh} new, ${replicas - fresh} of before`;
}

/** `AutoscalerReady` is no condition of its own: an autoscaler that cannot read metrics shows in `Ready`. */
export function autoscalerProblem(app: ResolvedApp, observed: Observed): Condition | undefined {
  const words = wordsOfBlindScaler(app, observed);
  if (words === undefined || ofNewPods.test(words)) return undefined;
  const message = `the autoscaler is blind, the API keeps its size: ${quoted(words)}; install metrics-server, or set spec.api.replicas in place of autoscaling`;
  return isFalse('Ready', Reason.MetricsMissing, message);
}

/** Metrics are there, but not of these pods: after every roll-out it is so for a while, and nothing is wrong. */
export function autoscalerNotes(app: ResolvedApp, observed: Observed): string[] {
  const words = wordsOfBlindScaler(app, observed);
  return words !== undefined && ofNewPods.test(words) ? ['the autoscaler has no metrics of these pods yet'] : [];
}

const ofNewPods = /no metrics returned from resource metrics API|did not receive metrics for targeted pods/;

/** undefined: the autoscaler sees, or there is none. */
function wordsOfBlindScaler(app: ResolvedApp, observed: Observed): string | undefined {
  if (app.api.scale.mode !== 'autoscaled') return undefined;
  const scaler = observed.get('HorizontalPodAutoscaler', names(app).api);
  const active = scaler?.status?.conditions?.find(({ type }) => type === 'ScalingActive');
  if (active?.status !== 'False' || active.reason === 'ScalingDisabled') return undefined;
  return active.message ?? active.reason ?? '';
}
