/**
 * The truth table: what a cluster shows, and what the conditions make of it. The documentation prints it, and
 * `test/operator/truth/truth.test.ts` makes every row of it on a cluster and looks.
 */
import type { ConditionType } from './conditions.ts';
import type { Reason } from './reasons.ts';

export interface State {
  /** What the API server shows. */
  readonly seen: string;
  /** Which condition says so; `part`: that of the part whose pods they are. `Ready` repeats it. Absent: they stay as they were. */
  readonly says?: { readonly condition: ConditionType | 'part'; readonly reason: Reason };
  readonly course: Course;
}

/** Where it leads, as tools that wait for a MemoApp understand it. */
export type Course = 'goes on' | 'needs a person' | 'done' | 'paused' | 'deleted';

/** How tools read each course: by config/argocd/health, by the general rules of kstatus, and Flux by config/flux. */
export const verdicts: Readonly<
  Record<Course, { readonly argo: string; readonly kstatus: string; readonly flux: string }>
> = {
  'goes on': { argo: 'Progressing', kstatus: 'InProgress', flux: 'InProgress' },
  'needs a person': { argo: 'Degraded', kstatus: 'Failed', flux: 'Failed' },
  done: { argo: 'Healthy', kstatus: 'Current', flux: 'Current' },
  paused: { argo: 'Suspended', kstatus: 'InProgress', flux: 'InProgress' },
  deleted: { argo: 'Progressing', kstatus: 'Terminating', flux: 'InProgress' },
};

