/** A full list in pages, for API servers that do not stream it. */
import type { ApiClient, ListOptions } from '../client/client.ts';
import { ApiError, isExpired } from '../client/error.ts';
import type { Kind } from '../object.ts';
import type { Sink } from './store.ts';

const pageSize = 500;

/**
 * Puts all objects in the scope into the sink and answers the version to watch from. When a continue token expires under way,
 * everything is asked for again at once.
 */
export async function listInto(sink: Sink, client: ApiClient, kind: Kind, options: ListOptions): Promise<string> {
  try {
    return await listPages(sink, client, kind, { ...options, limit: pageSize });
  } catch (error) {
    if (!isExpired(error)) throw error;
    return await listPages(sink, client, kind, options);
  }
}

async function listPages(sink: Sink, client: ApiClient, kind: Kind, options: ListOptions): Promise<string> {
  sink.begin();
  let token: string | undefined;
  for (;;) {
    const page = await client.list(kind, { ...options, ...(token !== undefined && { continue: token }) });
    for (const item of page.items) sink.listed(item);
    token = page.metadata.continue;
    if (token) continue;
    const version = page.metadata.resourceVersion ?? '';
    sink.complete(version);
    return version;
  }
}

/** Whether the server refused `sendInitialEvents`: it is old, or the feature is off there. */
export function refusesStreaming(error: unknown): boolean {
  return error instanceof ApiError && (error.code === 400 || error.code === 422);
}
