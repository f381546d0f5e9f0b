/** What stores leave out of objects: `managedFields`, which is up to half of an object and nobody reads, but for two facts. */
import type { KubeObject, ManagedFieldsEntry } from '../object.ts';

/**
 * Drops `managedFields`, except that entries of `managers` stay as stumps: who, by which operation, and whether `spec.replicas`
 * is theirs. The applier needs just that to hand replicas over and to see that an object was created by POST.
 */
export function withoutManagedFields<T extends KubeObject>(object: T, managers: readonly string[]): T {
  const { managedFields, ...metadata } = object.metadata;
  const stumps = (managedFields ?? []).filter((entry) => isOurs(entry, managers)).map(stump);
  return { ...object, metadata: stumps.length > 0 ? { ...metadata, managedFields: stumps } : metadata };
}

function isOurs(entry: ManagedFieldsEntry, managers: readonly string[]): boolean {
  return entry.manager !== undefined && managers.includes(entry.manager) && !entry.subresource;
}

function stump(entry: ManagedFieldsEntry): ManagedFieldsEntry {
  const { manager, operation } = entry;
  return {
    ...(manager !== undefined && { manager }),
    ...(operation !== undefined && { operation }),
    ...(ownsReplicas(entry) && { fieldsV1: { 'f:spec': { 'f:replicas': {} } } }),
  };
}

/** Whether the entry covers `spec.replicas`. */
export function ownsReplicas(entry: ManagedFieldsEntry): boolean {
  const spec = entry.fieldsV1?.['f:spec'];
  return typeof spec === 'object' && spec !== null && 'f:replicas' in spec;
}
