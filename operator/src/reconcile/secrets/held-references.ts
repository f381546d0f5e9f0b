/** Secrets and ConfigMaps that pods of the API read which have to stay, also where the spec no longer names them. */
import type { PodTemplateSpec } from 'kubernetes-types/core/v1.js';
import { names } from '../../api/names.ts';
import type { ResolvedApp } from '../../api/resolved.ts';
import { hashOf, readBy } from '../../stack/api/config-hash.ts';
import { secretHash } from '../../stack/credentials.ts';
import { referenceId } from '../../stack/references.ts';
import type { Dependencies } from '../dependencies.ts';
import type { SecretHashes } from './credential-cache.ts';
import { readReferenced, readSecret, used } from './secrets.ts';

/** The known ones, and those of what the spec no longer names. What is not there, or lacks a key, has none. */
export async function hashesOfHeld(
  template: PodTemplateSpec,
  known: SecretHashes,
  app: ResolvedApp,
  dependencies: Dependencies,
  signal: AbortSignal,
): Promise<SecretHashes> {
  const left = readBy(template).filter((reference) => hashOf(reference, known) === undefined);
  if (left.length === 0) return known;
  const { data: key = {} } = (await readSecret(app, names(app).key, dependencies, signal)) ?? {};
  const found = await Promise.all(
    left.map(async (reference) => {
      const { data = {} } = (await readReferenced(reference, app, dependencies, signal)) ?? {};
      if (reference.keys.some((each) => !(each in data))) return [];
      if (isGenerated(reference.name, app)) return [[reference.name, secretHash(key, data)] as const];
      return [[referenceId(reference), secretHash(key, used(reference, { data }))] as const];
    }),
  );
  return { ...known, ...Object.fromEntries(found.flat()) };
}

/** Those of which it is the whole content that counts. */
function isGenerated(name: string, app: ResolvedApp): boolean {
  const { cacheCredentials, databaseCredentials } = names(app);
  return name === cacheCredentials || name === databaseCredentials;
}
