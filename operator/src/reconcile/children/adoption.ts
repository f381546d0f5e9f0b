/** What is there already and is to be a MemoApp's: which it may be, and whether there is still one to own it. */
import { appLabel, type Part } from '../../api/labels.ts';
import type { MemoApp } from '../../api/memoapp.ts';
import { apiVersion, kind } from '../../api/names.ts';
import type { ResolvedApp } from '../../api/resolved.ts';
import type { ApiClient } from '../../runtime/client/client.ts';
import { ApiError } from '../../runtime/client/error.ts';
import { find } from '../../runtime/client/find.ts';
import { kindOf, type KubeObject } from '../../runtime/object.ts';
import { isKnownClaim } from '../../stack/claims.ts';
import { claimKind, isRetained } from '../observe/observe.ts';

export const memoAppKind = kindOf<MemoApp>(apiVersion, kind);

/**
 * Whether an object that nobody controls is the MemoApp's all the same. Volumes outlive their MemoApp: they are known by their labels, and
 * by their name where somebody took our label away. Everything else without an owner is somebody's own.
 */
export function isAdoptable(live: KubeObject, app: Pick<ResolvedApp, 'name'>, part: Part): boolean {
  if (live.kind !== claimKind.kind) return false;
  return isRetained(live, app, part) || (live.metadata.labels?.[appLabel] === undefined && isKnownClaim(live.metadata));
}

/**
 * Before the MemoApp becomes an owner: what it owns goes with it. Asks the API server itself: `kubectl delete --cascade=orphan` takes
 * the owner off its children, and their watches may tell of it before that of the MemoApp does. Taken back, they would be deleted
 * after all.
 * @throws ApiError (Conflict) where the MemoApp is gone or being deleted
 */
export async function assertMayOwn(
  app: Pick<ResolvedApp, 'name' | 'namespace' | 'uid'>,
  client: ApiClient,
  signal: AbortSignal,
): Promise<void> {
  const { name, namespace, uid } = app;
  const live = await find(client, memoAppKind, { namespace, name }, { signal });
  if (live?.metadata.uid === uid && live.metadata.deletionTimestamp === undefined) return;
  const message = `MemoApp ${namespace}/${name} is gone or being deleted: it takes no objects over any more`;
  throw new ApiError({ code: 409, reason: 'Conflict', message });
}
