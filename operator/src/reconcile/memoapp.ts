/** One MemoApp brought to what its spec asks for. Reads as a checklist; nothing here waits. */
import { storeConditions } from '../api/conditions.ts';
import type { MemoApp } from '../api/memoapp.ts';
import { resolve } from '../api/resolve.ts';
import type { ResolvedApp } from '../api/resolved.ts';
import { objectKey } from '../runtime/object.ts';
import type { Reconcile, Result } from '../runtime/work/controller.ts';
import { lacksReference } from '../stack/api/config-hash.ts';
import { isUntried } from '../stack/api/database-in-use.ts';
import { isHeld } from '../stack/api/hold.ts';
import { templateImage } from '../stack/api/image.ts';
import { lostVolume } from '../stack/credentials.ts';
import { clusterFacts } from '../stack/facts.ts';
import { firstConditions } from '../stack/health/conditions.ts';
import { healthTargets } from '../stack/health/parts/external.ts';
import { statusOf } from '../stack/health/status.ts';
import { isMigrated } from '../stack/jobs/migration.ts';
import { withEvents, type Observed } from '../stack/observed.ts';
import { stack } from '../stack/stack.ts';
import { recordChanges } from './announce.ts';
import { memoAppKind } from './children/adoption.ts';
import { applyAll } from './children/children.ts';
import { ensureCredentials } from './secrets/credentials.ts';
import type { Dependencies } from './dependencies.ts';
import { jobs } from './children/jobs.ts';
import { lookForEndAfter } from './children/terminating.ts';
import { observedOf } from './observe/observe.ts';
import { heldTemplate } from './children/held-template.ts';
import { Pass } from './pass.ts';
import { isPaused, withoutWrites } from './pause.ts';
import { prune } from './children/prune.ts';
import { byPart, lackingPods, refusalsOf } from './observe/refused-pods.ts';
import { unstartedPods } from './observe/unstarted-pods.ts';
import { handOverReplicas, replicasOwner } from './children/replicas.ts';
import { keepClaims } from './children/retained.ts';
import { findUnseen } from './children/unseen.ts';

/** A refusal (a quota, a policy) lifts, a problem is put right, and Secrets of others come, without an event we could watch for. */
const lookAgainAfter = 30_000;
/** An Event about pods that are not made comes a moment after the status which shows that they are not there: see `Shortages`. */
const lookForEventAfter = 2000;
/** What is left to be done by a pass that ran into its deadline. */
const lastDeadline = 10_000;

export function memoAppReconciler(dependencies: Dependencies): Reconcile {
  return async (key, { signal }) => {
    const memoApp = dependencies.apps.get(key);
    if (!memoApp) {
      dependencies.credentials.forget(key);
      dependencies.storeHealth.forget(key);
      dependencies.shortages.forget(key);
      dependencies.startWarnings.forget(key);
      return undefined;
    }
    // The CRD is gone, and all MemoApps with it, also those whose end no watch has told: children would go as fast as they are made.
    // Once the kind is served again, what is left of it comes up again.
    if (!dependencies.informers.served(memoAppKind)) return undefined;
    // A child that is not in the stores may be there all the same. Once the namespace is seen, its MemoApps come up again.
    if (!dependencies.informers.sees(memoApp.metadata.namespace ?? '')) return undefined;
    // Children go by garbage collection; retained volumes and credentials have no owner.
    if (memoApp.metadata.deletionTimestamp !== undefined) return undefined;
    return await reconcile(memoApp, dependencies, signal);
  };
}

