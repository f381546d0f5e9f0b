/** A full list in pages, for API servers that do not stream it. */
import type { ApiClient, ListOptions } from '../client/client.ts';
import { ApiError, isExpired } from '../client/error.ts';
import type { Kind, KubeObject } from '../object.ts';

const pageSize = 500;

export interface FullList {
  items: KubeObject[];
  /** A watch from here on misses nothing. */
  resourceVersion: string;
}

/** All objects in the scope. When a continue token expires under way, everything is asked for at once. */
export async function listAll(client: ApiClient, kind: Kind, options: ListOptions): Promise<FullList> {
  try {
    return await listPages(client, kind, { ...options, limit: pageSize });
  } catch (error) {
    if (!isExpired(error)) throw error;
    const { items, metadata } = await client.list(kind, options);
    return { items, resourceVersion: metadata.resourceVersion ?? '' };
  }
}

async function listPages(client: ApiClient, kind: Kind, options: ListOptions): Promise<FullList> {
  const items: KubeObject[] = [];
  let token: string | undefined;
  for (;;) {
    const page = await client.list(kind, { ...options, ...(token !== undefined && { continue: token }) });
    for (const item of page.items) items.push(item);
    token = page.metadata.continue;
    if (!token) return { items, resourceVersion: page.metadata.resourceVersion ?? '' };
  }
}

/** Whether the server refused `sendInitialEvents`: it is old, or the feature is off there. */
export function refusesStreaming(error: unknown): boolean {
  return error instanceof ApiError && (error.code === 400 || error.code === 422);
}
