/** Plain Kubernetes objects as JSON carries them: timestamps are strings, nothing is a class, unknown fields are kept. */

/** A reference from a child to the object it belongs to; garbage collection follows it. */
export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

/** Who owns which fields, as the API server keeps it. Stores drop most of it, see `watch/projection.ts`. */
export interface ManagedFieldsEntry {
  manager?: string;
  operation?: 'Apply' | 'Update';
  apiVersion?: string;
  time?: string;
  fieldsType?: string;
  fieldsV1?: Record<string, unknown>;
  subresource?: string;
}

/** `metadata` of an object. What only the API server sets is optional, so that a builder need not invent it. */
export interface ObjectMeta {
  name: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: OwnerReference[];
  finalizers?: string[];
  managedFields?: ManagedFieldsEntry[];
}

/** Any object of any kind. A typed kind extends it: `interface MemoApp extends KubeObject { spec: ... }`. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  [field: string]: unknown;
}

/** An object that is known by its metadata alone. */
export interface PartialObject extends KubeObject {
  apiVersion: 'meta.k8s.io/v1';
  kind: 'PartialObjectMetadata';
}

/** One page of a list. `continue` is set while more pages follow. */
export interface KubeList<T extends KubeObject = KubeObject> {
  metadata: { resourceVersion?: string; continue?: string; remainingItemCount?: number };
  items: T[];
}

/** A kind and, for the type checker only, the shape of its objects: `kindOf<MemoApp>('memo.../v1alpha1', 'MemoApp')`. */
export interface Kind<T extends KubeObject = KubeObject> {
  readonly apiVersion: string;
  readonly kind: string;
  /** Never present. It carries `T`, so that `client.get(kind, ...)` answers in the right type. */
  readonly shape?: T;
}

/** Names a kind once, together with the type of its objects. */
export function kindOf<T extends KubeObject = KubeObject>(apiVersion: string, kind: string): Kind<T> {
  return { apiVersion, kind };
}

/** The kind an object says it is of. */
export function kindOfObject<T extends KubeObject>(object: T): Kind<T> {
  return { apiVersion: object.apiVersion, kind: object.kind };
}

/** A name and, unless the kind is cluster-scoped, its namespace. */
export interface ObjectName {
  namespace?: string;
  name: string;
}

/** The key of an object within its kind: `namespace/name`, or `name` when it is cluster-scoped. */
export function objectKey(name: ObjectName): string {
  return name.namespace ? `${name.namespace}/${name.name}` : name.name;
}

/** The inverse of {@link objectKey}. */
export function parseKey(key: string): ObjectName {
  const slash = key.indexOf('/');
  return slash < 0 ? { name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

/** The one owner that controls the object, if it has one. */
export function controllerOf(object: KubeObject): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find((owner) => owner.controller === true);
}

/** The reference a child carries to be controlled by `owner`, which must have been read from the API server. */
export function controlledBy(owner: KubeObject): OwnerReference {
  const { apiVersion, kind, metadata } = owner;
  if (!metadata.uid) throw new TypeError(`${kind} ${objectKey(metadata)} has no uid: it was never stored`);
  return { apiVersion, kind, name: metadata.name, uid: metadata.uid, controller: true, blockOwnerDeletion: true };
}

/** `Deployment shop/api`: how messages and logs name an object. */
export function describeObject(object: { kind: string; metadata: ObjectName }): string {
  return `${object.kind} ${objectKey(object.metadata)}`;
}
