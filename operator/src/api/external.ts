/** The stores that somebody else runs, with nothing left open. */
import type { MemoAppSpec } from './memoapp.ts';
import { databaseName, ports } from './names.ts';
import type { ExternalCache, ExternalDatabase, ExternalEvents, ResolvedAccount, ResolvedTls } from './resolved.ts';

type Spec<Part extends 'database' | 'cache' | 'events'> = NonNullable<NonNullable<MemoAppSpec[Part]>['external']>;

interface AccountSpec {
  readonly name: string;
  readonly usernameKey?: string;
  readonly passwordKey?: string;
}

export function externalDatabase(spec: Spec<'database'>): ExternalDatabase {
  const { credentialsSecret, migrationCredentialsSecret } = spec;
  return {
    mode: 'external',
    host: spec.host,
    port: spec.port ?? ports.database,
    database: spec.database ?? databaseName,
    account: resolveAccount(credentialsSecret, 'username'),
    migrationAccount: migrationCredentialsSecret && resolveAccount(migrationCredentialsSecret, 'username'),
    tls: tls(spec.tls),
  };
}

export function externalCache({ url, credentialsSecret, tls: tlsSpec }: Spec<'cache'>): ExternalCache {
  return {
    mode: 'external',
    url,
    account: credentialsSecret && resolveAccount(credentialsSecret, undefined),
    tls: tls(tlsSpec),
  };
}

export function externalEvents(spec: Spec<'events'>): ExternalEvents {
  const { sasl } = spec;
  return {
    mode: 'external',
    bootstrapServers: spec.bootstrapServers,
    sasl: sasl && { mechanism: sasl.mechanism, account: resolveAccount(sasl.credentialsSecret, 'username') },
    tls: tls(spec.tls),
    createTopic: spec.createTopic ?? 'IfMissing',
  };
}

/** @param username the key of the user name where the spec names none */
export function resolveAccount(
  { name, usernameKey, passwordKey }: AccountSpec,
  username: string | undefined,
): ResolvedAccount {
  return { secretName: name, usernameKey: usernameKey ?? username, passwordKey: passwordKey ?? 'password' };
}

function tls(spec: Spec<'database'>['tls']): ResolvedTls | undefined {
  if (!spec) return undefined;
  const { caSecret, mode = 'VerifyFull' } = spec;
  return { mode, ca: caSecret && { secretName: caSecret.name, key: caSecret.key ?? 'ca.crt' } };
}
