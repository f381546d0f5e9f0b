/** Name, labels and owner of a child: the same everywhere, so that it is found, garbage-collected and told apart. */
import { labels, retainedLabels, type Part } from '../api/labels.ts';
import { apiVersion, kind } from '../api/names.ts';
import type { ResolvedApp } from '../api/resolved.ts';
import type { ObjectMeta, OwnerReference } from '../runtime/object.ts';

/** Metadata of a child that lives and dies with the MemoApp. */
export function metadata(
  app: ResolvedApp,
  name: string,
  part: Part,
  annotations: Readonly<Record<string, string>> = {},
): ObjectMeta {
  return { ...unowned(app, name, labels(app, part), annotations), ownerReferences: [ownerReference(app)] };
}

/**
 * Metadata of what holds data or opens it. Under `deletionPolicy: Retain` it has no owner, so garbage collection never
 * takes it and a later MemoApp of the same name finds it by name and labels; under `Delete` it is owned as any child.
 * The choice may change at any time: applying the object adds or removes the reference.
 */
export function retainedMetadata(
  app: ResolvedApp,
  name: string,
  part: Part,
  annotations: Readonly<Record<string, string>> = {},
): ObjectMeta {
  return app.deletionPolicy === 'Delete'
    ? metadata(app, name, part, annotations)
    : unowned(app, name, retainedLabels(app, part), annotations);
}

function unowned(
  app: ResolvedApp,
  name: string,
  all: Record<string, string>,
  annotations: Readonly<Record<string, string>>,
): ObjectMeta {
  return {
    name,
    namespace: app.namespace,
    labels: all,
    ...(Object.keys(annotations).length > 0 && { annotations: { ...annotations } }),
  };
}

function ownerReference(app: ResolvedApp): OwnerReference {
  return { apiVersion, kind, name: app.name, uid: app.uid, controller: true, blockOwnerDeletion: true };
}
