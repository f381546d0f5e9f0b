/** What the stack and its health may see of the cluster: the objects of one app's namespace, and a few cluster-wide ones. */
import type { Deployment, StatefulSet } from 'kubernetes-types/apps/v1.js';
import type { HorizontalPodAutoscaler } from 'kubernetes-types/autoscaling/v2.js';
import type { Job } from 'kubernetes-types/batch/v1.js';
import type { PersistentVolumeClaim, Pod } from 'kubernetes-types/core/v1.js';
import type { Ingress, IngressClass } from 'kubernetes-types/networking/v1.js';
import type { StorageClass } from 'kubernetes-types/storage/v1.js';
import type { Part } from '../api/labels.ts';
import type { KubeObject } from '../runtime/object.ts';

/** The kinds that are looked at, with their shapes; every member may be absent, as in any JSON from outside. */
export interface ObservedKinds {
  readonly Deployment: Deployment;
  readonly StatefulSet: StatefulSet;
  readonly HorizontalPodAutoscaler: HorizontalPodAutoscaler;
  readonly Job: Job;
  readonly PersistentVolumeClaim: PersistentVolumeClaim;
  readonly Pod: Pod;
  readonly HTTPRoute: HTTPRoute;
  readonly Ingress: Ingress;
  readonly IngressClass: IngressClass;
  readonly StorageClass: StorageClass;
}

/** As much as is looked at of the kind of gateway.networking.k8s.io/v1. */
export interface HTTPRoute {
  readonly metadata?: { readonly generation?: number };
  readonly status?: {
    readonly parents?: readonly {
      readonly parentRef: {
        readonly name: string;
        readonly namespace?: string;
        readonly sectionName?: string;
        readonly port?: number;
      };
      readonly conditions?: readonly {
        readonly type: string;
        readonly status: string;
        readonly reason?: string;
        readonly message?: string;
        readonly observedGeneration?: number;
      }[];
    }[];
  };
}

export type ObservedKind = keyof ObservedKinds;

/** What a pod of the API says of the stores it uses, on `/health`. */
export interface StoreHealth {
  readonly database: StoreState;
  readonly redis: StoreState;
  readonly kafka: StoreState;
}

/** `awaited`: none answers, so far or for a moment. `silent`: they run, and none has answered for minutes. */
export type NoAnswer = 'awaited' | 'silent';

export type StoreState = 'healthy' | 'unhealthy' | 'not_configured';

/** Objects as the stores hold them. Kinds of the cluster's scope are found by name alone. */
export interface Observed {
  /** undefined: there is none, as far as the store knows. */
  get<K extends ObservedKind>(kind: K, name: string): ObservedKinds[K] | undefined;
  /** Those that carry all the labels given; every one for `{}`. */
  list<K extends ObservedKind>(kind: K, labels: Readonly<Record<string, string>>): readonly ObservedKinds[K][];
  /**
   * Whether the kind can be looked at: not every cluster serves those that are optional, and an operator of some namespaces
   * does not see those of the cluster's scope.
   */
  serves(kind: ObservedKind): boolean;
  /** What a pod of the API said last. undefined: none has been asked yet. */
  readonly storeHealth: StoreHealth | NoAnswer | undefined;
  /** Why the pods of a part are not made, where Kubernetes says so in Events alone. */
  readonly refusals: Refusals;
  /** What keeps pods that have a node from being started there, by their uid: also in Events alone. */
  readonly startWarnings: StartWarnings;
}

/** Of a StatefulSet or a Job that lacks pods. */
export interface Refusal {
  /** As `StatefulSet shop-database`. */
  readonly workload: string;
  /** The API server's own words. */
  readonly words: string;
}

export type Refusals = ReadonlyMap<Part, Refusal>;

/** Words of the node, or of the controller that attaches its volumes. */
export type StartWarnings = ReadonlyMap<string, string>;

/** Untyped access to the stores, already narrowed to the app's namespace. */
export interface ObjectSource {
  get(kind: ObservedKind, name: string): KubeObject | undefined;
  list(kind: ObservedKind, labels: Readonly<Record<string, string>>): readonly KubeObject[];
  serves(kind: ObservedKind): boolean;
  storeHealth(): Observed['storeHealth'];
}

/** The same, with what was found out beside the stores. */
export function withEvents(observed: Observed, found: Partial<Pick<Observed, 'refusals' | 'startWarnings'>>): Observed {
  return { ...observed, ...found };
}

/** The one place where JSON from the stores is given its type: the API server vouches for the shape of its own kinds. */
export function observe(source: ObjectSource): Observed {
  return {
    refusals: new Map(),
    startWarnings: new Map(),
    get: <K extends ObservedKind>(kind: K, name: string) => source.get(kind, name) as ObservedKinds[K] | undefined,
    list: <K extends ObservedKind>(kind: K, labels: Readonly<Record<string, string>>) =>
      source.list(kind, labels) as readonly unknown[] as readonly ObservedKinds[K][],
    serves: (kind) => source.serves(kind),
    get storeHealth() {
      return source.storeHealth();
    },
  };
}
