/**
 * THE list of the service's environment: names, forms, bounds, defaults and descriptions, as data.
 * `parseConfig` reads it, docs/configuration.md is generated from it, and the operator renders it.
 */
import { AUTH_VARIABLES, readAuth } from './config/auth.ts';
import { address, choice, date, duration, integer, networks, origins, rate, toggle } from './config/forms.ts';
import { variable, VariableReader } from './config/read.ts';
import type { Environment, ReadFile, Variable } from './config/read.ts';
import { STORE_VARIABLES } from './config/store-variables.ts';
import { readStores, refuseWithoutStore } from './config/stores.ts';
import type { DatabaseConfig, EventsConfig } from './config/stores.ts';
import type { Config, Rate, RateLimits } from './config/types.ts';
import type { LimitClass } from './http/operations.ts';

export { ConfigurationError } from './config/read.ts';
export type { DatabaseUrl } from './config/forms.ts';
export type { CacheConfig, DatabaseConfig, EventsConfig, SaslConfig, TlsConfig } from './config/stores.ts';
export type * from './config/types.ts';

/** Every variable the service reads, in the order of the documentation. */
export const VARIABLES = {
  ...STORE_VARIABLES,
  MIGRATION_PATIENCE: variable({
    form: duration('1s', '1h'),
    expects: 'a duration from 1s to 1h',
    fallback: '60s',
    about:
      'How long `migrate` bears a database that does not answer, at the start and in the middle, before it fails. A migration that is under way may take any time.',
  }),
  UPDATE_EVENTS: variable({
    form: toggle(),
    expects: 'Enabled or Disabled',
    fallback: 'Disabled',
    about: 'Publish `memo_updated` too. The consumers of the original know only created and deleted.',
  }),
  HOST: variable({
    form: address(),
    expects: 'an IP address such as :: or 0.0.0.0',
    fallback: '::',
    about: 'The address to listen on. `::` takes IPv4 too, and becomes `0.0.0.0` where there is no IPv6.',
  }),
  PORT: variable({
    form: integer(0, 65535),
    expects: 'a port from 0 to 65535',
    fallback: '8000',
    about: 'The port of the API. 0 takes a free one.',
  }),
  MANAGEMENT_PORT: variable({
    form: integer(0, 65535),
    expects: 'a port from 0 to 65535',
    fallback: '9090',
    about: 'The port of `/livez`, `/readyz`, `/health` and `/metrics`; route no traffic to it. 0 takes a free one.',
  }),
  LOG_LEVEL: variable({
    form: choice(['debug', 'info', 'warn', 'error']),
    expects: 'debug, info, warn or error',
    fallback: 'info',
    about: 'The least important log lines to write. At `info` every request is one line.',
  }),
  CORS_ALLOWED_ORIGINS: variable({
    form: origins(),
    expects: 'https://a.example,https://b.example, * or none',
    fallback: '*',
    about:
      'Origins whose pages may call the API; `none` for no page of another origin. Credentials are never allowed with it.',
  }),
  LEGACY_PATHS: variable({
    form: choice(['Enabled', 'Deprecated', 'Disabled']),
    expects: 'Enabled, Deprecated or Disabled',
    fallback: 'Enabled',
    about:
      'Answer the paths without `/v1` of the first clients. `Deprecated`: with headers that say so and name the path to use.',
  }),
  LEGACY_PATHS_SUNSET: variable({
    form: date(),
    expects: 'a date such as 2027-06-30',
    about:
      'When the paths without `/v1` will go away: their replies say so in `Sunset`. Only with `LEGACY_PATHS=Deprecated`.',
  }),
  ...AUTH_VARIABLES,
  RATE_LIMIT_READ: variable({
    form: rate(),
    expects: 'requests and a time from 1s to 24h, such as 600/1m',
    about:
      'Most requests of one client that read. Absent: no limit. Counted in Redis for all pods together, or by each pod while Redis is away.',
  }),
  RATE_LIMIT_WRITE: variable({
    form: rate(),
    expects: 'requests and a time from 1s to 24h, such as 30/1m',
    about: 'Most requests of one client that change something. Absent: no limit.',
  }),
  RATE_LIMIT_SEARCH: variable({
    form: rate(),
    expects: 'requests and a time from 1s to 24h, such as 60/1m',
    about: 'Most searches of one client. Absent: no limit.',
  }),
  TRUSTED_PROXIES: variable({
    form: networks(),
    expects: '10.244.0.0/16,fd00::/8',
    about:
      "The networks of the proxies whose `X-Forwarded-For` counts when a client's address is asked for. Absent: none, the address is that of the connection.",
  }),
  MAX_CONTENT_BYTES: variable({
    form: integer(1024, 4_194_304),
    expects: 'a whole number from 1024 to 4194304',
    fallback: '1048576',
    about: 'The longest content of a memo in bytes of UTF-8; a longer one is answered 413.',
  }),
  REQUEST_TIMEOUT: variable({
    form: duration('1s', '600s'),
    expects: 'a duration from 1s to 600s',
    fallback: '30s',
    about:
      'For a client to send a whole request, at most 10s of it for the headers, or the next part of an import; and how long it may take nothing of a reply, half a minute more of one that is not streamed.',
  }),
  SHUTDOWN_DELAY: variable({
    form: duration('0s', '60s'),
    expects: 'a duration from 0s to 60s',
    fallback: '5s',
    about: 'How long to serve on after SIGTERM, until every proxy has taken this pod off its list.',
  }),
} as const;

