/** A claim whose growth is refused. Only where StorageClasses cannot be seen is it asked for without knowing. */
import type { PersistentVolumeClaim } from 'kubernetes-types/core/v1.js';
import { compareQuantities } from '../../api/quantity.ts';
import { kindOf, kindOfObject, objectKey, type KubeObject } from '../../runtime/object.ts';
import type { Informers } from '../../runtime/watch/informers.ts';
import { requestOf } from '../../stack/claims.ts';

type Claim = KubeObject & Pick<PersistentVolumeClaim, 'spec'>;

const claimKind = kindOf<Claim>('v1', 'PersistentVolumeClaim');

/** The claim with the size that it has. undefined: the object asks for no growth, so something else of it was refused. */
export function asItIs(desired: Claim, informers: Informers): Claim | undefined {
  if (kindOfObject(desired).kind !== claimKind.kind) return undefined;
  const has = requestOf(informers.store(claimKind).get(objectKey(desired.metadata)));
  const asked = requestOf(desired);
  if (has === undefined || asked === undefined || compareQuantities(has, asked) >= 0) return undefined;
  return { ...desired, spec: { ...desired.spec, resources: { requests: { storage: has } } } };
}
