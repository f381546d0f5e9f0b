/** Applying the wanted children side by side, and turning what the API server says of each into what the pass reports. */
import type { ResolvedApp } from '../../api/resolved.ts';
import { partOf } from '../../api/labels.ts';
import { ApiError } from '../../runtime/client/error.ts';
import { describeObject, type KubeObject } from '../../runtime/object.ts';
import type { Dependencies } from '../dependencies.ts';
import { claimKind, isLeaving } from '../observe/observe.ts';
import type { Pass } from '../pass.ts';
import { quotaIn } from '../../stack/health/pods/refusals.ts';
import { assertMayOwn, isAdoptable } from './adoption.ts';
import { asItIs } from './growth.ts';
import { inTheWay } from './immutable.ts';
import { nameTaken } from './name-taken.ts';
import { WriteWithheld } from '../pause.ts';

/**
 * Applies every object side by side; one that fails holds up none, but for a StatefulSet whose claims or configuration are not
 * home: its pods would write to somebody else's volume, or its controller make an empty one under the name; and they would start
 * with a configuration of before under the hash of this one, by which nothing replaces them once it is there.
 */
export async function applyAll(
  objects: readonly KubeObject[],
  app: ResolvedApp,
  pass: Pass,
  dependencies: Dependencies,
  signal: AbortSignal,
): Promise<void> {
  pass.wanted.push(...objects);
  const apply = async (object: KubeObject): Promise<boolean> => await applyOne(object, app, pass, dependencies, signal);
  const homes = objects
    .filter((object) => object.kind !== 'StatefulSet')
    .map((object) => ({ object, home: apply(object) }));
  const canStart = async (set: KubeObject): Promise<boolean> => {
    const needed = homes.filter(({ object }) => isNeededAtStart(object) && partOf(object) === partOf(set));
    return (await Promise.all(needed.map(async ({ home }) => await home))).every(Boolean);
  };
  const sets = objects
    .filter((object) => object.kind === 'StatefulSet')
    .map(async (set) => {
      if (await canStart(set)) await apply(set);
    });
  await Promise.all([...sets, ...homes.map(async ({ home }) => await home)]);
}

/** By the pods of a StatefulSet. */
function isNeededAtStart({ kind }: KubeObject): boolean {
  return kind === claimKind.kind || kind === 'ConfigMap';
}

async function applyOne(
  desired: KubeObject,
  app: ResolvedApp,
  pass: Pass,
  dependencies: Dependencies,
  signal: AbortSignal,
): Promise<boolean> {
  const { applier, client, informers, log } = dependencies;
  const part = partOf(desired);
  try {
    const obstacle = inTheWay(desired, app, dependencies);
    if (obstacle) {
      const { live, goes } = obstacle;
      if (goes === 'admin') return false;
      if (goes !== 'leaves') {
        await applier.remove(live, { propagation: goes, signal });
        log.info({ object: describeObject(live), propagation: goes }, 'removed, to be made anew: it cannot be changed');
      }
      pass.terminating.push(live);
      return false;
    }
    const outcome = await applier.apply(desired, {
      owner: app.uid,
      signal,
      // What became of a claim decides whether the database may run, and what is written on it which version: not in mid-pass.
      asSeen: desired.kind === claimKind.kind,
      adopt: async (live) => {
        if (!isAdoptable(live, app, part)) return false;
        if (desired.metadata.ownerReferences) await assertMayOwn(app, client, signal);
        return true;
      },
    });
    switch (outcome.result) {
      case 'unchanged':
        return true;
      case 'created':
      case 'applied':
        log.info({ object: describeObject(desired) }, outcome.result);
        return true;
      case 'terminating':
        pass.terminating.push(outcome.object);
        return false;
      case 'name-taken': {
        if (isLeaving(outcome.object, app)) {
          pass.terminating.push(outcome.object);
          return false;
        }
        pass.problems.push(nameTaken(outcome.object, app, part));
        return false;
      }
    }
  } catch (error) {
    const kept = asItIs(desired, informers);
    if (kept === undefined || !(error instanceof ApiError) || !isRefusal(error)) {
      noteFailure(desired, error, pass);
      return false;
    }
    if (!(await applyOne(kept, app, pass, dependencies, signal))) return false;
    // A quota is raised, and has its own words; a class that does not let volumes grow holds up nothing.
    const { message } = error;
    if (quotaIn(message) === undefined) pass.ungrown.push({ claim: desired.metadata.name, message });
    else noteFailure(desired, error, pass);
    return true;
  }
}

/** A refusal is something the admin should read in a condition, as is what a pause held back; anything else is tried again. */
export function noteFailure(desired: KubeObject, error: unknown, pass: Pass): void {
  if (error instanceof WriteWithheld) {
    pass.withheld.push(describeObject(desired));
    return;
  }
  if (error instanceof ApiError && isRefusal(error)) {
    const { code, message } = error;
    pass.refused.push({ kind: desired.kind, name: desired.metadata.name, code, message });
  }
  pass.failures.push(error);
}

/** The API server understood and said no: forbidden by RBAC, a quota or a policy, or an object it finds invalid. */
function isRefusal(error: ApiError): boolean {
  return error.code === 400 || error.code === 403 || error.code === 404 || error.code === 422;
}
