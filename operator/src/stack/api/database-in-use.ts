/**
 * Which databases the pods of the API use: each keeps the one it was started with, whatever the spec asks for. Two must not be
 * written to at once: each gives ids of its own, and what was written to one would be missing in the other. So when the spec
 * asks for another database, the pods of before serve on until it has the schema; then all of them end before one that uses it starts.
 */
import type { Pod } from 'kubernetes-types/core/v1.js';
import { selector } from '../../api/labels.ts';
import type { ResolvedApp } from '../../api/resolved.ts';
import { isReady } from '../health/pods/problem.ts';
import type { Observed } from '../observed.ts';
import { databaseConnection } from './connections.ts';

/** `managed` and `another` are what was asked for before: ours, and one that others run. */
export type DatabaseInUse = 'wanted' | 'managed' | 'another';

/** The address of a database of others; that of the managed one is in a file. */
const addressVariable = 'DATABASE_URL';

/** Which one serves from now, by the environment of the pods that are ready. Where none is, the one that the spec asks for. */
export function databaseInUse(app: ResolvedApp, observed: Observed): DatabaseInUse {
  const addresses = observed.list('Pod', selector(app, 'api')).filter(serves).map(addressIn);
  if (addresses.length === 0 || addresses.includes(wantedAddress(app))) return 'wanted';
  return addresses.includes(undefined) ? 'managed' : 'another';
}

/**
 * Addresses of the databases of before that pods of the API, those included that are on their way out, may still write to.
 * undefined stands for the managed one.
 */
export function databasesOfBefore(app: ResolvedApp, observed: Observed): readonly (string | undefined)[] {
  const addresses = observed.list('Pod', selector(app, 'api')).filter(isAlive).map(addressIn);
  return [...new Set(addresses)].filter((address) => address !== wantedAddress(app));
}

function wantedAddress(app: ResolvedApp): string | undefined {
  return databaseConnection(app, 'service').variables[addressVariable];
}

function serves(pod: Pod): boolean {
  return pod.metadata?.deletionTimestamp === undefined && isReady(pod);
}

function isAlive({ status }: Pod): boolean {
  return status?.phase !== 'Succeeded' && status?.phase !== 'Failed';
}

/** undefined: the pod uses the managed one. */
function addressIn({ spec }: Pod): string | undefined {
  const api = spec?.containers.find(({ name }) => name === 'api');
  return api?.env?.find(({ name }) => name === addressVariable)?.value;
}
