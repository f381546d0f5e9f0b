/** The state of an app after which nothing more happens. */
import { isDeepStrictEqual } from 'node:util';
import type { ApiClient } from '../../operator/src/runtime/client/client.ts';
import { stateOf } from './crash/state.ts';
import type { RunningOperator } from './operator.ts';
import { until } from './until.ts';

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
