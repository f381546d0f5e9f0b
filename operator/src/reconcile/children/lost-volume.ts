/** A database whose volume is lost must not run: the controller of its StatefulSet would put an empty one in its place. */
import { names, podClaim } from '../../api/names.ts';
import type { ResolvedApp } from '../../api/resolved.ts';
import type { ApiClient } from '../../runtime/client/client.ts';
import { find } from '../../runtime/client/find.ts';
import { controllerOf, describeObject, type KubeObject } from '../../runtime/object.ts';
import { noteFailure } from './children.ts';
import type { Dependencies } from '../dependencies.ts';
import { claimKind, watchedKind } from '../observe/observe.ts';
import type { Pass } from '../pass.ts';

/** The claim of the database, as the store knows it. */
export function databaseClaim(app: ResolvedApp, { informers }: Dependencies): KubeObject | undefined {
  return informers.store(claimKind).get(`${app.namespace}/${podClaim(names(app).database, 0)}`);
}

/** The claim of the database, as the API server knows it, whatever its labels. */
async function readClaim(app: ResolvedApp, client: ApiClient, signal: AbortSignal): Promise<KubeObject | undefined> {
  const target = { namespace: app.namespace, name: podClaim(names(app).database, 0) };
  return await find(client, claimKind, target, { signal });
}

/**
 * Takes the StatefulSet away until the volume is back or the admin has decided to start empty; it is made anew then. The
 * API server itself is asked first: what takes a database down must not rest on a store alone.
 */
export async function stopDatabase(
  app: ResolvedApp,
  pass: Pass,
  dependencies: Dependencies,
  signal: AbortSignal,
): Promise<void> {
  const { applier, client, informers, log } = dependencies;
  const { database } = names(app);
  const live = informers.store(watchedKind('StatefulSet')).get(`${app.namespace}/${database}`);
  if (!live || controllerOf(live)?.uid !== app.uid || live.metadata.deletionTimestamp !== undefined) return;
  const known = databaseClaim(app, dependencies);
  const found = await readClaim(app, client, signal);
  if (found?.metadata.uid !== known?.metadata.uid) return;
  try {
    const removed = await applier.remove(live, { signal });
    if (removed) log.warn({ object: describeObject(live) }, 'removed: the volume of the database is lost');
  } catch (error) {
    noteFailure(live, error, pass);
  }
}
