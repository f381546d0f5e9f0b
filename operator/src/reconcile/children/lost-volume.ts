/** A database whose volume is lost must not run: the controller of its StatefulSet would put an empty one in its place. */
import { names, podClaim } from '../../api/names.ts';
import type { ResolvedApp } from '../../api/resolved.ts';
import type { ApiClient } from '../../runtime/client/client.ts';
import { find } from '../../runtime/client/find.ts';
import { controllerOf, describeObject, type KubeObject } from '../../runtime/object.ts';
import { isKnownClaim } from '../../stack/claims.ts';
import { retainedMetadata } from '../../stack/metadata.ts';
import { noteFailure } from './children.ts';
import type { Dependencies } from '../dependencies.ts';
import { claimKind, watchedKind } from '../observe/observe.ts';
import type { Pass } from '../pass.ts';
import { fit } from './retained.ts';

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
 * Labels the claim of the database anew where somebody took our label off it, or restored it without: it is there then, but no
 * store shows it, and it would be taken for lost.
 * @returns false: it is there and could not be labelled, and the pass says why; what hangs on it is not to be decided
 */
export async function findDatabaseClaim(
  app: ResolvedApp,
  pass: Pass,
  dependencies: Dependencies,
  signal: AbortSignal,
): Promise<boolean> {
  const { client, informers } = dependencies;
  if (databaseClaim(app, dependencies)) return true;
  const live = await readClaim(app, client, signal);
  const controller = live && controllerOf(live);
  if (!live || (controller ? controller.uid !== app.uid : !isKnownClaim(live.metadata))) return true;
  try {
    const { labels, ownerReferences } = retainedMetadata(app, live.metadata.name, 'database');
    const labelled = await fit(live, { labels, ownerReferences }, client, signal);
    if (labelled) informers.store(claimKind).written(labelled);
    return true;
  } catch (error) {
    noteFailure(live, error, pass);
    return false;
  }
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
