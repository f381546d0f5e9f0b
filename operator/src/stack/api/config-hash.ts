/** The hash by which pods of the API follow what they read at their start and the template does not show. */
import type { Deployment } from 'kubernetes-types/apps/v1.js';
import type { EnvVar, PodTemplateSpec } from 'kubernetes-types/core/v1.js';
import { configHashAnnotation } from '../../api/labels.ts';
import { names } from '../../api/names.ts';
import type { ResolvedApp } from '../../api/resolved.ts';
import type { StackInputs } from '../inputs.ts';
import { contentHash } from '../pod.ts';
import { referenceId, variableReferences, type Reference } from '../references.ts';
import { secretsFolder } from './connections.ts';
import { apiContainer, environmentIn } from './container.ts';
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

/**
 * The hash on a template that stays while the spec asks for another one already: the one that it has, unless that was made of
 * another content of its Secrets and ConfigMaps than is there now. As long as one of them is missing it stays, as above.
 */
export function presentHash(
  template: PodTemplateSpec,
  hash: string,
  secretHashes: StackInputs['secretHashes'],
): string {
  const hashes = readBy(template).map((reference) => hashOf(reference, secretHashes));
  if (hashes.includes(undefined)) return hash;
  const env = apiContainer(template.spec)?.env ?? [];
  const values = env.flatMap(({ name, value = '', valueFrom }) => (valueFrom ? [] : [{ name, value }]));
  // The template does not tell whether a store is external, nor where the service's own variables end: the hash does.
  const possible = [contentHash(hashes), ...values.map((_, last) => contentHash(hashes, values.slice(0, last + 1)))];
  return possible.includes(hash) ? hash : contentHash(hashes, values);
}

type Read = Pick<Reference, 'kind' | 'name' | 'keys'>;

/** What the service in pods of a template reads at its start, in the order in which it is hashed: files, then variables. */
export function readBy({ spec }: PodTemplateSpec): Read[] {
  const { env = [], volumeMounts = [] } = apiContainer(spec) ?? {};
  const files = volumeMounts.flatMap(({ mountPath, name }) => {
    const volume = spec?.volumes?.find((each) => each.name === name);
    const { items = [], secretName } = volume?.secret ?? {};
    return secretName === undefined || !mountPath.startsWith(secretsFolder) ? [] : [fileOf(secretName, items)];
  });
  return [...files, ...env.flatMap(variableOf)];
}

function fileOf(name: string, items: readonly { readonly key: string }[]): Read {
  return { kind: 'Secret', name, keys: items.map(({ key }) => key) };
}

function variableOf({ valueFrom }: EnvVar): Read[] {
  const { configMapKeyRef, secretKeyRef } = valueFrom ?? {};
  const { key, name } = secretKeyRef ?? configMapKeyRef ?? {};
  if (key === undefined || name === undefined) return [];
  return [{ kind: secretKeyRef ? 'Secret' : 'ConfigMap', name, keys: [key] }];
}

/** undefined: it is missing. */
function usedHashes(app: ResolvedApp, secretHashes: StackInputs['secretHashes']): (string | undefined)[] {
  const files = serviceSecrets(app).map(({ items, secretName }) => hashOf(fileOf(secretName, items), secretHashes));
  const variables = variableReferences(app).map((reference) => secretHashes[referenceId(reference)]);
  return [...files, ...variables];
}

/** Of a generated Secret there is one hash for all of it, of what the spec refers to one for the keys that are used. */
export function hashOf(reference: Read, secretHashes: StackInputs['secretHashes']): string | undefined {
  return secretHashes[referenceId(reference)] ?? secretHashes[reference.name];
}

function hasEnvironment(deployment: Deployment | undefined, app: ResolvedApp): boolean {
  const live = environmentIn(deployment?.spec?.template.spec);
  return serviceEnvironment(app).every(({ name, value }) => live.get(name) === value);
}

function isAllManaged({ database, cache, events }: ResolvedApp): boolean {
  return [database, cache, events].every(({ mode }) => mode !== 'external');
}