async function reconcile(
  memoApp: MemoApp,
  dependencies: Dependencies,
  signal: AbortSignal,
): Promise<Result | undefined> {
  const paused = isPaused(memoApp);
  // What is paused is told so in one write, not first that its children are about to be made.
  const seen = paused ? memoApp : await announce(memoApp, dependencies, signal);
  if (!seen) return undefined;
  const { namespace = '', name } = seen.metadata;
  const key = objectKey(seen.metadata);
  const observed = observedOf(dependencies, { namespace, name });
  const app = resolve(seen, clusterFacts({ name }, observed, dependencies.operator));
  const pass = new Pass(paused);
  const writing = paused ? withoutWrites(dependencies) : dependencies;
  try {
    const known = await findUnseen(app, memoApp.status, pass, writing, signal);
    if (known) await converge(app, seen, observed, pass, writing, signal);
  } catch (error) {
    pass.failures.push(error);
  }
  const last = signal.aborted ? AbortSignal.timeout(lastDeadline) : signal;
  await keepClaims(app, observed, pass, writing, last);
  dependencies.storeHealth.follow(key, healthTargets(app, observed));
  const lacking = lackingPods(app, observed);
  const recent = dependencies.shortages.recent(key, lacking);
  const [refusals, startWarnings] = await Promise.all([
    refusalsOf(lacking, dependencies, last),
    dependencies.startWarnings.of(key, unstartedPods(app, observed), dependencies, last),
  ]);
  await writeStatus(seen, app, withEvents(observed, { refusals: byPart(refusals), startWarnings }), pass, dependencies);
  if (pass.failures.length > pass.refused.length) pass.throwFailures();
  if (pass.again) return { requeueAfter: 0 };
  if (pass.terminating.length > 0) return { requeueAfter: lookForEndAfter(pass.terminating, dependencies.now()) };
  if (recent.some((workload) => !refusals.has(workload))) return { requeueAfter: lookForEventAfter };
  const held = lacking.length > 0 || app.problems.length > 0 || pass.missing.length > 0 || !pass.complete;
  const waiting = held || pass.ungrown.length > 0 || isUntried(app, observed);
  const requeueAfter = dependencies.startWarnings.dueIn(key) ?? (waiting ? lookAgainAfter : undefined);
  return requeueAfter === undefined ? undefined : { requeueAfter };
}

async function converge(
  app: ResolvedApp,
  memoApp: MemoApp,
  observed: Observed,
  pass: Pass,
  dependencies: Dependencies,
  signal: AbortSignal,
): Promise<void> {
  const lost = lostVolume(app, memoApp.status, observed).length > 0;
  const credentials = await ensureCredentials(app, memoApp.status, observed, pass, dependencies, signal);
  // What must not be done is found before anything is: a downgrade of a store, another layout of its data.
  pass.unapplied = credentials?.unapplied;
  if (!credentials || app.problems.length > 0) return;
  const ready = isMigrated(app, observed, memoApp.status?.migratedBy) && !lacksReference(app, credentials.hashes);
  pass.held = isHeld(app, memoApp.status, observed, ready);
  const inputs = {
    observed,
    secretHashes: credentials.hashes,
    databaseUser: credentials.databaseUser,
    ready,
    heldTemplate: pass.held ? await heldTemplate(app, credentials.hashes, dependencies, signal) : undefined,
    apiImage: templateImage(app, memoApp.status, observed),
    apiReplicas: replicasOwner(app, dependencies),
  };
  const { due, standing } = jobs(app, memoApp.status, observed, dependencies.now());
  pass.wanted.push(...standing);
  // The claim may have gone since the Secrets were looked at. Where it was lost before, or they with it, the database is to start empty.
  if (!lost && !pass.startsEmpty) pass.problems.push(...lostVolume(app, memoApp.status, observed));
  if (pass.problems.length > 0) return;
  await applyAll([...stack(app, inputs), ...due], app, pass, dependencies, signal);
  await handOverReplicas(app, pass, dependencies, signal);
  if (pass.complete) await prune(app, observed, pass, dependencies, signal);
}

/**
 * First sight: `observedGeneration` and `Ready=Unknown` before any child, so that nobody takes silence for health. undefined: it is
 * gone already, and what has no owner would be left for ever.
 */
async function announce(
  memoApp: MemoApp,
  dependencies: Dependencies,
  signal: AbortSignal,
): Promise<MemoApp | undefined> {
  const { observedGeneration, version } = memoApp.status ?? {};
  // Seen while it was paused, it has no release yet.
  const chosen = memoApp.spec.version ?? version;
  if (observedGeneration !== undefined && chosen !== undefined) return memoApp;
  const { generation = 0 } = memoApp.metadata;
  const status = {
    ...memoApp.status,
    observedGeneration: generation,
    // Chosen once: a newer operator must not upgrade what names no release, served or not.
    ...(memoApp.spec.version === undefined && { version: version ?? dependencies.operator.release }),
    conditions: storeConditions(firstConditions(), [], generation, dependencies.now()),
  };
  const written = await dependencies.statuses.write(memoApp, status, { signal });
  return written ? { ...memoApp, status } : undefined;
}

/** Written whatever happened in the pass, also where it ran into its deadline, from what the stores show by now. */
async function writeStatus(
  memoApp: MemoApp,
  app: ResolvedApp,
  observed: Observed,
  pass: Pass,
  dependencies: Dependencies,
): Promise<void> {
  const status = statusOf(app, observed, pass, memoApp.status, dependencies.now());
  await dependencies.statuses.write(memoApp, status);
  recordChanges(memoApp, memoApp.status?.conditions ?? [], status.conditions ?? [], dependencies);
}