export const states = {
  'An image cannot be pulled': {
    seen: 'a container waits: `ErrImagePull`, `ImagePullBackOff`, `InvalidImageName` and the like',
    says: { condition: 'part', reason: 'ImagePull' },
    course: 'goes on',
  },
  'A container ends again and again': {
    seen: 'it waits with `CrashLoopBackOff`, or has ended twice within ten minutes of its start',
    says: { condition: 'part', reason: 'CrashLoop' },
    course: 'goes on',
  },
  'A container reached its memory limit': {
    seen: 'it ended last with `OOMKilled`, and is not ready',
    says: { condition: 'part', reason: 'OutOfMemory' },
    course: 'goes on',
  },
  'A volume is full': {
    seen: 'the log of a store that ended last says `No space left on device`',
    says: { condition: 'part', reason: 'DiskFull' },
    course: 'goes on',
  },
  'A volume is not there yet': {
    seen: 'a claim is not bound, and a pod of it has no node',
    says: { condition: 'part', reason: 'VolumeBinding' },
    course: 'goes on',
  },
  'There is no such StorageClass': {
    seen: 'a claim is not bound, and names a class that is not there, or none where none is the default',
    says: { condition: 'part', reason: 'VolumePending' },
    course: 'goes on',
  },
  'A quota has no room for a pod': {
    seen: '`ReplicaFailure` of the Deployment; Events of a StatefulSet or a Job that lacks pods: `exceeded quota`',
    says: { condition: 'part', reason: 'QuotaExceeded' },
    course: 'goes on',
  },
  'A quota has no room for a child': {
    seen: 'the API server refuses the apply: `exceeded quota`',
    says: { condition: 'Ready', reason: 'QuotaExceeded' },
    course: 'goes on',
  },
  'A policy refuses a child': {
    seen: 'the API server refuses the apply, and it is no quota: a LimitRange, a webhook, a policy. `Stalled` where it finds the child invalid',
    says: { condition: 'Ready', reason: 'ApplyRefused' },
    course: 'goes on',
  },
  'A name is taken': {
    seen: 'an object of a name that this MemoApp needs has another owner, or none',
    says: { condition: 'Stalled', reason: 'NameTaken' },
    course: 'needs a person',
  },
  'A child of before is on its way out': {
    seen: '`metadata.deletionTimestamp` of a child, or its owner is a MemoApp of this name that is gone',
    says: { condition: 'Ready', reason: 'Draining' },
    course: 'goes on',
  },
  'The Secret of a volume is gone': {
    seen: 'the claim of the database is there, and one of the Secrets `<name>-database-...` is not',
    says: { condition: 'Stalled', reason: 'SecretMissing' },
    course: 'needs a person',
  },
  'The volume of a Secret is gone': {
    seen: 'the Secrets were made for an earlier MemoApp, or the database has served, and its claim is not there or was made anew',
    says: { condition: 'Stalled', reason: 'DataMissing' },
    course: 'needs a person',
  },
  'An older store is asked for than has run': {
    seen: '`memo.sogangcomputerclub.org/store-version` of a claim, or of a pod on it, is later than the `version` of the spec',
    says: { condition: 'Stalled', reason: 'StoreDowngrade' },
    course: 'needs a person',
  },
  'Other brokers are asked for than wrote the volumes': {
    seen: '`memo.sogangcomputerclub.org/store-layout` of a claim is another than the spec asks for',
    says: { condition: 'Stalled', reason: 'LayoutChanged' },
    course: 'needs a person',
  },
  'A volume is being grown': {
    seen: 'the capacity of a claim is below what it asks for; `APIAvailable` stays True',
    says: { condition: 'Ready', reason: 'VolumeGrowing' },
    course: 'goes on',
  },
  'A volume cannot grow': {
    seen: 'the spec asks for more than the claim does, and the StorageClass has no `allowVolumeExpansion`; `Ready` stays True and says so too',
    says: { condition: 'part', reason: 'VolumeKept' },
    course: 'done',
  },
  'A store of others is not reached': {
    seen: '`/health` of an API pod calls it `unhealthy`',
    says: { condition: 'part', reason: 'Unreachable' },
    course: 'goes on',
  },
  'No node takes a pod': {
    seen: '`PodScheduled` is False, `Unschedulable`, and it is not about a volume',
    says: { condition: 'part', reason: 'Unschedulable' },
    course: 'goes on',
  },
  'A node does not start a pod': {
    seen: 'no container of it is started half a minute after it got its node; Events about it: `FailedAttachVolume`, `FailedMount`, `FailedCreatePodSandBox` and the like. Or a container waits with `CreateContainerError` or `CreateContainerConfigError`',
    says: { condition: 'part', reason: 'PodNotStarted' },
    course: 'goes on',
  },
  'Pod Security refuses a pod': {
    seen: '`ReplicaFailure` of the Deployment; Events of a StatefulSet or a Job that lacks pods: `violates PodSecurity`',
    says: { condition: 'part', reason: 'PodRefused' },
    course: 'goes on',
  },
  'A Secret is missing': {
    seen: 'there is none of the name that the spec says',
    says: { condition: 'Ready', reason: 'ReferenceMissing' },
    course: 'goes on',
  },
  'A key of a Secret is missing': {
    seen: 'the Secret is there, without the key that the spec says',
    says: { condition: 'Ready', reason: 'ReferenceMissing' },
    course: 'goes on',
  },
  'A Secret of the environment is missing': {
    seen: 'a container waits with `CreateContainerConfigError`, and the message is about a Secret or a ConfigMap',
    says: { condition: 'part', reason: 'ReferenceMissing' },
    course: 'goes on',
  },
  'The Ingress has no address': {
    seen: 'its status has none, and its IngressClass is there; `APIAvailable` stays True',
    says: { condition: 'RouteReady', reason: 'AddressPending' },
    course: 'goes on',
  },
  'There is no such IngressClass': {
    seen: 'the Ingress has no address, and names a class that is not there, or none where none is the default; `APIAvailable` stays True',
    says: { condition: 'RouteReady', reason: 'IngressClassMissing' },
    course: 'goes on',
  },
  'The certificate of the Ingress is missing': {
    seen: 'there is no Secret of the name that the spec says, or nothing in its `tls.crt` or `tls.key`; `APIAvailable` stays True',
    says: { condition: 'RouteReady', reason: 'ReferenceMissing' },
    course: 'goes on',
  },
  'The certificate of the Ingress is awaited': {
    seen: 'the same, and the Ingress has an address, and names an issuer: `cert-manager.io/cluster-issuer` or `cert-manager.io/issuer`',
    says: { condition: 'RouteReady', reason: 'CertificatePending' },
    course: 'goes on',
  },
  'The Gateway API is missing': {
    seen: 'discovery has no HTTPRoute',
    says: { condition: 'RouteReady', reason: 'GatewayAPIMissing' },
    course: 'goes on',
  },
  'The migration failed': {
    seen: 'its Job is `Failed`',
    says: { condition: 'SchemaMigrated', reason: 'JobFailed' },
    course: 'needs a person',
  },
  'One broker of three is down': {
    seen: 'the topic has been made, and fewer pods are ready than there should be, but as many as are needed',
    says: { condition: 'EventsReady', reason: 'Degraded' },
    course: 'goes on',
  },
  'Two brokers of three are down': {
    seen: 'the topic has been made, and fewer pods are ready than are needed: of KRaft brokers and of ZooKeeper more than half',
    says: { condition: 'EventsReady', reason: 'QuorumLost' },
    course: 'goes on',
  },
  'One ZooKeeper server of three is down': {
    seen: 'as with brokers',
    says: { condition: 'EventsReady', reason: 'Degraded' },
    course: 'goes on',
  },
  'Two ZooKeeper servers of three are down': {
    seen: 'as with brokers',
    says: { condition: 'EventsReady', reason: 'QuorumLost' },
    course: 'goes on',
  },
  'One API pod of two is down': {
    seen: 'fewer pods are ready than there should be; `APIAvailable` stays True',
    says: { condition: 'Ready', reason: 'PodNotReady' },
    course: 'goes on',
  },
  'The autoscaler has no metrics': {
    seen: '`ScalingActive` of the HorizontalPodAutoscaler is False, and not only for want of metrics of new pods; `APIAvailable` stays True',
    says: { condition: 'Ready', reason: 'MetricsMissing' },
    course: 'goes on',
  },
  'It is stopped': {
    seen: '`spec.state: Stopped`, and every pod is gone; `APIAvailable` is False',
    says: { condition: 'Ready', reason: 'Stopped' },
    course: 'done',
  },
  'It is paused, and not as the spec asks': {
    seen: 'the annotation `memo.sogangcomputerclub.org/reconcile: paused`, and something would be written without it',
    says: { condition: 'Ready', reason: 'Paused' },
    course: 'paused',
  },
  'It is being deleted': {
    seen: '`metadata.deletionTimestamp`; no condition changes any more',
    course: 'deleted',
  },
} as const satisfies Readonly<Record<string, State>>;

export type StateName = keyof typeof states;

export const stateNames = Object.keys(states) as readonly StateName[];
