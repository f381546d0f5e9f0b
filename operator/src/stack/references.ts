/** Secrets that the spec names and others fill: which keys are needed, and the hash by which pods follow them. */
import type { ConditionType } from '../api/conditions.ts';
import type { ResolvedAccount, ResolvedApp, ResolvedKey } from '../api/resolved.ts';
import { serviceEnvironment, serviceSecrets } from './api/environment.ts';
import { contentHash } from './pod.ts';

export interface Reference {
  /** The condition that tells when it is missing. */
  readonly type: ConditionType;
  /** The field that names it. */
  readonly field: string;
  readonly secretName: string;
  readonly keys: readonly string[];
  /** How long the value of each key must be for the service to take it. Absent: of any length. */
  readonly leastBytes?: number;
}

/** Of a key for HS256 (RFC 7518, 3.2): the service refuses a shorter one. */
const signingKeyBytes = 32;

/** Every Secret that must be there for the app to reach its external stores, and to verify the tokens of its callers. */
export function references({ api, database, cache, events }: ResolvedApp): Reference[] {
  return [
    ...key('Ready', 'spec.api.auth.jwt.secret', api.auth?.secret).map((found) => ({
      ...found,
      leastBytes: signingKeyBytes,
    })),
    ...(database.mode === 'external'
      ? [
          ...account('DatabaseReady', 'spec.database.external.credentialsSecret', database.account),
          ...account('DatabaseReady', 'spec.database.external.migrationCredentialsSecret', database.migrationAccount),
          ...key('DatabaseReady', 'spec.database.external.tls.caSecret', database.tls?.ca),
        ]
      : []),
    ...(cache.mode === 'external'
      ? [
          ...account('CacheReady', 'spec.cache.external.credentialsSecret', cache.account),
          ...key('CacheReady', 'spec.cache.external.tls.caSecret', cache.tls?.ca),
        ]
      : []),
    ...(events.mode === 'external'
      ? [
          ...account('EventsReady', 'spec.events.external.sasl.credentialsSecret', events.sasl?.account),
          ...key('EventsReady', 'spec.events.external.tls.caSecret', events.tls?.ca),
        ]
      : []),
  ];
}

function account(type: ConditionType, field: string, found: ResolvedAccount | undefined): Reference[] {
  if (!found) return [];
  const { passwordKey, secretName, usernameKey } = found;
  return [{ type, field, secretName, keys: usernameKey === undefined ? [passwordKey] : [usernameKey, passwordKey] }];
}

function key(type: ConditionType, field: string, found: ResolvedKey | undefined): Reference[] {
  return found ? [{ type, field, secretName: found.secretName, keys: [found.key] }] : [];
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
