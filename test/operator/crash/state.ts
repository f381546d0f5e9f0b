/** Everything that an app consists of, written so that two lives of it can be compared. */
import { createHash } from 'node:crypto';
import { group, kind } from '../../../operator/src/api/names.ts';
import { appLabel, appliedHashAnnotation, configHashAnnotation } from '../../../operator/src/api/labels.ts';
import type { ApiClient } from '../../../operator/src/runtime/client/client.ts';
import { kindOf, type KubeObject, type ManagedFieldsEntry } from '../../../operator/src/runtime/object.ts';
import { watchedKinds } from '../../../operator/src/stack/kinds.ts';
import { memoAppKind } from '../harness/client.ts';

const childKinds = [
  ...watchedKinds.filter(({ role, optional }) => role === 'child' && !optional),
  { apiVersion: 'v1', kind: 'Secret' },
].map((each) => kindOf(each.apiVersion, each.kind));

export interface State {
  /** The MemoApp and its children, one text each, without what differs between two lives that went alike. */
  readonly objects: readonly string[];
  /** Uid and content of each volume and each of its Secrets, by name: they are the same for as long as their data lives. */
  readonly kept: Readonly<Record<string, string>>;
}

export async function stateOf(client: ApiClient, namespace: string): Promise<State> {
  const apps = await client.list(memoAppKind, { namespace });
  const lists = await Promise.all(
    childKinds.map(async (each) => (await client.list(each, { namespace, labelSelector: appLabel })).items),
  );
  const children = lists.flat();
  const uids = new Set(apps.items.map(({ metadata }) => metadata.uid ?? ''));
  const normal = (object: KubeObject): string => withoutAccidents(JSON.stringify(shown(object)), uids, namespace);
  return {
    objects: [...apps.items.map(normal), ...children.map(normal)].toSorted(),
    kept: Object.fromEntries(children.filter(isKept).map((object) => [object.metadata.name, identityOf(object)])),
  };
}

/** Whose content other data depends on. */
function isKept({ kind: of, metadata }: KubeObject): boolean {
  return of === 'PersistentVolumeClaim' || (of === 'Secret' && metadata.labels?.[`${group}/part`] === 'database');
}

function identityOf({ metadata, data }: KubeObject): string {
  const content = createHash('sha256')
    .update(JSON.stringify(data ?? {}))
    .digest('hex');
  return `${metadata.uid ?? ''} ${content}`;
}

/** The object as far as somebody decides it: the operator, or a controller by what the operator asked for. */
function shown(object: KubeObject): object {
  const { name, labels, annotations, ownerReferences, finalizers, deletionTimestamp } = object.metadata;
  const { kind: of, spec, data, status } = object;
  const head = { kind: of, name, labels, annotations, ownerReferences, finalizers, leaving: deletionTimestamp };
  const owned = (object.metadata.managedFields ?? []).filter(isOurs);
  const fields = owned.map(({ manager, operation, fieldsV1 }) => ({ manager, operation, fieldsV1 }));
  // Content that was drawn by lot: its shape must be the same.
  const content = of === 'Secret' ? Object.keys(data ?? {}).toSorted() : data;
  return { ...head, fields, content, spec, ...(of === kind && { status }) };
}

function isOurs({ manager = '', subresource }: ManagedFieldsEntry): boolean {
  return manager.startsWith('memo-operator') && subresource === undefined;
}

const accidents: readonly (readonly [RegExp, string])[] = [
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<uid>'],
  [/"(lastTransitionTime|clusterIP|volumeName)":"[^"]*"/g, '"$1":"<any>"'],
  [/"clusterIPs":\[[^\]]*\]/g, '"clusterIPs":["<any>"]'],
  // Made from the namespace.
  [/\{"name":"CLUSTER_ID","value":"[^"]*"\}/g, '{"name":"CLUSTER_ID","value":"<any>"}'],
  // Both depend on passwords, and so do the names of Jobs on the uids of volumes.
  [new RegExp(`"(${appliedHashAnnotation}|${configHashAnnotation})":"[^"]*"`, 'g'), '"$1":"<any>"'],
  [/-(migrate|topic)-[0-9a-f]{8}\b/g, '-$1-<hash>'],
];

function withoutAccidents(text: string, appUids: ReadonlySet<string>, namespace: string): string {
  const own = [...appUids].reduce(
    (rest, uid) => rest.replaceAll(uid, '<app>'),
    text.replaceAll(namespace, '<namespace>'),
  );
  return accidents.reduce((rest, [pattern, replacement]) => rest.replace(pattern, replacement), own);
}
