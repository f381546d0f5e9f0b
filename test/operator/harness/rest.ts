/** A stack with a namespace to itself: asked for, come to rest, or as another one that came to rest. */
import { isDeepStrictEqual } from 'node:util';
import { apiVersion, kind } from '../../../operator/src/api/names.ts';
import type { ApiClient } from '../../../operator/src/runtime/client/client.ts';
import { otherObjects } from '../crash/compare.ts';
import { stateOf } from '../crash/state.ts';
import type { RunningOperator } from './operator.ts';
import { until } from './until.ts';

/** Makes the namespace and, in it, the MemoApp `shop` of an empty spec. */
export async function askForStack(client: ApiClient, namespace: string): Promise<void> {
  await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  await client.create({ apiVersion, kind, metadata: { namespace, name: 'shop' }, spec: {} });
}

/** Waits until the stack in the namespace is as one that came to rest ({@link atRest}); fails with what differs. */
export async function untilLike(calm: readonly string[], client: ApiClient, namespace: string): Promise<void> {
  await until(`the stack in ${namespace}`, async () => {
    const others = otherObjects(calm, (await stateOf(client, namespace)).objects);
    if (others.length > 0) throw new Error(others.join('\n'));
    return true;
  });
}

/** The objects of the one app in the namespace, once two passes went by without a change to any of them. */
export async function atRest(
  client: ApiClient,
  namespace: string,
  operator: RunningOperator,
): Promise<readonly string[]> {
  return await until(`rest in ${namespace}`, async () => {
    const before = await stateOf(client, namespace);
    await operator.passes(2);
    const { objects } = await stateOf(client, namespace);
    return objects.length > 1 && isDeepStrictEqual(objects, before.objects) ? objects : undefined;
  });
}
