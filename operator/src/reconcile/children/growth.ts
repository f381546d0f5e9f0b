/** A claim whose growth is refused. Only where StorageClasses cannot be seen is it asked for without knowing. */
import { compareQuantities } from '../../api/quantity.ts';
import { kindOfObject, objectKey } from '../../runtime/object.ts';
import type { Informers } from '../../runtime/watch/informers.ts';
import { requestOf } from '../../stack/claims.ts';
import { claimKind, type Claim } from '../observe/observe.ts';

/** The claim with the size that it has. undefined: the object asks for no growth, so something else of it was refused. */
export function asItIs(desired: Claim, informers: Informers): Claim | undefined {
  if (kindOfObject(desired).kind !== claimKind.kind) return undefined;
  const has = requestOf(informers.store(claimKind).get(objectKey(desired.metadata)));
  const asked = requestOf(desired);
  if (has === undefined || asked === undefined || compareQuantities(has, asked) >= 0) return undefined;
  return { ...desired, spec: { ...desired.spec, resources: { requests: { storage: has } } } };
}
