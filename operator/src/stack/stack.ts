/** The whole stack of one MemoApp as plain objects. Adding a part to the product is adding a line here. */
import type { ResolvedApp } from '../api/resolved.ts';
import type { KubeObject } from '../runtime/object.ts';
import { apiObjects } from './api/api.ts';
import { cacheObjects } from './cache/cache.ts';
import { databaseObjects } from './database/database.ts';
import { eventsObjects } from './events/events.ts';
import type { StackInputs } from './inputs.ts';
import { jobsAccount } from './jobs/account.ts';
import { networkObjects } from './network/policies.ts';
import { routeObjects } from './route/route.ts';

/**
 * Every wanted child but the generated Secrets (`credentials.ts`) and the Jobs, whose time comes later (`jobs/`).
 * The order is the one in which they help each other up when applied one by one; applied side by side they come up just
 * as well, because every pod waits for what it needs.
 */
export function stack(app: ResolvedApp, inputs: StackInputs): KubeObject[] {
  return [
    // The slowest to start goes first: it waits for a volume and initialises it.
    ...databaseObjects(app, inputs),
    // Needed by nobody's start.
    ...cacheObjects(app, inputs),
    // ZooKeeper before the brokers that look for it.
    ...eventsObjects(app, inputs),
    // The account the migration and topic Jobs run as, before either is created.
    jobsAccount(app),
    // Serves as soon as the schema is there.
    ...apiObjects(app, inputs),
    // Beside the pods they fence in: what a policy does not let through yet is tried again.
    ...networkObjects(app, inputs.observed),
    // Last: a route to pods that are not there would answer 503 to the first visitors.
    ...routeObjects(app, inputs.observed),
  ];
}
