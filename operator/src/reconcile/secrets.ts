/** Secrets as they are read: by name, never listed or watched. */
import type { ResolvedApp } from '../api/resolved.ts';
import { isNotFound } from '../runtime/client/error.ts';
import { kindOf, type KubeObject } from '../runtime/object.ts';
import type { Reference } from '../stack/references.ts';
import type { Dependencies } from './dependencies.ts';

export interface Secret extends KubeObject {
  /** In base64. */
  data?: Record<string, string>;
}

export const secretKind = kindOf<Secret>('v1', 'Secret');

/** undefined: there is none of that name. */
export async function readSecret(
  { namespace }: Pick<ResolvedApp, 'namespace'>,
  name: string,
  { client }: Pick<Dependencies, 'client'>,
  signal: AbortSignal,
): Promise<Secret | undefined> {
  try {
    return await client.get(secretKind, { namespace, name }, { signal });
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** What a Secret that the spec names lacks, and the way out. undefined: nothing. */
export function whatIsMissing(
  { field, keys, leastBytes = 0, secretName }: Omit<Reference, 'type'>,
  { namespace }: Pick<ResolvedApp, 'namespace'>,
  secret: Secret | undefined,
): string | undefined {
  if (!secret) {
    return `${field} names Secret ${secretName}, which is not in namespace ${namespace}; make it, or name another`;
  }
  const { data = {} } = secret;
  const absent = keys.find((name) => !(name in data));
  if (absent !== undefined) {
    return `${field} needs the key ${absent} of Secret ${secretName}, which has none of that name; add it, or name another`;
  }
  const short = keys.find((name) => bytesIn(data[name] ?? '') < leastBytes);
  if (short === undefined) return undefined;
  return `${field} needs at least ${leastBytes} bytes in the key ${short} of Secret ${secretName}; make it longer`;
}

/** Without the white space around it, as the service reads it. */
function bytesIn(base64: string): number {
  return Buffer.byteLength(Buffer.from(base64, 'base64').toString().trim());
}
