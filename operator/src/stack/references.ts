/** Secrets that the spec names and others fill: which keys are needed, and the hash by which pods follow them. */
import type { ConditionType } from '../api/conditions.ts';
import type { ResolvedAccount, ResolvedApp, ResolvedTls } from '../api/resolved.ts';
import { serviceEnvironment, serviceSecrets } from './api/environment.ts';
import { contentHash } from './pod.ts';

export interface Reference {
  /** The condition that tells when it is missing. */
  readonly type: ConditionType;
  /** The field that names it. */
  readonly field: string;
  readonly secretName: string;
  readonly keys: readonly string[];
}

/** Every Secret that must be there for the app to reach its external stores. */
export function references({ database, cache, events }: ResolvedApp): Reference[] {
  return [
    ...(database.mode === 'external'
      ? [
          ...account('DatabaseReady', 'spec.database.external.credentialsSecret', database.account),
          ...account('DatabaseReady', 'spec.database.external.migrationCredentialsSecret', database.migrationAccount),
          ...authority('DatabaseReady', 'spec.database.external.tls.caSecret', database.tls),
        ]
      : []),
    ...(cache.mode === 'external'
      ? [
          ...account('CacheReady', 'spec.cache.external.credentialsSecret', cache.account),
          ...authority('CacheReady', 'spec.cache.external.tls.caSecret', cache.tls),
        ]
      : []),
    ...(events.mode === 'external'
      ? [
          ...account('EventsReady', 'spec.events.external.sasl.credentialsSecret', events.sasl?.account),
          ...authority('EventsReady', 'spec.events.external.tls.caSecret', events.tls),
        ]
      : []),
  ];
}

function account(type: ConditionType, field: string, found: ResolvedAccount | undefined): Reference[] {
  if (!found) return [];
  const { passwordKey, secretName, usernameKey } = found;
  return [{ type, field, secretName, keys: usernameKey === undefined ? [passwordKey] : [usernameKey, passwordKey] }];
}

function authority(type: ConditionType, field: string, tls: ResolvedTls | undefined): Reference[] {
  if (!tls?.ca) return [];
  return [{ type, field, secretName: tls.ca.secretName, keys: [tls.ca.key] }];
}

/** The name under which the hash of some keys of a Secret is kept beside those of the generated Secrets. */
export function referenceId({ secretName, keys }: Pick<Reference, 'secretName' | 'keys'>): string {
  return `${secretName}/${keys.join(',')}`;
}

/**
 * On the pods of the API: what they read at their start. Of a Secret of others only the keys that are mounted count; and
 * where a store is external its address counts too, so that a pod's answer about it can be told from that of a pod which
 * still asks another.
 */
export function configHash(app: ResolvedApp, secretHashes: Readonly<Record<string, string>>): string {
  const hashes = serviceSecrets(app).map(
    ({ items, secretName }) =>
      secretHashes[referenceId({ secretName, keys: items.map(({ key }) => key) })] ?? secretHashes[secretName],
  );
  return isAllManaged(app) ? contentHash(hashes) : contentHash(hashes, serviceEnvironment(app));
}

function isAllManaged({ database, cache, events }: ResolvedApp): boolean {
  return [database, cache, events].every(({ mode }) => mode !== 'external');
}
