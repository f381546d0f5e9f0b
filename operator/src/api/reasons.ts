/**
 * Every machine reason a condition can carry, with the sentence the documentation prints for it.
 * Alerts and scripts match on these words: a reason is added here or nowhere, and never changes its meaning.
 */
export const reasonMeanings = {
  AddressPending: 'The Ingress or HTTPRoute exists, but its controller has not taken it up yet.',
  APISilent:
    'API pods run, and none has answered the operator for two minutes: whether they reach their stores is not known.',
  ApplyRefused: 'The API server refused one of the children; the message quotes it.',
  Available: 'The part does what it was asked to do.',
  CertificatePending:
    'cert-manager has yet to fill the Secret that the Ingress names; its controller serves its default certificate.',
  CrashLoop: 'A container starts and ends again and again; the message names the pod whose log says why.',
  CredentialsKept:
    'The part serves with the account it was initialised with; the spec names another, which is not applied.',
  Creating: 'The part was asked for and its first pod is on its way.',
  DataMissing: 'Credentials of an earlier or initialised database are here, but its volume is gone.',
  Degraded: 'Some pods of a store with several are down, and it serves with the others; the message names them.',
  DiskFull: 'The volume of a store is full, and its container ends because of that.',
  Draining: 'Pods of an earlier state are on their way out.',
  GatewayAPIMissing: 'The spec asks for an HTTPRoute, and the cluster does not serve that kind.',
  ImagePull: 'An image cannot be pulled; the message names it.',
  IngressClassMissing: 'The cluster has no IngressClass of that name, or no default one.',
  JobFailed: 'The Job gave up; delete it to have it tried again.',
  LayoutChanged: 'The volumes found were written by another layout of Kafka (brokers or mode) than the spec asks for.',
  MetricsMissing: 'The autoscaler cannot read CPU metrics; the API runs at its present size.',
  Migrating: 'The schema migration is under way.',
  NameTaken: 'An object of a name this MemoApp needs belongs to somebody else.',
  NotConfigured: 'The spec asks for the app without this part.',
  Observing: 'The object was seen; its children have not been looked at yet.',
  OutOfMemory: 'A container was ended because it reached its memory limit.',
  Paused: 'The annotation memo.sogangcomputerclub.org/reconcile: paused keeps the operator from writing anything.',
  PodNotReady: 'A pod runs but is not ready yet.',
  PodNotStarted:
    'A pod has a node that does not start its containers: a volume is not attached or mounted, there is no network, or the container runtime fails; the message quotes it.',
  PodRefused: 'A pod cannot be made: Pod Security, a policy or a webhook refuses it; the message quotes it.',
  Progressing: 'Children are being brought to what the spec asks for.',
  QuorumLost: 'So many pods of a store are down that the others cannot serve; the message says how many it needs.',
  QuotaExceeded: 'A quota of the namespace leaves no room for a child or for a pod; the message names it.',
  ReferenceMissing:
    'A Secret or ConfigMap that the spec names, or a key of it, is not there or of no use; the message names both.',
  RouteRefused: 'A Gateway does not take the HTTPRoute; the message quotes it.',
  SecretMissing: 'A volume with data is here, but the Secret with its passwords is gone.',
  Stopped: 'spec.state is Stopped: every pod is stopped, and volumes, credentials and addresses are kept.',
  StoreDowngrade: 'The spec asks for an older store than the one that wrote the volume.',
  Unreachable: 'The API, or the migration before it, does not reach a store that others run, or is not let in.',
  Unschedulable: 'No node can take a pod; the message quotes the scheduler.',
  VolumeBinding: 'A pod waits for its volume, which the provisioner of the StorageClass is to make.',
  VolumeGrowing: 'A volume is smaller than asked for and is being grown; its store serves on.',
  VolumeKept:
    'The part serves with the volume it has; the spec asks for a larger one, and its StorageClass does not let volumes grow.',
  VolumePending: 'A volume claim cannot be bound: there is no such StorageClass, or no default one.',
  WaitingForAPI: 'Only the API can tell of this store, and none of its pods does yet.',
  WaitingForDatabase: 'The database has to be ready first.',
} as const;

/** A documented machine reason. */
export type Reason = keyof typeof reasonMeanings;

type ReasonNames = { readonly [R in Reason]: R };

/** The reasons by name, so that a misspelt one does not compile: `Reason.Available`. */
export const Reason: ReasonNames = Object.fromEntries(
  Object.keys(reasonMeanings).map((reason) => [reason, reason]),
) as ReasonNames;

const passing: ReadonlySet<Reason> = new Set([
  'AddressPending',
  'Available',
  'CertificatePending',
  'Creating',
  'Degraded',
  'Draining',
  'Migrating',
  'NotConfigured',
  'Observing',
  'PodNotReady',
  'Progressing',
  'Stopped',
  'VolumeBinding',
  'VolumeGrowing',
  'WaitingForAPI',
  'WaitingForDatabase',
]);

/** Whether nobody has to do anything: it is as asked, or will be after a while. */
export function passesByItself(reason: Reason): boolean {
  return passing.has(reason);
}

/** Whether a word from a stored status is still one of them. */
export function isReason(word: string): word is Reason {
  return word in reasonMeanings;
}
