/** Plays the controllers and kubelets of a cluster that has none, so that a thousand MemoApps turn Ready and have finished Jobs. */
import { kindOf, type Kind, type KubeObject } from '../../../operator/src/runtime/object.ts';
import { sideBySide, type Field } from './field.ts';

interface Scaled extends KubeObject {
  readonly spec?: { readonly replicas?: number };
  readonly status?: { readonly replicas?: number; readonly observedGeneration?: number };
}

interface Job extends KubeObject {
  readonly status?: { readonly conditions?: readonly unknown[] };
}

const statefulSets = kindOf<Scaled>('apps/v1', 'StatefulSet');
const deployments = kindOf<Scaled>('apps/v1', 'Deployment');
const claims = kindOf('v1', 'PersistentVolumeClaim');
const jobs = kindOf<Job>('batch/v1', 'Job');
const autoscalers = kindOf('autoscaling/v2', 'HorizontalPodAutoscaler');
const ingresses = kindOf('networking.k8s.io/v1', 'Ingress');

/** Until nothing that the operator makes is left to be played. @returns how many Jobs have finished */
export async function playReadiness(field: Field): Promise<number> {
  await each(field, claims, () => ({ phase: 'Bound', capacity: { storage: '10Gi' } }));
  await each(field, autoscalers, () => ({
    currentReplicas: 2,
    desiredReplicas: 2,
    conditions: [
      { type: 'ScalingActive', status: 'True', reason: 'ValidMetricFound', message: 'played' },
      { type: 'AbleToScale', status: 'True', reason: 'ReadyForNewScale', message: 'played' },
    ],
  }));
  await field.admin.create({
    ...kindOf('networking.k8s.io/v1', 'IngressClass'),
    metadata: { name: 'bench', annotations: { 'ingressclass.kubernetes.io/is-default-class': 'true' } },
    spec: { controller: 'bench.example/played' },
  });
  await each(field, ingresses, () => ({ loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } }));
  for (;;) {
    await each(field, statefulSets, replicasOf, isBehind);
    await each(field, deployments, replicasOf, isBehind);
    await each(field, jobs, finished, ({ status }) => (status?.conditions ?? []).length === 0);
    await field.quiet(5);
    const { items } = await field.admin.list(jobs);
    const open = items.filter(({ status }) => (status?.conditions ?? []).length === 0);
    const behind = (await field.admin.list(statefulSets)).items.filter(isBehind);
    if (open.length === 0 && behind.length === 0) return items.length;
  }
}

async function each<T extends KubeObject>(
  field: Field,
  kind: Kind<T>,
  statusOf: (object: T) => object,
  wanted: (object: T) => boolean = () => true,
): Promise<void> {
  const { items } = await field.admin.list(kind);
  await sideBySide(items.filter(wanted), async (object) => {
    const { namespace = '', name } = object.metadata;
    const patch = { type: 'merge', body: { status: statusOf(object) } } as const;
    await field.admin.patch(kind, { namespace, name }, patch, { subresource: 'status', fieldManager: 'bench' });
  });
}

function isBehind({ metadata, spec, status }: Scaled): boolean {
  return (status?.replicas ?? 0) !== (spec?.replicas ?? 1) || status?.observedGeneration !== metadata.generation;
}

function replicasOf({ metadata, spec }: Scaled): object {
  const replicas = spec?.replicas ?? 1;
  return {
    observedGeneration: metadata.generation ?? 1,
    replicas,
    readyReplicas: replicas,
    updatedReplicas: replicas,
    availableReplicas: replicas,
  };
}

function finished(): object {
  const at = new Date().toISOString().replace(/\.\d+/, '');
  const condition = { status: 'True', lastProbeTime: at, lastTransitionTime: at };
  return {
    startTime: at,
    completionTime: at,
    succeeded: 1,
    conditions: [
      { type: 'SuccessCriteriaMet', ...condition },
      { type: 'Complete', ...condition },
    ],
  };
}
