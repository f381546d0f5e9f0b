/**
 * Field ownership of objects that were created by POST. That costs the API server half of a first server-side apply and can
 * not take over a foreign object of the same name, but files our fields under the operation `Update`, from which an apply
 * never takes a field away. So before the first apply that drops a field, the entry is turned into one of `Apply`.
 */
import type { ApiClient } from '../client/client.ts';
import type { KubeObject, ManagedFieldsEntry } from '../object.ts';
import { kindOfObject } from '../object.ts';

/** Whether fields of `manager` are filed under `Update`. A stump of `managedFields` is enough to tell. */
export function wasPosted(live: KubeObject, manager: string): boolean {
  return (live.metadata.managedFields ?? []).some((entry) => isUpdateOf(entry, manager));
}

/**
 * Turns the `Update` entry of `manager` into one of `Apply`. Throws a Conflict when the object changes meanwhile.
 * @returns the object as it is now
 */
export async function claimFields(
  client: ApiClient,
  live: KubeObject,
  manager: string,
  signal: AbortSignal,
): Promise<KubeObject> {
  const kind = kindOfObject(live);
  // The store keeps stumps only.
  const now = await client.get(kind, live.metadata, { signal });
  const { metadata } = now;
  const entries = metadata.managedFields ?? [];
  if (metadata.uid !== live.metadata.uid || !entries.some((entry) => isUpdateOf(entry, manager))) return now;
  const body = [
    // Not a test, whose failure is an invalid request and no conflict.
    { op: 'replace' as const, path: '/metadata/resourceVersion', value: metadata.resourceVersion },
    { op: 'replace' as const, path: '/metadata/managedFields', value: claimed(entries, manager) },
  ];
  return await client.patch(kind, live.metadata, { type: 'json', body }, { signal, fieldManager: manager });
}

/** The entries with everything of `manager` in one of `Apply`, as client-go's `csaupgrade` does it. */
export function claimed(entries: readonly ManagedFieldsEntry[], manager: string): ManagedFieldsEntry[] {
  const ours = entries.filter(isOf(manager));
  const first = ours[0];
  if (!first) return [...entries];
  const one: ManagedFieldsEntry = { ...first, operation: 'Apply', fieldsV1: ownedBy(ours, manager) };
  return [one, ...entries.filter((entry) => !ours.includes(entry))];
}

/** A set of fields: a tree of names, as in `fieldsV1`. */
export type FieldTree = Readonly<Record<string, unknown>>;

/** Everything of `manager`, by whichever operation. */
export function ownedBy(entries: readonly ManagedFieldsEntry[], manager: string): Record<string, unknown> {
  return entries
    .filter(isOf(manager))
    .reduce<Record<string, unknown>>((all, { fieldsV1 = {} }) => union(all, fieldsV1), {});
}

/** The union is the tree with the branches of both. */
function union(left: FieldTree, right: FieldTree): Record<string, unknown> {
  const all = { ...left };
  for (const [name, branch] of Object.entries(right)) {
    const other = all[name];
    all[name] = isTree(other) && isTree(branch) ? union(other, branch) : branch;
  }
  return all;
}

export function isTree(value: unknown): value is FieldTree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isOf(manager: string): (entry: ManagedFieldsEntry) => boolean {
  return (entry) => entry.manager === manager && !entry.subresource;
}

function isUpdateOf(entry: ManagedFieldsEntry, manager: string): boolean {
  return isOf(manager)(entry) && entry.operation === 'Update';
}
