/** The API's template as it is, so far as it is ours, for pods that have to stay. Read anew, because stores keep no managed fields. */
import type { PodTemplateSpec } from 'kubernetes-types/core/v1.js';
import { names } from '../../api/names.ts';
import type { ResolvedApp } from '../../api/resolved.ts';
import { extract } from '../../runtime/apply/extraction.ts';
import { isNotFound } from '../../runtime/client/error.ts';
import { kindOf, type KubeObject } from '../../runtime/object.ts';
import { withPresentHash } from '../../stack/api/hold.ts';
import { fieldManager, type Dependencies } from '../dependencies.ts';
import type { SecretHashes } from '../secrets/credential-cache.ts';
import { hashesOfHeld } from '../secrets/held-references.ts';

/**
 * @param known hashes of what the spec refers to by now
 * @returns undefined: the Deployment is gone by now, and is made anew
 */
export async function heldTemplate(
  app: ResolvedApp,
  known: SecretHashes,
  dependencies: Dependencies,
  signal: AbortSignal,
): Promise<PodTemplateSpec | undefined> {
  const live = await readDeployment(app, dependencies, signal);
  if (!live) return undefined;
  // The API server vouches for the shape of its own kinds.
  const { spec } = extract(live, fieldManager) as { readonly spec?: { readonly template?: PodTemplateSpec } };
  const template = spec?.template ?? {};
  return withPresentHash(template, await hashesOfHeld(template, known, app, dependencies, signal));
}

async function readDeployment(
  { name, namespace }: ResolvedApp,
  { client }: Dependencies,
  signal: AbortSignal,
): Promise<KubeObject | undefined> {
  try {
    return await client.get(kindOf('apps/v1', 'Deployment'), { namespace, name: names({ name }).api }, { signal });
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
