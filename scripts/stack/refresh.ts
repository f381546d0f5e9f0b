/** Pods that run an older image of the same name are replaced: a rebuilt image reaches a local cluster only this way. */
import { names } from '../../operator/src/api/names.ts';
import { selectorText } from '../../operator/src/api/labels.ts';
import { isStale } from './images.ts';
import { rerunJobs } from './jobs.ts';
import type { Kubectl } from './kubectl.ts';
import { operator } from './manifests.ts';
import type { AppName } from './memoapp.ts';
import { operatorPods } from './operator.ts';

/** @returns whether it was older */
export async function refreshOperator(kubectl: Kubectl, id: string): Promise<boolean> {
  if (!(await isStale(kubectl, operatorPods, id))) return false;
  await kubectl.run(['rollout', 'restart', `deployment/${operator.name}`, '-n', operator.namespace]);
  return true;
}

/**
 * Migrates with the new image first: the operator runs a migration once for each release, and here the release is the
 * same.
 * @returns whether it was older
 */
export async function refreshService(kubectl: Kubectl, app: AppName, id: string): Promise<boolean> {
  const { namespace } = app;
  if (!(await isStale(kubectl, { namespace, selector: selectorText(app, 'api') }, id))) return false;
  await rerunJobs(kubectl, { namespace, selector: selectorText(app, 'migrate') });
  await kubectl.run(['rollout', 'restart', `deployment/${names(app).api}`, '-n', namespace]);
  return true;
}
