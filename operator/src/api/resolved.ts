/**
 * A MemoApp with nothing left open: every absent member replaced by what it means, every union a discriminated one, every
 * derived number computed. The stack is built from this and from nothing else of the object.
 */
import type { Problem } from './conditions.ts';
import type { MemoAppSpec } from './memoapp.ts';

export interface ResolvedApp {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly generation: number;
  /** The memo service release that is wanted. */
  readonly version: string;
  /** What the annotation `migrate` says, or said last. undefined: there has been none. */
  readonly migrateAgain: string | undefined;
  /** Stopped: every pod goes, everything else stays. */
  readonly state: 'Running' | 'Stopped';
  readonly deletionPolicy: 'Retain' | 'Delete';
  readonly imagePullSecrets: readonly { readonly name: string }[];
  readonly commonLabels: Readonly<Record<string, string>>;
  readonly api: ResolvedApi;
  readonly database: ResolvedDatabase;
  readonly cache: ResolvedCache;
  readonly events: ResolvedEvents;
  readonly route: ResolvedRoute;
  readonly networkPolicy: ResolvedNetworkPolicy;
  /** What the spec asks for and must not be done, found by looking at what is recorded of the stores. */
  readonly problems: readonly Problem[];
}

/** An image without its tag: the tag of the service image is always the release. */
export interface ResolvedImage {
  readonly repository: string;
  readonly tag: string;
  /** `sha256:...`, in force over the tag. */
  readonly digest: string | undefined;
}

/** Canonical quantities, as the API server would print them. */
export interface ResolvedResources {
  readonly requests: Readonly<Record<string, string>>;
  readonly limits: Readonly<Record<string, string>>;
}

export interface ResolvedStorage {
  readonly size: string;
  /** undefined: the cluster's default StorageClass. */
  readonly className: string | undefined;
}

export type ResolvedScale =
  | { readonly mode: 'fixed'; readonly replicas: number }
  | {
      readonly mode: 'autoscaled';
      readonly minReplicas: number;
      readonly maxReplicas: number;
      readonly targetCPUUtilizationPercentage: number;
      /** undefined: Kubernetes' own. */
      readonly behavior: NonNullable<NonNullable<MemoAppSpec['api']>['autoscaling']>['behavior'];
    };

/** Where and how the pods of a part run. */
export interface ResolvedPod {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly tolerations: readonly Toleration[];
  readonly affinity: PodSpec['affinity'];
  readonly priorityClassName: string | undefined;
  readonly terminationGracePeriodSeconds: number;
}

type PodSpec = NonNullable<NonNullable<MemoAppSpec['api']>['pod']>;
type Toleration = NonNullable<PodSpec['tolerations']>[number];

export interface ResolvedApi {
  /** Without the tag; the release that runs may lag behind `ResolvedApp.version` while a migration is under way. */
  readonly image: Omit<ResolvedImage, 'tag'>;
  readonly scale: ResolvedScale;
  readonly resources: ResolvedResources;
  readonly connectionPool: { readonly min: number; readonly max: number };
  readonly logLevel: string;
  readonly allowedOrigins: readonly string[];
  readonly legacyPaths: 'Enabled' | 'Deprecated' | 'Disabled';
  /** undefined: open to everyone. */
  readonly auth: ResolvedAuth | undefined;
  readonly rateLimits: ResolvedRateLimits;
  /** Networks in CIDR form. */
  readonly trustedProxies: readonly string[];
  readonly maxUnavailable: number;
  /** Of the admin, beside ours. */
  readonly env: NonNullable<NonNullable<MemoAppSpec['api']>['env']>;
  readonly pod: ResolvedPod;
  readonly topologySpread: 'Default' | 'Disabled';
}

/** The access tokens that are asked for. */
export interface ResolvedAuth {
  readonly issuer: string;
  readonly audience: string;
  readonly rolesClaim: string;
  /** Either this or `secret`. Without both the service refuses to start, so that it is never open by accident. */
  readonly jwksUrl: string | undefined;
  readonly secret: ResolvedKey | undefined;
}

/** A class that is absent is not limited. */
export type ResolvedRateLimits = Readonly<
  Partial<Record<'read' | 'write' | 'search', { readonly requests: number; readonly per: string }>>
>;

/** One key of a Secret that the spec names. */
export interface ResolvedKey {
  readonly secretName: string;
  readonly key: string;
}

/** A Secret that the spec names, with the keys of an account in it. */
export interface ResolvedAccount {
  readonly secretName: string;
  /** undefined: the store's default user. */
  readonly usernameKey: string | undefined;
  readonly passwordKey: string;
}

export interface ResolvedTls {
  readonly mode: 'VerifyCA' | 'VerifyFull';
  /** undefined: the public authorities. */
  readonly ca: ResolvedKey | undefined;
}

export type ResolvedDatabase = ManagedDatabase | ExternalDatabase;

export interface ExternalDatabase {
  readonly mode: 'external';
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly account: ResolvedAccount;
  /** undefined: the migration uses `account` too. */
  readonly migrationAccount: ResolvedAccount | undefined;
  /** undefined: plain text. */
  readonly tls: ResolvedTls | undefined;
}

