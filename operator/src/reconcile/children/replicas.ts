/**
 * Who owns the number of API pods. Handing it to the autoscaler is staged: as long as ours is the only manager of the
 * field, leaving it out of an apply would reset it to 1. So a second field manager takes the live number first.
 */
import { names } from '../../api/names.ts';
import type { ResolvedApp } from '../../api/resolved.ts';
import { holdReplicas } from '../../runtime/apply/replicas.ts';
import { controllerOf, kindOf, type Kind, type KubeObject } from '../../runtime/object.ts';
import { ownsReplicas } from '../../runtime/watch/projection.ts';
import { noteFailure } from './children.ts';
import { fieldManager, type Dependencies } from '../dependencies.ts';
import type { Pass } from '../pass.ts';

/** Holds the live number until the autoscaler changes it. */
export const replicasManager = `${fieldManager}-replicas`;

const deploymentKind = kindOf('apps/v1', 'Deployment');
const autoscalerKind = kindOf('autoscaling/v2', 'HorizontalPodAutoscaler');

/** `handed`: our apply leaves the number out. Only where an autoscaler is wanted and another manager holds the number. */
export function replicasOwner(app: ResolvedApp, dependencies: Dependencies): 'ours' | 'handed' {
  if (!isAutoscaled(app)) return 'ours';
  const live = find(deploymentKind, app, dependencies);
  // Before there is a Deployment, and until the handing over is done, the number is ours.
  return live && isHanded(live) ? 'handed' : 'ours';
}

/**
 * After the children were applied: gives the number away to an autoscaler that is there. The next pass leaves it out. Not only
 * where all is well: as long as the number is ours each turn of the autoscaler is followed by an apply, which may set it back.
 */
export async function handOverReplicas(
  app: ResolvedApp,
  pass: Pass,
  dependencies: Dependencies,
  signal: AbortSignal,
): Promise<void> {
  if (!isAutoscaled(app)) return;
  const live = find(deploymentKind, app, dependencies);
  if (!live || isHanded(live) || !find(autoscalerKind, app, dependencies)) return;
  try {
    const written = await holdReplicas(dependencies.client, live, replicasManager, signal);
    dependencies.informers.store(deploymentKind).written(written);
    pass.again = true;
  } catch (error) {
    noteFailure(live, error, pass);
  }
}

/** A stopped app has no autoscaler: none of its pods is to come back. */
function isAutoscaled({ api, state }: ResolvedApp): boolean {
  return api.scale.mode === 'autoscaled' && state === 'Running';
}

/** undefined: there is none, or it is somebody else's, or on its way out. */
function find(kind: Kind, app: ResolvedApp, { informers }: Dependencies): KubeObject | undefined {
  const live = informers.store(kind).get(`${app.namespace}/${names(app).api}`);
  const isOurs = live !== undefined && controllerOf(live)?.uid === app.uid;
  return isOurs && live.metadata.deletionTimestamp === undefined ? live : undefined;
}

/**
 * Whether the second manager has ever taken the number. Its entry stays when the autoscaler changes the number (as an entry
 * without fields it goes, but then the number is the autoscaler's, and ours no longer).
 */
function isHanded(live: KubeObject): boolean {
  const entries = live.metadata.managedFields ?? [];
  if (entries.some((entry) => entry.manager === replicasManager && ownsReplicas(entry))) return true;
  return entries.length > 0 && !entries.some((entry) => entry.manager === fieldManager && ownsReplicas(entry));
}
