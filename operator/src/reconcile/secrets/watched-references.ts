/**
 * Watches the Secrets and ConfigMaps that admins have labelled for it, and finds the MemoApps that use them. The server picks
 * by the label and sends metadata alone, of which the name and the version are kept: memory follows neither the content, which
 * an annotation may repeat, nor what others have in the cluster.
 */
import { watchLabel } from '../../api/labels.ts';
import type { MemoApp } from '../../api/memoapp.ts';
import { resolve } from '../../api/resolve.ts';
import type { ResolvedApp } from '../../api/resolved.ts';
import { objectKey, type KubeObject } from '../../runtime/object.ts';
import type { Informers } from '../../runtime/watch/informers.ts';
import type { ObjectStore } from '../../runtime/watch/object-store.ts';
import type { Change } from '../../runtime/watch/store.ts';
import { referencedObjects, type ReferencedObject } from '../../stack/references.ts';
import { referencedKinds } from './secrets.ts';

/** The index of MemoApps by what their specs refer to. */
export const byReference = 'reference';

/** For the index {@link byReference}. */
export function indexByReference(memoApp: MemoApp): readonly string[] {
  const app = resolved(memoApp);
  if (!app) return [];
  return [...new Set(referencedObjects(app).map(({ kind, name }) => indexValue(kind, { ...app, name })))];
}

/** What a spec refers to depends on nothing that is seen of the cluster. */
function resolved(memoApp: MemoApp): ResolvedApp | undefined {
  try {
    return resolve(memoApp, { release: '', volumes: {} });
  } catch {
    // Whatever it is, each pass over this MemoApp meets it too, and reports it: the store must have the object for that.
    return undefined;
  }
}

function indexValue(kind: ReferencedObject['kind'], name: { namespace?: string; name: string }): string {
  return `${kind} ${objectKey(name)}`;
}

export interface ReferenceWatch {
  /** With the index {@link byReference}. */
  readonly apps: ObjectStore<MemoApp>;
  /** Informers of their own: nobody waits for them, so that an operator without the right to watch works all the same. */
  readonly informers: Informers;
  readonly kinds: readonly ReferencedObject['kind'][];
  /** undefined: all of them. */
  readonly namespaces: readonly string[] | undefined;
  /** Called with `namespace/name` of each MemoApp that refers to what has come, changed or gone. */
  readonly onChange: (key: string, origin: Change<KubeObject>['origin']) => void;
}

export function watchReferences({ apps, informers, kinds, namespaces, onChange }: ReferenceWatch): void {
  for (const kind of kinds) {
    const store = informers.add<KubeObject>(referencedKinds[kind], {
      namespaces,
      labelSelector: `${watchLabel}=true`,
      metadataOnly: true,
      project: versionOf,
    });
    store.subscribe(({ object, origin }) => {
      for (const key of apps.keysByIndex(byReference, indexValue(kind, object.metadata))) onChange(key, origin);
    });
  }
}

function versionOf({ apiVersion, kind, metadata }: KubeObject): KubeObject {
  const { name, namespace = '', resourceVersion = '', uid = '' } = metadata;
  return { apiVersion, kind, metadata: { name, namespace, resourceVersion, uid } };
}