/** The commands of the service. */
export type Command = 'serve' | 'migrate' | 'topic';

/** What `serve` and `migrate` start from. */
export type DatabaseBoundConfig = Config & { readonly database: DatabaseConfig };
/** What `topic` starts from. */
export type TopicConfig = Config & { readonly events: EventsConfig };

/**
 * The environment of `serve` as values.
 * @param readFile reads the file of a `*_FILE` variable as text
 * @throws ConfigurationError naming every faulty variable, its fault and the fix
 */
export function parseConfig(environment: Environment, readFile: ReadFile): DatabaseBoundConfig {
  const parsed = parse(environment, readFile);
  refuseWithoutStore(parsed.reader, parsed.config);
  return withDatabase(parsed);
}

/** As {@link parseConfig}, for the `migrate` command, which has no use for the other stores. */
export function parseMigrationConfig(environment: Environment, readFile: ReadFile): DatabaseBoundConfig {
  return withDatabase(parse(environment, readFile));
}

function withDatabase({ config, reader }: Parsed): DatabaseBoundConfig {
  const { database } = config;
  if (database === undefined) return reader.fail('DATABASE_URL', VARIABLES.DATABASE_URL);
  reader.close();
  return { ...config, database };
}

/** As {@link parseConfig}, for the `topic` command: Kafka is required and the database is not. */
export function parseTopicConfig(environment: Environment, readFile: ReadFile): TopicConfig {
  const { config, reader } = parse(environment, readFile);
  const { events } = config;
  if (events === undefined) return reader.fail('KAFKA_BOOTSTRAP_SERVERS', VARIABLES.KAFKA_BOOTSTRAP_SERVERS);
  reader.close();
  return { ...config, events };
}

interface Parsed {
  readonly config: Config;
  readonly reader: VariableReader;
}

function parse(environment: Environment, readFile: ReadFile): Parsed {
  const reader = new VariableReader(environment, readFile);
  /** A variable with a fallback: undefined only when faulty, and then the config is never handed out. */
  const read = <T>(name: keyof typeof VARIABLES, known: Variable<T>, ifFaulty: T): T =>
    reader.read(name, known) ?? ifFaulty;
  const v = VARIABLES;
  const legacyPaths = read('LEGACY_PATHS', v.LEGACY_PATHS, 'Deprecated');
  const sunset = reader.read('LEGACY_PATHS_SUNSET', v.LEGACY_PATHS_SUNSET);
  if (sunset !== undefined && legacyPaths !== 'Deprecated') {
    reader.refuse(
      'LEGACY_PATHS_SUNSET',
      `is set and LEGACY_PATHS is ${legacyPaths}`,
      'write Deprecated there, or remove it',
    );
  }
  const auth = readAuth(reader);
  const config: Config = {
    ...readStores(reader),
    migrationPatienceMs: read('MIGRATION_PATIENCE', v.MIGRATION_PATIENCE, 1000),
    updateEvents: read('UPDATE_EVENTS', v.UPDATE_EVENTS, false),
    http: {
      host: read('HOST', v.HOST, '::'),
      port: read('PORT', v.PORT, 0),
      managementPort: read('MANAGEMENT_PORT', v.MANAGEMENT_PORT, 0),
      allowedOrigins: read('CORS_ALLOWED_ORIGINS', v.CORS_ALLOWED_ORIGINS, []),
      legacyPaths,
      ...(sunset === undefined ? {} : { legacyPathsSunset: sunset }),
      trustedProxies: reader.read('TRUSTED_PROXIES', v.TRUSTED_PROXIES) ?? [],
      maxContentBytes: read('MAX_CONTENT_BYTES', v.MAX_CONTENT_BYTES, 1024),
      requestTimeoutMs: read('REQUEST_TIMEOUT', v.REQUEST_TIMEOUT, 0),
      shutdownDelayMs: read('SHUTDOWN_DELAY', v.SHUTDOWN_DELAY, 0),
    },
    ...(auth === undefined ? {} : { auth }),
    rateLimits: present({
      read: reader.read('RATE_LIMIT_READ', v.RATE_LIMIT_READ),
      write: reader.read('RATE_LIMIT_WRITE', v.RATE_LIMIT_WRITE),
      search: reader.read('RATE_LIMIT_SEARCH', v.RATE_LIMIT_SEARCH),
    }),
    logLevel: read('LOG_LEVEL', v.LOG_LEVEL, 'info'),
  };
  return { config, reader };
}

/** Without what is undefined. */
function present(limits: Readonly<Record<LimitClass, Rate | undefined>>): RateLimits {
  return Object.fromEntries(Object.entries(limits).filter(([, rate]) => rate !== undefined));
}
