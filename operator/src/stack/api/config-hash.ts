/** The hash by which pods of the API follow what they read at their start and the template does not show. */
import type { Deployment } from 'kubernetes-types/apps/v1.js';
import { configHashAnnotation } from '../../api/labels.ts';
import { names } from '../../api/names.ts';
import type { ResolvedApp } from '../../api/resolved.ts';
import type { StackInputs } from '../inputs.ts';
import { contentHash } from '../pod.ts';
import { referenceId, variableReferences } from '../references.ts';
import { environmentIn } from './container.ts';
import { serviceEnvironment, serviceSecrets } from './environment.ts';

/**
 * Of what others fill only the keys that are used count; and where a store is external its address counts too, so that a
 * pod's answer about it can be told from that of a pod which still asks another. While something is missing, pods that are
 * asked for no other address keep the hash they have: new ones could not start, and a Secret that is made again with what was
 * in it changes nothing.
 */
export function configHash(
  app: ResolvedApp,
  { observed, secretHashes }: Pick<StackInputs, 'observed' | 'secretHashes'>,
): string {
  const hashes = usedHashes(app, secretHashes);
  const live = observed.get('Deployment', names(app).api);
  const kept = live?.spec?.template.metadata?.annotations?.[configHashAnnotation];
  if (kept !== undefined && hashes.includes(undefined) && hasEnvironment(live, app)) return kept;
  return isAllManaged(app) ? contentHash(hashes) : contentHash(hashes, serviceEnvironment(app));
}

/** Whether something that pods of the API need at their start is missing. */
export function lacksReference(app: ResolvedApp, secretHashes: StackInputs['secretHashes']): boolean {
  return usedHashes(app, secretHashes).includes(undefined);
}

/** undefined: it is missing. */
function usedHashes(app: ResolvedApp, secretHashes: StackInputs['secretHashes']): (string | undefined)[] {
  const files = serviceSecrets(app).map(({ items, secretName: name }) => {
    const keys = items.map(({ key }) => key);
    return secretHashes[referenceId({ kind: 'Secret', name, keys })] ?? secretHashes[name];
  });
  const variables = variableReferences(app).map((reference) => secretHashes[referenceId(reference)]);
  return [...files, ...variables];
}

function hasEnvironment(deployment: Deployment | undefined, app: ResolvedApp): boolean {
  const live = environmentIn(deployment?.spec?.template.spec);
  return serviceEnvironment(app).every(({ name, value }) => live.get(name) === value);
}

function isAllManaged({ database, cache, events }: ResolvedApp): boolean {
  return [database, cache, events].every(({ mode }) => mode !== 'external');
}
