/**
 * Which databases the pods of the API use: each keeps the one it was started with, whatever the spec asks for. Two must not be
 * written to at once: each gives ids of its own, and what was written to one would be missing in the other. So when the spec
 * asks for another database, the pods of before serve on until it has the schema; then all of them end before one that uses it starts.
 */
import type { Pod, PodSpec } from 'kubernetes-types/core/v1.js';
import { selector } from '../../api/labels.ts';
import { names } from '../../api/names.ts';
import type { ResolvedApp } from '../../api/resolved.ts';
import { isAlive, isReady } from '../health/pods/problem.ts';
import type { Observed } from '../observed.ts';
import { databaseConnection } from './connections.ts';
import { apiContainer, environmentIn, type Environment } from './container.ts';

/** `managed` and `another` are what was asked for before: ours, and one that others run. */
export type DatabaseInUse = 'wanted' | 'managed' | 'another';

/** The address of a database of others; that of the managed one is in a file. */
const addressVariable = 'DATABASE_URL';

/** Which one serves from now, by the environment of the pods that are ready. Where none is, the one that the spec asks for. */
export function databaseInUse(app: ResolvedApp, observed: Observed): DatabaseInUse {
  const addresses = apiPods(app, observed)
    .filter(serves)
    .map(({ spec }) => addressIn(spec));
  if (addresses.length === 0 || addresses.includes(wantedAddress(app))) return 'wanted';
  return addresses.includes(undefined) ? 'managed' : 'another';
}

/** Of the pods that may still write to another database than the wanted one, those included that are on their way out. */
export function environmentsOfBefore(app: ResolvedApp, observed: Observed): readonly Environment[] {
  return apiPods(app, observed)
    .filter((pod) => isOfBefore(app, pod))
    .map(({ spec }) => environmentIn(spec));
}

/** Of all pods of the API that are alive, those included that are on their way out: what they need, until they are gone. */
export function livingEnvironments(app: ResolvedApp, observed: Observed): readonly Environment[] {
  return apiPods(app, observed).map(({ spec }) => environmentIn(spec));
}

/**
 * Whether the pods of before are there, and none that uses the wanted database: nobody has opened it yet. Once all pods of before
 * are gone, evicted say, the Deployment remembers it, whose ReplicaSet of before makes others.
 */
export function isUntried(app: ResolvedApp, observed: Observed): boolean {
  const pods = apiPods(app, observed);
  if (pods.length === 0) return observed.get('Deployment', names(app).api)?.spec?.paused === true;
  return pods.every((pod) => isOfBefore(app, pod));
}

function isOfBefore(app: ResolvedApp, { spec }: Pod): boolean {
  return !usesWanted(app, spec);
}

/** Whether a pod of this spec uses the database that is wanted. */
export function usesWanted(app: ResolvedApp, spec: PodSpec | undefined): boolean {
  return addressIn(spec) === wantedAddress(app);
}

/** Those that are alive; what somebody else has put our labels on is none. */
function apiPods(app: ResolvedApp, observed: Observed): Pod[] {
  return observed
    .list('Pod', selector(app, 'api'))
    .filter((pod) => isAlive(pod) && apiContainer(pod.spec) !== undefined);
}

function wantedAddress(app: ResolvedApp): string | undefined {
  return databaseConnection(app, 'service').variables[addressVariable];
}

function serves(pod: Pod): boolean {
  return pod.metadata?.deletionTimestamp === undefined && isReady(pod);
}

/** undefined: the pod uses the managed one. */
function addressIn(spec: PodSpec | undefined): string | undefined {
  return environmentIn(spec).get(addressVariable);
}
