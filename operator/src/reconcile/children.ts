/** Applying the wanted children side by side, and turning what the API server says of each into what the pass reports. */
import { Reason } from '../api/reasons.ts';
import type { ResolvedApp } from '../api/resolved.ts';
import { partLabel } from '../api/labels.ts';
import { ApiError } from '../runtime/client/error.ts';
import { describeObject, type KubeObject } from '../runtime/object.ts';
import type { Part } from '../api/labels.ts';
import type { Dependencies } from './dependencies.ts';
import { isRetained } from './observe.ts';
import type { Pass } from './pass.ts';

/** Applies every object; none waits for another, and one that fails holds up none. */
export async function applyAll(
  objects: readonly KubeObject[],
  app: ResolvedApp,
  pass: Pass,
  dependencies: Dependencies,
  signal: AbortSignal,
): Promise<void> {
  pass.wanted.push(...objects);
  await Promise.all(objects.map((object) => applyOne(object, app, pass, dependencies, signal)));
}

async function applyOne(
  desired: KubeObject,
  app: ResolvedApp,
  pass: Pass,
  { applier, log }: Dependencies,
  signal: AbortSignal,
): Promise<void> {
  const part = desired.metadata.labels?.[partLabel] as Part;
  try {
    const outcome = await applier.apply(desired, {
      owner: app.uid,
      signal,
      adopt: (live) => isRetained(live, app, part),
    });
    switch (outcome.result) {
      case 'unchanged':
        return;
      case 'created':
      case 'applied':
        log.info({ object: describeObject(desired), app: `${app.namespace}/${app.name}` }, outcome.result);
        return;
      case 'terminating':
        pass.terminating.push(outcome.object);
        return;
      case 'name-taken': {
        const holder = outcome.holder ? `${outcome.holder.kind} ${outcome.holder.name}` : 'nobody we know';
        pass.problems.push({
          reason: Reason.NameTaken,
          message: `${describeObject(desired)} exists and belongs to ${holder}; rename or delete it, or rename this MemoApp`,
        });
      }
    }
  } catch (error) {
    noteFailure(desired, error, pass);
  }
}

/** A refusal is something the admin should read in a condition; anything else is tried again. */
export function noteFailure(desired: KubeObject, error: unknown, pass: Pass): void {
  if (error instanceof ApiError && isRefusal(error)) {
    pass.refused.push({ kind: desired.kind, name: desired.metadata.name, message: error.message });
  }
  pass.failures.push(error);
}

/** The API server understood and said no: forbidden by RBAC, a quota or a policy, or an object it finds invalid. */
function isRefusal(error: ApiError): boolean {
  return error.code === 400 || error.code === 403 || error.code === 404 || error.code === 422;
}
