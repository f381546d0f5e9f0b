/** The API's template as it is, so far as it is ours, for pods that have to stay. Read anew, because stores keep no managed fields. */
import type { PodTemplateSpec } from 'kubernetes-types/core/v1.js';
import { names } from '../../api/names.ts';
import type { ResolvedApp } from '../../api/resolved.ts';
import { extract } from '../../runtime/apply/extraction.ts';
import { find } from '../../runtime/client/find.ts';
import { kindOf } from '../../runtime/object.ts';
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
  const target = { namespace: app.namespace, name: names(app).api };
  const live = await find(dependencies.client, kindOf('apps/v1', 'Deployment'), target, { signal });
  if (!live) return undefined;
  // The API server vouches for the shape of its own kinds.
  const { spec } = extract(live, fieldManager) as { readonly spec?: { readonly template?: PodTemplateSpec } };
  const template = spec?.template ?? {};
  return withPresentHash(template, await hashesOfHeld(template, known, app, dependencies, signal));
}
