/** URLs of the object tree. */
import type { Resource } from './client.ts';

export interface Target {
  namespace?: string | undefined;
  name?: string | undefined;
  subresource?: string | undefined;
}

export type Query = Record<string, string | number | boolean | undefined>;

/** `/api/v1` or `/apis/group/version`. */
export function groupVersionPath(apiVersion: string): string {
  return apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

/** The path of an object, of a list, or of an object's subresource. A namespaced kind without a namespace lists the whole cluster. */
export function resourcePath(resource: Resource, target: Target, query: Query = {}): string {
  const parts = [groupVersionPath(resource.apiVersion)];
  if (resource.namespaced && target.namespace) parts.push('namespaces', encodeURIComponent(target.namespace));
  parts.push(resource.plural);
  if (target.name) parts.push(encodeURIComponent(target.name));
  if (target.subresource) parts.push(target.subresource);
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) if (value !== undefined) search.set(key, String(value));
  const text = search.toString();
  return parts.join('/') + (text && `?${text}`);
}
