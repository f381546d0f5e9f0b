/**
 * How many pods of a store there shall be. A stopped app goes from the front to the back: what writes goes before what is
 * written to, so that the last requests are answered and nothing is cut off in the middle.
 */
import { selector, type Part } from '../api/labels.ts';
import type { ResolvedApp } from '../api/resolved.ts';
import { isAlive } from './health/pods/problem.ts';
import type { Observed } from './observed.ts';

type Store = Extract<Part, 'database' | 'cache' | 'events' | 'zookeeper'>;

/** Whose pods a store outlives. */
const usedBy: { readonly [S in Store]: readonly Part[] } = {
  database: ['api', 'migrate'],
  cache: ['api'],
  events: ['api', 'topic'],
  // A broker tells ZooKeeper that it leaves.
  zookeeper: ['api', 'topic', 'events'],
};

/** @param replicas of the running app */
export function storeReplicas(app: ResolvedApp, store: Store, replicas: number, observed: Observed): number {
  if (app.state === 'Running') return replicas;
  return usedBy[store].some((part) => hasPods(app, part, observed)) ? replicas : 0;
}

function hasPods(app: ResolvedApp, part: Part, observed: Observed): boolean {
  return observed.list('Pod', selector(app, part)).some(isAlive);
}
