/**
 * A MemoApp with nothing left open: every absent member replaced by what it means, every union a discriminated one, every
 * derived number computed. The stack is built from this and from nothing else of the object.
 */
import type { Problem } from './conditions.ts';

export interface ResolvedApp {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly generation: number;
  /** The memo service release that is wanted. */
  readonly version: string;
  readonly deletionPolicy: 'Retain' | 'Delete';
  readonly imagePullSecrets: readonly { readonly name: string }[];
  readonly commonLabels: Readonly<Record<string, string>>;
  readonly api: ResolvedApi;
  readonly database: ResolvedDatabase;
  readonly cache: ResolvedCache;
  readonly events: ResolvedEvents;
  readonly route: ResolvedRoute;
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
    };

export interface ResolvedApi {
  /** Without the tag; the release that runs may lag behind `ResolvedApp.version` while a migration is under way. */
  readonly image: Omit<ResolvedImage, 'tag'>;
  readonly scale: ResolvedScale;
  readonly resources: ResolvedResources;
  readonly connectionPool: { readonly min: number; readonly max: number };
  readonly logLevel: string;
  readonly allowedOrigins: readonly string[];
  readonly legacyPaths: 'Enabled' | 'Disabled';
  readonly maxUnavailable: number;
}

export interface ResolvedDatabase {
  readonly mode: 'managed';
  readonly image: ResolvedImage;
  readonly version: string;
  readonly storage: ResolvedStorage;
  readonly resources: ResolvedResources;
  readonly maxConnections: number;
  readonly bufferPoolBytes: number;
}

export type ResolvedCache = { readonly ttl: string } & (
  | {
      readonly mode: 'managed';
      readonly image: ResolvedImage;
      readonly maxMemoryPolicy: string;
      readonly maxMemoryBytes: number;
      readonly resources: ResolvedResources;
    }
  | { readonly mode: 'disabled' }
);

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
}

export interface ResolvedTopic {
  readonly name: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  /** In-sync replicas a write waits for; below `replicationFactor` where there is more than one. */
  readonly minInSyncReplicas: number;
  readonly retention: string;
}

export type ResolvedEvents = { readonly topic: ResolvedTopic; readonly updateEvents: 'Enabled' | 'Disabled' } & (
  ManagedEvents | { readonly mode: 'disabled' }
);

export type ResolvedRoute =
  | { readonly mode: 'none' }
  | {
      readonly mode: 'ingress';
      readonly hostnames: readonly string[];
      /** undefined: the cluster's default IngressClass. */
      readonly className: string | undefined;
      readonly tlsSecretName: string | undefined;
      readonly annotations: Readonly<Record<string, string>>;
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
  /** Read from the volumes that are there, also of an earlier MemoApp of the same name, and from the pods on them. */
  readonly volumes: {
    readonly database?: RecordedStore;
    readonly events?: RecordedStore;
    readonly zookeeper?: RecordedStore;
  };
}
