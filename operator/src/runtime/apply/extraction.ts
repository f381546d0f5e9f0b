/**
 * What of a live object a field manager has put there, as client-go's `ExtractInto` takes it: applied again it changes nothing,
 * and takes nothing over. `fieldsV1` names it as structured-merge-diff does (`fieldpath/serialize-pe.go`).
 */
import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../object.ts';
import { isTree, ownedBy, type FieldTree } from './ownership.ts';

/** @param live as the API server has it, with all of its `managedFields`: stores keep stumps of them */
export function extract(live: KubeObject, manager: string): FieldTree {
  return ownedFields(live, ownedBy(live.metadata.managedFields ?? [], manager));
}

function owned(value: unknown, fields: unknown): unknown {
  // A leaf: one value, whatever is in it.
  if (!isTree(fields) || Object.keys(fields).length === 0) return value;
  if (Array.isArray(value)) return value.flatMap((item: unknown) => ownedItem(item, fields));
  return isTree(value) ? ownedFields(value, fields) : value;
}

function ownedFields(value: FieldTree, fields: FieldTree): FieldTree {
  const found = Object.entries(fields).flatMap(([name, below]) => {
    // Any other name is `.`: the map itself was asked for.
    const field = name.startsWith('f:') ? name.slice(2) : undefined;
    if (field === undefined || value[field] === undefined) return [];
    return [[field, owned(value[field], below)] as const];
  });
  return Object.fromEntries(found);
}

/** None where somebody else has put it into the list. */
function ownedItem(item: unknown, fields: FieldTree): unknown[] {
  for (const [name, below] of Object.entries(fields)) {
    if (name.startsWith('v:') && isDeepStrictEqual(item, JSON.parse(name.slice(2)))) return [item];
    const key: unknown = name.startsWith('k:') ? JSON.parse(name.slice(2)) : undefined;
    if (!isTree(key) || !isTree(below) || !isTree(item)) continue;
    // A field of the key may have been filled in by the API server: it is needed all the same.
    if (Object.entries(key).every(([field, value]) => item[field] === value))
      return [{ ...key, ...ownedFields(item, below) }];
  }
  return [];
}
