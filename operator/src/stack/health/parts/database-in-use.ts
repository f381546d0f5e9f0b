/** Which database the API serves from now: its pods keep that of before until they are replaced, whatever the spec asks for. */
import type { Pod } from 'kubernetes-types/core/v1.js';
import { selector } from '../../../api/labels.ts';
import type { ResolvedApp } from '../../../api/resolved.ts';
import { databaseConnection } from '../../api/connections.ts';
import type { Observed } from '../../observed.ts';
import { isReady } from '../pods/problem.ts';

/** `managed` and `another` are what was asked for before: ours, and one that others run. */
export type DatabaseInUse = 'wanted' | 'managed' | 'another';

/** The address of a database of others; that of the managed one is in a file. */
const addressVariable = 'DATABASE_URL';

/** By the environment of the pods that are ready. Where none is, the one that the spec asks for. */
export function databaseInUse(app: ResolvedApp, observed: Observed): DatabaseInUse {
  const wanted = databaseConnection(app, 'service').variables[addressVariable];
  const addresses = observed.list('Pod', selector(app, 'api')).filter(serves).map(addressIn);
  if (addresses.length === 0 || addresses.includes(wanted)) return 'wanted';
  return addresses.includes(undefined) ? 'managed' : 'another';
}

function serves(pod: Pod): boolean {
  return pod.metadata?.deletionTimestamp === undefined && isReady(pod);
}

/** undefined: the pod uses the managed one. */
function addressIn({ spec }: Pod): string | undefined {
  const api = spec?.containers.find(({ name }) => name === 'api');
  return api?.env?.find(({ name }) => name === addressVariable)?.value;
}
