/** Whether a workload has come to run what it is to run: one rule for Deployments and StatefulSets. */
import type { Deployment, StatefulSet } from 'kubernetes-types/apps/v1.js';

type Workload = Deployment | StatefulSet;

/** Whether its template has the image: a pass that could not apply its own must not take the old pods for the new ones. */
export function hasImage({ spec }: Workload, image: string): boolean {
  return spec?.template.spec?.containers.some((container) => container.image === image) ?? false;
}

/** Whether every pod is there, of the newest template. */
export function isSettled({ metadata, status }: Workload, replicas: number): boolean {
  const { observedGeneration, replicas: made = 0, updatedReplicas = 0 } = status ?? {};
  return observedGeneration === metadata?.generation && updatedReplicas === replicas && made === replicas;
}
