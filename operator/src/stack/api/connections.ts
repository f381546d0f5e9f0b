/**
 * How a pod of the service reaches a store: what its environment says, and which Secrets it mounts. Passwords and
 * certificates are files always. Of a managed store the whole address comes from its generated Secret; of an external one
 * the address is in the spec, and only the account and the authority are in Secrets.
 */
import { isDeepStrictEqual } from 'node:util';
import type { PodSpec } from 'kubernetes-types/core/v1.js';
import { names } from '../../api/names.ts';
import type { ResolvedAccount, ResolvedApp, ResolvedTls } from '../../api/resolved.ts';
import { bootstrapServers } from '../events/events.ts';
import type { MountedSecret } from '../pod.ts';
import { environmentIn } from './container.ts';

export interface Connection {
  readonly variables: Readonly<Record<string, string>>;
  readonly secrets: readonly MountedSecret[];
}

/** Where Secrets are mounted, each in a folder of its own. */
export const secretsFolder = '/run/secrets/memo';
/** To a store that is not there. */
export const noConnection: Connection = { variables: {}, secrets: [] };

/** @param user `migration`: the account that may change the schema */
export function databaseConnection(app: ResolvedApp, user: 'service' | 'migration'): Connection {
  const { database } = app;
  const child = names(app);
  const name = user === 'service' ? 'database' : 'migration';
  if (database.mode === 'managed') {
    const secretName = user === 'service' ? child.databaseCredentials : child.databaseMigration;
    const volume = user === 'service' ? 'database-credentials' : 'migration';
    return generated('DATABASE_URL', name, volume, secretName);
  }
  const { account, migrationAccount, tls } = database;
  return joined(
    { variables: { DATABASE_URL: `mysql://${addressOf(database)}` }, secrets: [] },
    accountOf('DATABASE', name, user === 'service' ? account : (migrationAccount ?? account)),
    tls && { variables: { DATABASE_TLS: tls.mode }, secrets: [] },
    authorityOf('DATABASE_TLS_CA', 'database-ca', tls),
  );
}

/** The volume of an external database's account of the API. */
export const accountVolume = accountVolumeOf('database');

/** The API's account as a migration finds it beside its own, to try it. */
export function triedAccount({ database }: ResolvedApp): Connection {
  if (database.mode === 'managed' || !database.migrationAccount) return noConnection;
  return accountOf('DATABASE_SERVICE', 'database', database.account);
}

export function cacheConnection(app: ResolvedApp): Connection {
  const { cache } = app;
  switch (cache.mode) {
    case 'disabled':
      return noConnection;
    case 'managed':
      return generated('REDIS_URL', 'cache', 'cache-credentials', names(app).cacheCredentials);
    case 'external':
      return joined(
        { variables: { REDIS_URL: cache.url }, secrets: [] },
        cache.account && accountOf('REDIS', 'cache', cache.account),
        cache.tls && { variables: { REDIS_TLS: cache.tls.mode }, secrets: [] },
        authorityOf('REDIS_TLS_CA', 'cache-ca', cache.tls),
      );
  }
}

export function eventsConnection(app: ResolvedApp): Connection {
  const { events } = app;
  switch (events.mode) {
    case 'disabled':
      return noConnection;
    case 'managed':
      return { variables: { KAFKA_BOOTSTRAP_SERVERS: bootstrapServers(app) }, secrets: [] };
    case 'external': {
      const { bootstrapServers: servers, sasl, tls } = events;
      return joined(
        { variables: { KAFKA_BOOTSTRAP_SERVERS: servers.join(',') }, secrets: [] },
        sasl && { variables: { KAFKA_SASL_MECHANISM: sasl.mechanism }, secrets: [] },
        sasl && accountOf('KAFKA_SASL', 'events', sasl.account),
        tls && { variables: { KAFKA_TLS: tls.mode }, secrets: [] },
        authorityOf('KAFKA_TLS_CA', 'events-ca', tls),
      );
    }
  }
}

/** Whether a pod of this spec reaches the store in this very way: address, account and authority. */
export function isConnected(spec: PodSpec | undefined, { secrets, variables }: Connection): boolean {
  const environment = environmentIn(spec);
  const isMounted = ({ items, secretName, volume }: MountedSecret): boolean => {
    const secret = spec?.volumes?.find(({ name }) => name === volume)?.secret;
    return secret?.secretName === secretName && isDeepStrictEqual(secret.items, items);
  };
  return (
    Object.entries(variables).every(([name, value]) => environment.get(name) === value) && secrets.every(isMounted)
  );
}

/** `host:port/database`, also what `status.database.address` says. */
export function addressOf({ host, port, database }: { host: string; port: number; database: string }): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}/${database}`;
}

function generated(variable: string, name: string, volume: string, secretName: string): Connection {
  const mountPath = `${secretsFolder}/${name}`;
  const items = [{ key: 'uri', path: 'uri' }];
  return {
    variables: { [`${variable}_FILE`]: `${mountPath}/uri` },
    secrets: [{ volume, secretName, mountPath, items }],
  };
}

function accountOf(
  prefix: string,
  name: string,
  { secretName, usernameKey, passwordKey }: ResolvedAccount,
): Connection {
  const mountPath = `${secretsFolder}/${name}`;
  const username = usernameKey === undefined ? [] : [{ key: usernameKey, path: 'username' }];
  const items = [...username, { key: passwordKey, path: 'password' }];
  return {
    variables: Object.fromEntries(
      items.map(({ path }) => [`${prefix}_${path.toUpperCase()}_FILE`, `${mountPath}/${path}`]),
    ),
    secrets: [{ volume: accountVolumeOf(name), secretName, mountPath, items }],
  };
}

function accountVolumeOf(name: string): string {
  return `${name}-account`;
}

function authorityOf(variable: string, name: string, tls: ResolvedTls | undefined): Connection | undefined {
  if (!tls?.ca) return undefined;
  const mountPath = `${secretsFolder}/${name}`;
  const items = [{ key: tls.ca.key, path: 'ca.crt' }];
  return {
    variables: { [`${variable}_FILE`]: `${mountPath}/ca.crt` },
    secrets: [{ volume: name, secretName: tls.ca.secretName, mountPath, items }],
  };
}

function joined(...parts: readonly (Connection | undefined)[]): Connection {
  const present = parts.filter((part) => part !== undefined);
  return {
    variables: Object.assign({}, ...present.map(({ variables }) => variables)) as Record<string, string>,
    secrets: present.flatMap(({ secrets }) => secrets),
  };
}
