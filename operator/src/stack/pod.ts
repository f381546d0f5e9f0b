/** What every pod of ours has in common: it passes Pod Security `restricted` and writes only where it is told. */
import { createHash } from 'node:crypto';
import type {
  EnvVar,
  PodSpec,
  Probe,
  TopologySpreadConstraint,
  Volume,
  VolumeMount,
} from 'kubernetes-types/core/v1.js';
import { labels, selector, type Part } from '../api/labels.ts';
import type { ResolvedApp, ResolvedImage, ResolvedPod, ResolvedResources } from '../api/resolved.ts';

/** Users of the official images. */
export const userIds = { mariadb: 999, redis: 999, kafka: 1000, zookeeper: 1000, memo: 65532 } as const;

/** The parts that are stores, and the container in which each of them runs. */
export const storeContainers = {
  database: 'mariadb',
  cache: 'redis',
  events: 'kafka',
  zookeeper: 'zookeeper',
} as const;

export type StorePart = keyof typeof storeContainers;

/** Pod-level fields that every pod carries; `uid` is also its group and, for volumes, its `fsGroup`. */
export function podDefaults(
  app: ResolvedApp,
  serviceAccount: string,
  uid: number,
): Pick<
  PodSpec,
  'automountServiceAccountToken' | 'enableServiceLinks' | 'imagePullSecrets' | 'securityContext' | 'serviceAccountName'
> {
  return {
    automountServiceAccountToken: false,
    // A Service called kafka would set KAFKA_* variables, which the Kafka image takes for its configuration.
    enableServiceLinks: false,
    ...(app.imagePullSecrets.length > 0 && { imagePullSecrets: [...app.imagePullSecrets] }),
    securityContext: {
      fsGroup: uid,
      fsGroupChangePolicy: 'OnRootMismatch',
      runAsGroup: uid,
      runAsNonRoot: true,
      runAsUser: uid,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    serviceAccountName: serviceAccount,
  };
}

/** Where the pods run, how they matter and how long they may take to stop: as the admin asks. */
export function placement(pod: ResolvedPod): Scheduling & Pick<PodSpec, 'terminationGracePeriodSeconds'> {
  return { ...scheduling(pod), terminationGracePeriodSeconds: pod.terminationGracePeriodSeconds };
}

/** Which nodes take the pods, and before which others. */
export function scheduling({
  affinity = {},
  nodeSelector,
  priorityClassName,
  tolerations,
}: Pick<ResolvedPod, keyof Scheduling>): Scheduling {
  return {
    ...(Object.keys(affinity).length > 0 && { affinity }),
    ...(Object.keys(nodeSelector).length > 0 && { nodeSelector: { ...nodeSelector } }),
    ...(priorityClassName !== undefined && { priorityClassName }),
    ...(tolerations.length > 0 && { tolerations: tolerations.map((toleration) => ({ ...toleration })) }),
  };
}

export type Scheduling = Pick<PodSpec, 'affinity' | 'nodeSelector' | 'priorityClassName' | 'tolerations'>;

/** Wished for, not asked for: a cluster of one node runs the app too. */
export function overNodes(app: ResolvedApp, part: Part): TopologySpreadConstraint {
  return {
    labelSelector: { matchLabels: selector(app, part) },
    maxSkew: 1,
    topologyKey: 'kubernetes.io/hostname',
    whenUnsatisfiable: 'ScheduleAnyway',
  };
}

/** Metadata of a pod template: the admin's labels and annotations, and ours over them. */
export function templateMetadata(
  app: ResolvedApp,
  part: Part,
  pod: ResolvedPod,
  annotations: Readonly<Record<string, string>>,
): { labels: Record<string, string>; annotations: Record<string, string> } {
  return { labels: { ...pod.labels, ...labels(app, part) }, annotations: { ...pod.annotations, ...annotations } };
}

/** Security context of every container. */
export const restricted = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  readOnlyRootFilesystem: true,
} as const;

/** The end of the log is kept with the exit code: a volume that is full shows there, and nowhere else. */
export const lastWords = { terminationMessagePolicy: 'FallbackToLogsOnError' } as const;

/** `repository:tag`, or `repository@digest` where one is pinned. */
export function imageReference({ repository, tag, digest }: ResolvedImage): string {
  return digest === undefined ? `${repository}:${tag}` : `${repository}@${digest}`;
}

export function resourcesOf({ requests, limits }: ResolvedResources): {
  limits: Record<string, string>;
  requests: Record<string, string>;
} {
  return { limits: { ...limits }, requests: { ...requests } };
}

/** A store may take an hour to recover; nothing may kill it meanwhile. */
export function startupWithinAnHour(probe: Pick<Probe, 'exec' | 'tcpSocket' | 'httpGet'>): Probe {
  return { ...probe, failureThreshold: 1800, periodSeconds: 2, timeoutSeconds: 5 };
}

/** Writable places of a read-only root: name of the volume to its mount path. */
export function scratch(paths: Readonly<Record<string, string>>): { volumes: Volume[]; mounts: VolumeMount[] } {
  return {
    volumes: Object.keys(paths).map((name) => ({ name, emptyDir: {} })),
    mounts: Object.entries(paths).map(([name, mountPath]) => ({ name, mountPath })),
  };
}

/** Some keys of a Secret as files: passwords are never in the environment. */
export interface MountedSecret {
  readonly volume: string;
  readonly secretName: string;
  readonly mountPath: string;
  readonly items: readonly { readonly key: string; readonly path: string }[];
}

/** The keys that are named and no others, read-only. */
export function secretMounts(secrets: readonly MountedSecret[]): { volumes: Volume[]; mounts: VolumeMount[] } {
  return {
    volumes: secrets.map(({ volume, secretName, items }) => ({
      name: volume,
      secret: { secretName, items: items.map((item) => ({ ...item })) },
    })),
    mounts: secrets.map(({ volume, mountPath }) => ({ name: volume, mountPath, readOnly: true })),
  };
}

/** A variable that holds what the pod itself is. */
export function fromPod(name: string, fieldPath: string): EnvVar {
  return { name, valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath } } };
}

/** A short hash of what a pod reads at its start, so that a change of it rolls the pod. */
export function contentHash(...content: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 16);
}