export interface ManagedDatabase {
  readonly mode: 'managed';
  readonly image: ResolvedImage;
  readonly version: string;
  readonly storage: ResolvedStorage;
  readonly resources: ResolvedResources;
  readonly maxConnections: number;
  readonly bufferPoolBytes: number;
  /** Of the admin, over ours: names as `SHOW VARIABLES` has them. */
  readonly settings: Readonly<Record<string, string>>;
  /** The account of the API that the first initialisation makes. undefined: a generated one. */
  readonly account: ResolvedAccount | undefined;
  readonly pod: ResolvedPod;
}

export type ResolvedCache = { readonly ttl: string } & (ManagedCache | ExternalCache | { readonly mode: 'disabled' });

export interface ManagedCache {
  readonly mode: 'managed';
  readonly image: ResolvedImage;
  readonly maxMemoryPolicy: string;
  readonly maxMemoryBytes: number;
  readonly resources: ResolvedResources;
  readonly pod: ResolvedPod;
}

export interface ExternalCache {
  readonly mode: 'external';
  readonly url: string;
  readonly account: ResolvedAccount | undefined;
  readonly tls: ResolvedTls | undefined;
}

export interface ResolvedZooKeeper {
  readonly image: ResolvedImage;
  readonly version: string;
  readonly replicas: number;
  readonly storage: ResolvedStorage;
  readonly resources: ResolvedResources;
  readonly heapMebibytes: number;
}

export interface ManagedEvents {
  readonly mode: 'managed';
  readonly image: ResolvedImage;
  readonly version: string;
  readonly replicas: number;
  readonly storage: ResolvedStorage;
  readonly resources: ResolvedResources;
  readonly heapMebibytes: number;
  /** undefined: KRaft, each broker also a controller. */
  readonly zooKeeper: ResolvedZooKeeper | undefined;
  readonly pod: ResolvedPod;
}

export interface ExternalEvents {
  readonly mode: 'external';
  readonly bootstrapServers: readonly string[];
  readonly sasl: { readonly mechanism: string; readonly account: ResolvedAccount } | undefined;
  readonly tls: ResolvedTls | undefined;
  readonly createTopic: 'IfMissing' | 'Never';
}

export interface ResolvedTopic {
  readonly name: string;
  readonly partitions: number;
  /** undefined: the smaller of 3 and the brokers that an external Kafka turns out to have. */
  readonly replicationFactor: number | undefined;
  /** In-sync replicas a write waits for; below `replicationFactor` where there is more than one. undefined: an external Kafka's own. */
  readonly minInSyncReplicas: number | undefined;
  readonly retention: string;
}

export type ResolvedEvents = { readonly topic: ResolvedTopic; readonly updateEvents: 'Enabled' | 'Disabled' } & (
  ManagedEvents | ExternalEvents | { readonly mode: 'disabled' }
);

export type ResolvedRoute =
  | { readonly mode: 'none' }
  | {
      readonly mode: 'routed';
      readonly hostnames: readonly string[];
      /** One of the two at least. */
      readonly ingress: ResolvedIngress | undefined;
      readonly gateway: ResolvedGateway | undefined;
    };

export interface ResolvedIngress {
  /** undefined: the cluster's default IngressClass. */
  readonly className: string | undefined;
  readonly tlsSecretName: string | undefined;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface ResolvedGateway {
  readonly parentRefs: readonly {
    readonly name: string;
    readonly namespace?: string;
    readonly sectionName?: string;
    readonly port?: number;
  }[];
}

/** Whom a network policy lets in: a peer as in networking.k8s.io/v1. */
export type NetworkPeer = NonNullable<NonNullable<MemoAppSpec['networkPolicy']>['allowFrom']>[number];

export type ResolvedNetworkPolicy =
  | { readonly mode: 'Disabled' }
  | {
      readonly mode: 'Enabled';
      /** Empty: port 8000 from anywhere. */
      readonly allowFrom: readonly NetworkPeer[];
      /** Where the operator asks from. undefined: outside the cluster, as in development. */
      readonly operatorNamespace: string | undefined;
    };

/** What is known of a store's data. */
export interface RecordedStore {
  /** The latest version that has run on it; absent: none has, its volumes are empty. */
  readonly version?: string;
  /** How the members of Kafka or ZooKeeper were laid out when the volumes were made. */
  readonly layout?: string;
}

/** The few facts beyond the object that decide what absent members mean. */
export interface ClusterFacts {
  /** The memo service release this operator installs where none is asked for. */
  readonly release: string;
  /** Where the operator itself runs. undefined: outside the cluster, as in development. */
  readonly operatorNamespace?: string;
  /** Read from the volumes that are there, also of an earlier MemoApp of the same name, and from the pods on them. */
  readonly volumes: {
    readonly database?: RecordedStore;
    readonly events?: RecordedStore;
    readonly zookeeper?: RecordedStore;
  };
}
