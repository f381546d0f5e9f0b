/** The calls of the runtime to the API server. Raw JSON in and out; shapes come from the {@link Kind} asked for. */
import type { Kind, KubeList, KubeObject, ObjectName } from '../object.ts';

/** Every call takes these. */
export interface CallOptions {
  signal?: AbortSignal | undefined;
  /** Milliseconds for the whole call, retries included. Default 30 s. */
  deadline?: number;
}

export interface WriteOptions extends CallOptions {
  fieldManager?: string;
  subresource?: 'status' | 'scale';
  dryRun?: boolean;
}

export interface ApplyOptions extends WriteOptions {
  fieldManager: string;
  /** Takes fields over from other managers. Default true. */
  force?: boolean;
}

export type Patch =
  | { type: 'merge'; body: object }
  | { type: 'json'; body: { op: 'add' | 'remove' | 'replace' | 'test'; path: string; value?: unknown }[] };

export interface DeleteOptions extends CallOptions {
  /** Only this very object, never one that was created under its name since. */
  uid?: string;
  resourceVersion?: string;
  propagation?: 'Background' | 'Foreground' | 'Orphan';
}

/** What a list or a watch is about. */
export interface Scope {
  /** Absent: the whole cluster. */
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
  /** Asks for metadata alone (`PartialObjectMetadata`): for kinds with large objects of which only labels and owners matter. */
  metadataOnly?: boolean;
}

export interface ListOptions extends Scope, CallOptions {
  limit?: number;
  continue?: string;
  resourceVersion?: string;
}

export interface WatchOptions extends Scope {
  signal: AbortSignal;
  resourceVersion?: string;
  /** Seconds after which the server ends the watch. */
  timeoutSeconds: number;
  /** Streams the current state first, then a bookmark that says so (`WatchList`). */
  sendInitialEvents?: boolean;
}

/** An event as the watch stream carries it. `object` of an ERROR is a `Status`. */
export interface WatchEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  object: KubeObject;
}

/** A resource that serves a kind, as discovery tells. */
export interface Resource {
  apiVersion: string;
  kind: string;
  plural: string;
  namespaced: boolean;
  verbs: string[];
}

/** Thrown by none of these but {@link ApiError}, and by a guarded client's guard. */
export interface ApiClient {
  get<T extends KubeObject>(kind: Kind<T>, name: ObjectName, options?: CallOptions): Promise<T>;
  list<T extends KubeObject>(kind: Kind<T>, options?: ListOptions): Promise<KubeList<T>>;
  /** Batches of events as they arrive; ends when the server ends it. Aborting the signal ends it too. */
  watch(kind: Kind, options: WatchOptions): AsyncIterable<WatchEvent[]>;
  /** POST. Never repeated after it may have reached the server. */
  create<T extends KubeObject>(object: T, options?: WriteOptions): Promise<T>;
  /** PUT, with the resource version inside the object as its precondition. Never repeated. */
  replace<T extends KubeObject>(object: T, options?: WriteOptions): Promise<T>;
  /** Server-side apply. A `metadata.uid` or `resourceVersion` in the object is a precondition. */
  apply<T extends KubeObject>(object: T, options: ApplyOptions): Promise<T>;
  patch<T extends KubeObject>(kind: Kind<T>, name: ObjectName, patch: Patch, options?: WriteOptions): Promise<T>;
  /** 404 is an error here as everywhere; `Applier.remove` makes it an answer. */
  delete(kind: Kind, name: ObjectName, options?: DeleteOptions): Promise<void>;
  /** Which resource serves the kind; undefined when the cluster has none. A miss asks the server, at most every few seconds. */
  resource(kind: Kind, options?: CallOptions): Promise<Resource | undefined>;
  /** GET of a path of the API server outside the object tree, e.g. `/version`. */
  read(path: string, options?: CallOptions): Promise<unknown>;
  /** The same client, with `check` called right before every write is sent, each repetition too; what it throws, the write throws. */
  guarded(check: () => void): ApiClient;
  /** Ends idle connections at once and the others after their calls. */
  close(): Promise<void>;
}
