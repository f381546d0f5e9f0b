/**
 * Handing `spec.replicas` over. The field manager that applied it owns it, and an apply that leaves it out sets it back to 1.
 * So a second field manager takes the live number first and holds it, until an autoscaler or the first manager changes it.
 */
import type { ApiClient } from '../client/client.ts';
import type { KubeObject } from '../object.ts';
import { ownsReplicas } from '../watch/projection.ts';

/** Whether an apply of `manager` without the number would reset it: `manager`, and no other manager of `all`, owns it. */
export function wouldReset(live: KubeObject, manager: string, holder: string): boolean {
  const owners = (live.metadata.managedFields ?? []).filter(ownsReplicas);
  return (
    owners.some((entry) => entry.manager === manager && entry.operation === 'Apply') &&
    !owners.some((entry) => entry.manager === holder)
  );
}

/** Makes `holder` an owner of the live number. Nothing in the object changes but its owners. */
export async function holdReplicas(
  client: ApiClient,
  live: KubeObject,
  holder: string,
  signal?: AbortSignal,
): Promise<KubeObject> {
  const { apiVersion, kind, metadata } = live;
  const { name, namespace, uid } = metadata;
  const body: KubeObject = {
    apiVersion,
    kind,
    metadata: { name, ...(namespace !== undefined && { namespace }), ...(uid !== undefined && { uid }) },
    spec: { replicas: replicasOf(live) },
  };
  // Not forced: should the number have changed meanwhile, the conflict makes the caller look again.
  return client.apply(body, { fieldManager: holder, force: false, ...(signal && { signal }) });
}

/** `spec.replicas`; 1 where it is not said. */
export function replicasOf(object: KubeObject): number {
  return replicasIn(object) ?? 1;
}

/** Whether the object says how many replicas it wants. */
export function saysReplicas(object: KubeObject): boolean {
  return replicasIn(object) !== undefined;
}

function replicasIn(object: KubeObject): number | undefined {
  const spec = object['spec'];
  if (typeof spec !== 'object' || spec === null || !('replicas' in spec)) return undefined;
  return typeof spec.replicas === 'number' ? spec.replicas : undefined;
}
