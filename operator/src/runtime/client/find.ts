/** A read of what may not be there. */
import type { Kind, KubeObject, ObjectName } from '../object.ts';
import type { ApiClient, CallOptions } from './client.ts';
import { isNotFound } from './error.ts';

/** undefined: there is none of that name. Throws what the client throws else. */
export async function find<T extends KubeObject>(
  client: Pick<ApiClient, 'get'>,
  kind: Kind<T>,
  name: ObjectName,
  options: CallOptions,
): Promise<T | undefined> {
  try {
    return await client.get(kind, name, options);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
