/** Pods that the API server does not let be made: Pod Security, quotas, limit ranges, webhooks. */
import type { Problem } from '../../../api/conditions.ts';
import { names } from '../../../api/names.ts';
import { Reason } from '../../../api/reasons.ts';
import type { ResolvedApp } from '../../../api/resolved.ts';
import type { PodPart } from '../../network/flows.ts';
import type { Observed, Refusal } from '../../observed.ts';
import { quoted } from '../quote.ts';

export function refusedPod(app: ResolvedApp, part: PodPart, observed: Observed): Problem | undefined {
  const refusal = part === 'api' ? replicaFailure(app, observed) : observed.refusals.get(part);
  if (!refusal || isPassing(refusal.words)) return undefined;
  const words = withoutPod(refusal.words);
  const message = `${refusal.workload} cannot make its pod: ${quoted(words)}`;
  const quota = quotaIn(words);
  if (quota !== undefined) {
    const way = `raise ResourceQuota ${quota} of namespace ${app.namespace}, or ask for less`;
    return { reason: Reason.QuotaExceeded, message: `${message}; ${way}` };
  }
  return { reason: Reason.PodRefused, message: `${message}${podSecurity.test(words) ? `; ${mendPod(app)}` : ''}` };
}

/** The quota that the API server's words name. undefined: they are about something else. */
export function quotaIn(words: string): string | undefined {
  return /(?:exceeded|failed) quota: ([^,:\s]+)/.exec(words)?.[1];
}

const podSecurity = /violates PodSecurity/;

/** Pods of ours pass `restricted`: what does not was added to them. */
function mendPod({ namespace }: ResolvedApp): string {
  return `the operator's own pods pass "restricted": mend the sidecar or webhook that changes them, or the labels of namespace ${namespace}`;
}

/** A Deployment says so itself; StatefulSets and Jobs do not. */
function replicaFailure(app: ResolvedApp, observed: Observed): Refusal | undefined {
  const name = names(app).api;
  const failure = observed
    .get('Deployment', name)
    ?.status?.conditions?.find(({ type, status }) => type === 'ReplicaFailure' && status === 'True');
  return failure && { workload: `Deployment ${name}`, words: failure.message ?? failure.reason ?? '' };
}

/** Children are made side by side: an account may come a moment after the workload whose pods run as it. */
function isPassing(words: string): boolean {
  return words.includes('error looking up service account');
}

/** The name of a pod that was never made, another one with each attempt, says nothing. */
function withoutPod(words: string): string {
  return words.replace(/^pods "[^"]*" is forbidden: /, '');
}
