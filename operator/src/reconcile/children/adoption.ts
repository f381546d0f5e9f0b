/** Before the MemoApp becomes the owner of what is there already: what has an owner goes with it. */
import type { MemoApp } from '../../api/memoapp.ts';
import { apiVersion, kind } from '../../api/names.ts';
import type { ResolvedApp } from '../../api/resolved.ts';
import type { ApiClient } from '../../runtime/client/client.ts';
import { ApiError } from '../../runtime/client/error.ts';
import { find } from '../../runtime/client/find.ts';
import { kindOf } from '../../runtime/object.ts';

export const memoAppKind = kindOf<MemoApp>(apiVersion, kind);

/**
 * Asks the API server itself: `kubectl delete --cascade=orphan` takes the owner off its children, and their watches may tell of it
 * before that of the MemoApp does. Taken back, they would be deleted after all.
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
