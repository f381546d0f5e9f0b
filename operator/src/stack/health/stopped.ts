/**
 * Conditions of a stopped app. `Ready` is True once every pod is gone, because that is what the spec asks for and GitOps
 * waits on it; `APIAvailable` is False, because nothing is served (docs/adr/0009-paused-and-stopped.md).
 */
import { isFalse, isTrue, type Condition, type ConditionType } from '../../api/conditions.ts';
import { appLabel } from '../../api/labels.ts';
import { names } from '../../api/names.ts';
import { Reason } from '../../api/reasons.ts';
import type { ResolvedApp } from '../../api/resolved.ts';
import type { Observed } from '../observed.ts';

/** A part whose pods are stopped with the rest. */
export function stoppedPart(type: ConditionType): Condition {
  return isFalse(type, Reason.Stopped, 'spec.state is Stopped');
}

/** `Ready` of a stopped app. */
export function allStopped(app: ResolvedApp, observed: Observed): Condition {
  const api = observed.get('Deployment', names(app).api);
  const sets = observed.list('StatefulSet', { [appLabel]: app.name });
  const workloads = [...(api ? [api] : []), ...sets];
  const left = workloads.reduce((sum, { status }) => sum + (status?.replicas ?? 0), 0);
  const settled = workloads.every(
    ({ metadata, spec, status }) => spec?.replicas === 0 && status?.observedGeneration === metadata?.generation,
  );
  if (left > 0)
    return isFalse('Ready', Reason.Draining, `stopping: ${left} ${left === 1 ? 'pod is' : 'pods are'} left`);
  if (!api || !settled) return isFalse('Ready', Reason.Draining, 'stopping');
  return isTrue('Ready', Reason.Stopped, 'every pod is stopped; set spec.state to Running to start again');
}
