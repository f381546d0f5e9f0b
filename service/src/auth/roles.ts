/** The role of a caller, from the claims of its token. */
import { ROLES } from '../http/operations.ts';
import type { Role } from '../http/operations.ts';

/**
 * The highest role that the claim names, as a list or as words in a text. Undefined: none.
 * @param path the claim's name, or names with dots between them for a claim within claims (`realm_access.roles`)
 */
export function roleOf(claims: Readonly<Record<string, unknown>>, path: string): Role | undefined {
  const value = claimOf(claims, path);
  const named: readonly unknown[] = typeof value === 'string' ? value.split(/\s+/) : Array.isArray(value) ? value : [];
  return ROLES.findLast((role) => named.includes(role));
}

/** Whether a role may do what another one is asked for. */
export function covers(role: Role | undefined, asked: Role): boolean {
  return role !== undefined && ROLES.indexOf(role) >= ROLES.indexOf(asked);
}

/** A name may hold dots itself, as `https://example.org/roles` does: the whole is tried first. */
function claimOf(claims: Readonly<Record<string, unknown>>, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path];
  let value: unknown = claims;
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = new Map<string, unknown>(Object.entries(value)).get(name);
  }
  return value;
}
