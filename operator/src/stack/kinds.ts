/** The kinds the operator watches and writes. */
import type { ObservedKind } from './observed.ts';

export interface WatchedKind {
  readonly kind: string;
  /** `apps/v1`, `v1`, ... */
  readonly apiVersion: string;
  readonly plural: string;
  readonly scope: 'Namespaced' | 'Cluster';
  /** `child`: written by us, watched by our label. `clue`: only read, to say what is wrong. */
  readonly role: 'child' | 'clue';
  /** Not every cluster serves it. */
  readonly optional?: true;
}

const namespaced = { scope: 'Namespaced', role: 'child' } as const;

/** Children are watched by the label `memo.sogangcomputerclub.org/app`. Generated Secrets are not watched: they are read by name. */
export const watchedKinds: readonly WatchedKind[] = [
  { kind: 'ServiceAccount', apiVersion: 'v1', plural: 'serviceaccounts', ...namespaced },
  { kind: 'ConfigMap', apiVersion: 'v1', plural: 'configmaps', ...namespaced },
  { kind: 'Service', apiVersion: 'v1', plural: 'services', ...namespaced },
  { kind: 'PersistentVolumeClaim', apiVersion: 'v1', plural: 'persistentvolumeclaims', ...namespaced },
  { kind: 'StatefulSet', apiVersion: 'apps/v1', plural: 'statefulsets', ...namespaced },
  { kind: 'Deployment', apiVersion: 'apps/v1', plural: 'deployments', ...namespaced },
  { kind: 'Job', apiVersion: 'batch/v1', plural: 'jobs', ...namespaced },
  {
    kind: 'HorizontalPodAutoscaler',
    apiVersion: 'autoscaling/v2',
    plural: 'horizontalpodautoscalers',
    ...namespaced,
  },
  { kind: 'PodDisruptionBudget', apiVersion: 'policy/v1', plural: 'poddisruptionbudgets', ...namespaced },
  { kind: 'Ingress', apiVersion: 'networking.k8s.io/v1', plural: 'ingresses', ...namespaced },
  {
    kind: 'HTTPRoute',
    apiVersion: 'gateway.networking.k8s.io/v1',
    plural: 'httproutes',
    optional: true,
    ...namespaced,
  },
  { kind: 'NetworkPolicy', apiVersion: 'networking.k8s.io/v1', plural: 'networkpolicies', ...namespaced },
  { kind: 'Pod', apiVersion: 'v1', plural: 'pods', scope: 'Namespaced', role: 'clue' },
  { kind: 'StorageClass', apiVersion: 'storage.k8s.io/v1', plural: 'storageclasses', scope: 'Cluster', role: 'clue' },
  {
    kind: 'IngressClass',
    apiVersion: 'networking.k8s.io/v1',
    plural: 'ingressclasses',
    scope: 'Cluster',
    role: 'clue',
  },
];

/**
 * Kinds that are pruned when the spec no longer asks for them. Claims and Secrets are not among them: what holds data
 * or opens it goes only with the MemoApp, and only where `deletionPolicy: Delete` says so.
 */
export const prunedKinds: readonly string[] = watchedKinds
  .filter(({ kind, role }) => role === 'child' && kind !== 'PersistentVolumeClaim')
  .map(({ kind }) => kind);

/** Kinds whose content health or the stack reads; of the others only presence and drift matter. */
export const readKinds: readonly ObservedKind[] = [
  'Deployment',
  'StatefulSet',
  'HorizontalPodAutoscaler',
  'Job',
  'PersistentVolumeClaim',
  'Pod',
  'HTTPRoute',
  'Ingress',
  'IngressClass',
  'StorageClass',
];
