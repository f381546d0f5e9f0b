/** The stores as the stack and its health see them: narrowed to one app's namespace. */
import type { PersistentVolumeClaim } from 'kubernetes-types/core/v1.js';
import { appLabel, type Part, partLabel } from '../../api/labels.ts';
import { kind as ownKind } from '../../api/names.ts';
import type { ResolvedApp } from '../../api/resolved.ts';
import { controllerOf, kindOf, type KubeObject, type Kind } from '../../runtime/object.ts';
import type { ObjectStore } from '../../runtime/watch/object-store.ts';
import type { Change } from '../../runtime/watch/store.ts';
import { watchedKinds } from '../../stack/kinds.ts';
import type { Dependencies } from '../dependencies.ts';
import { observe, type Observed, type ObservedKind } from '../../stack/observed.ts';

/** The index of every store of children: `namespace/name` of the MemoApp that the label names. */
export const byApp = 'app';

/** The apps that a change concerns: also the one that an object was labelled for before, which lacks it from now on. */
export function appKeysOf({ now, old }: Pick<Change<KubeObject>, 'now' | 'old'>): ReadonlySet<string> {
  return new Set([old, now].flatMap((object) => (object ? indexByApp(object) : [])));
}

/** For the index {@link byApp}: none for an object that carries no such label. */
export function indexByApp({ metadata }: KubeObject): readonly string[] {
  const app = metadata.labels?.[appLabel];
  return app === undefined ? [] : [`${metadata.namespace ?? ''}/${app}`];
}

const clusterWide = new Set(watchedKinds.filter(({ scope }) => scope === 'Cluster').map(({ kind }) => kind));

/** The kind of a name in {@link watchedKinds}. Throws on any other name. */
export function watchedKind(name: string): Kind {
  const found = watchedKinds.find(({ kind }) => kind === name);
  if (!found) throw new RangeError(`${name} is not watched`);
  return kindOf(found.apiVersion, found.kind);
}

export type Claim = KubeObject & Pick<PersistentVolumeClaim, 'spec' | 'status'>;

export const claimKind = kindOf<Claim>('v1', 'PersistentVolumeClaim');

/** What is known of one app's children, of its external stores, and of the cluster-wide kinds. */
export function observedOf(
  { informers, storeHealth }: Pick<Dependencies, 'informers' | 'storeHealth'>,
  app: { namespace: string; name: string },
): Observed {
  const key = `${app.namespace}/${app.name}`;
  // An operator of some namespaces does not look at the cluster's own kinds.
  const storeOf = (kind: ObservedKind): ObjectStore | undefined =>
    informers.has(watchedKind(kind)) ? informers.store(watchedKind(kind)) : undefined;
  const objects = (kind: ObservedKind): Iterable<KubeObject> =>
    (clusterWide.has(kind) ? storeOf(kind)?.list() : storeOf(kind)?.byIndex(byApp, key)) ?? [];
  return observe({
    get: (kind, name) => storeOf(kind)?.get(clusterWide.has(kind) ? name : `${app.namespace}/${name}`),
    list: (kind, labels) => [...objects(kind)].filter((object) => carries(object, labels)),
    serves: (kind) => informers.served(watchedKind(kind)),
    storeHealth: () => storeHealth.answer(key),
  });
}

/** Whether it has each of these labels. */
export function carries(object: KubeObject, labels: Readonly<Record<string, string>>): boolean {
  return Object.entries(labels).every(([name, value]) => object.metadata.labels?.[name] === value);
}

/**
 * Whether a live object without a controller is one that an earlier MemoApp of this name left behind: volumes and
 * credentials are kept without an owner, and known by our labels.
 */
export function isRetained(live: KubeObject, app: { name: string }, part: Part): boolean {
  const { labels } = live.metadata;
  return labels?.[appLabel] === app.name && labels[partLabel] === part;
}

/** Whether a live object is this app's: it controls it, or nobody does and it is a retained one of that part. */
export function belongsTo(live: KubeObject, app: Pick<ResolvedApp, 'name' | 'uid'>, part: Part): boolean {
  const controller = controllerOf(live);
  return controller ? controller.uid === app.uid : isRetained(live, app, part);
}

/** A child of a MemoApp of this name that is gone: garbage collection has not come to it yet. */
export function isLeaving(live: KubeObject, app: Pick<ResolvedApp, 'name' | 'uid'>): boolean {
  const controller = controllerOf(live);
  const ofBefore = controller?.kind === ownKind && controller.name === app.name && controller.uid !== app.uid;
  return ofBefore || live.metadata.deletionTimestamp !== undefined;
}
