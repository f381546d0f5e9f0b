/**
 * THE list of the service's environment: names, forms, bounds, defaults and descriptions, as data.
 * `parseConfig` reads it, docs/configuration.md is generated from it, and the operator renders it.
 */
import {
  address,
  boolean,
  choice,
  databaseUrl,
  duration,
  integer,
  list,
  origins,
  redisUrl,
  timeZone,
  toggle,
  topicName,
} from './config/forms.ts';
import type { DatabaseUrl } from './config/forms.ts';
import { VariableReader } from './config/read.ts';
import type { Environment, ReadFile, Variable } from './config/read.ts';

export { ConfigurationError } from './config/read.ts';
export type { DatabaseUrl } from './config/forms.ts';

function variable<T>(definition: Variable<T>): Variable<T> {
  return definition;
}

/** Every variable the service reads, in the order of the documentation. */
export const VARIABLES = {
  DATABASE_URL: variable({
    form: databaseUrl(),
    expects: 'mysql://user:password@host:3306/database',
    file: true,
    about:
      'MariaDB. Required by `serve` and `migrate`. `mariadb://` and the SQLAlchemy form `mysql+aiomysql://` are read too; driver options after `?` are ignored.',
  }),
  DATABASE_POOL_MIN: variable({
    form: integer(1, 200),
    expects: 'a whole number from 1 to 200',
    fallback: '10',
    about: 'Connections kept open even when idle.',
  }),
  DATABASE_POOL_MAX: variable({
    form: integer(4, 200),
    expects: 'a whole number from 4 to 200',
    fallback: '20',
    about:
      'All connections of one pod together: requests, the event relay and the health probe. Replicas times this must stay below the `max_connections` of MariaDB.',
  }),
  DATABASE_TIME_ZONE: variable({
    form: timeZone(),
    expects: 'a time zone such as UTC or Asia/Seoul',
    fallback: 'UTC',
    about: 'The zone in which the times of rows written by the original service are read; it stored them without one.',
  }),
  MIGRATION_PATIENCE: variable({
    form: duration('1s', '1h'),
    expects: 'a duration from 1s to 1h',
    fallback: '60s',
    about:
      'How long `migrate` bears a database that does not answer, at the start and in the middle, before it fails. A migration that is under way may take any time.',
  }),
  REDIS_URL: variable({
    form: redisUrl(),
    expects: 'redis://:password@host:6379/0',
    file: true,
    about: 'Redis, the cache. Absent: every read asks the database.',
  }),
  CACHE_TTL: variable({
    form: duration('1s', '300s'),
    expects: 'a duration from 1s to 300s',
    fallback: '300s',
    about: 'How long a memo may stay in the cache. It is dropped at once when the memo changes.',
  }),
  KAFKA_BOOTSTRAP_SERVERS: variable({
    form: list(/^(?:\[[0-9a-fA-F:]+\]|[\w.-]+)(?::\d{1,5})?$/, 'host:port'),
    expects: 'host:9092,host:9092',
    file: true,
    about: 'Kafka brokers. Required by `topic`. Absent: events are kept in the outbox for replay and not published.',
  }),
  KAFKA_TOPIC: variable({
    form: topicName(),
    expects: 'a topic name of letters, digits, ".", "_" and "-"',
    fallback: 'memo_events',
    about: 'The topic of the events.',
  }),
  KAFKA_TOPIC_PARTITIONS: variable({
    form: integer(1, 1000),
    expects: 'a whole number from 1 to 1000',
    fallback: '3',
    about: 'Partitions of the topic. An existing topic is only ever given more.',
  }),
  KAFKA_TOPIC_REPLICATION_FACTOR: variable({
    form: integer(1, 10),
    expects: 'a whole number from 1 to 10',
    fallback: '1',
    about: 'Replicas of each partition when the topic is made; an existing topic keeps its own.',
  }),
  KAFKA_TOPIC_MIN_INSYNC_REPLICAS: variable({
    form: integer(1, 10),
    expects: 'a whole number from 1 to 10',
    about:
      'In-sync replicas that must have an event before it counts as sent; at most the replication factor. Absent: what the brokers or the topic have.',
  }),
  KAFKA_TOPIC_RETENTION: variable({
    form: duration('1m', '87600h'),
    expects: 'a duration from 1m to 87600h',
    fallback: '168h',
    about: 'How long Kafka keeps an event.',
  }),
  KAFKA_TOPIC_CREATE: variable({
    form: boolean(),
    expects: 'true or false',
    fallback: 'false',
    about: '`serve` makes the topic itself. Leave it off where the `topic` command is run, as under the operator.',
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
    form: toggle(),
    expects: 'Enabled or Disabled',
    fallback: 'Enabled',
    about: 'Answer the paths without `/v1` of the first clients.',
  }),
  MAX_CONTENT_BYTES: variable({
    form: integer(1024, 4_194_304),
    expects: 'a whole number from 1024 to 4194304',
    fallback: '1048576',
    about: 'The longest content of a memo in bytes of UTF-8; a longer one is answered 413.',
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

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export interface DatabaseConfig {
  readonly url: DatabaseUrl;
  readonly poolMin: number;
  /** All connections of this process together. */
  readonly poolMax: number;
  readonly timeZone: string;
}

export interface CacheConfig {
  readonly url: string;
  readonly ttlMs: number;
}

export interface EventsConfig {
  readonly bootstrapServers: readonly string[];
  readonly topic: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly minInSyncReplicas?: number;
  readonly retentionMs: number;
  /** `serve` makes the topic. */
  readonly createTopic: boolean;
}

export interface HttpConfig {
  readonly host: string;
  readonly port: number;
  readonly managementPort: number;
  readonly allowedOrigins: readonly string[];
  readonly legacyPaths: boolean;
  readonly maxContentBytes: number;
  readonly shutdownDelayMs: number;
}

/** The parsed environment. An absent store is absent here. */
export interface Config {
  readonly database?: DatabaseConfig;
  readonly cache?: CacheConfig;
  readonly events?: EventsConfig;
  /** How long the database may leave `migrate` without an answer. */
  readonly migrationPatienceMs: number;
  /** `memo_updated` goes to the topic too. */
  readonly updateEvents: boolean;
  readonly http: HttpConfig;
  readonly logLevel: LogLevel;
}

/** What `serve` and `migrate` start from. */
export type DatabaseBoundConfig = Config & { readonly database: DatabaseConfig };
/** What `topic` starts from. */
export type TopicConfig = Config & { readonly events: EventsConfig };

/**
 * The service's environment as values.
 * @param readFile reads the file of a `*_FILE` variable as text
 * @throws ConfigurationError naming every faulty variable, its fault and the fix
 */
export function parseConfig(environment: Environment, readFile: ReadFile): DatabaseBoundConfig {
  const { config, reader } = parse(environment, readFile);
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

function parse(environment: Environment, readFile: ReadFile): { config: Config; reader: VariableReader } {
  const reader = new VariableReader(environment, readFile);
  /** A variable with a fallback: undefined only when faulty, and then the config is never handed out. */
  const read = <T>(name: keyof typeof VARIABLES, known: Variable<T>, ifFaulty: T): T =>
    reader.read(name, known) ?? ifFaulty;
  const v = VARIABLES;
  const url = reader.read('DATABASE_URL', v.DATABASE_URL);
  const poolMin = read('DATABASE_POOL_MIN', v.DATABASE_POOL_MIN, 1);
  const poolMax = read('DATABASE_POOL_MAX', v.DATABASE_POOL_MAX, 200);
  if (poolMin > poolMax) {
    reader.refuse(
      'DATABASE_POOL_MIN',
      'is above DATABASE_POOL_MAX',
      `write at most ${poolMax}, or raise DATABASE_POOL_MAX`,
    );
  }
  const timeZone = read('DATABASE_TIME_ZONE', v.DATABASE_TIME_ZONE, 'UTC');
  const redis = reader.read('REDIS_URL', v.REDIS_URL);
  const ttlMs = read('CACHE_TTL', v.CACHE_TTL, 1000);
  const bootstrapServers = reader.read('KAFKA_BOOTSTRAP_SERVERS', v.KAFKA_BOOTSTRAP_SERVERS);
  const replicationFactor = read('KAFKA_TOPIC_REPLICATION_FACTOR', v.KAFKA_TOPIC_REPLICATION_FACTOR, 10);
  const minInSyncReplicas = reader.read('KAFKA_TOPIC_MIN_INSYNC_REPLICAS', v.KAFKA_TOPIC_MIN_INSYNC_REPLICAS);
  if (minInSyncReplicas !== undefined && minInSyncReplicas > replicationFactor) {
    reader.refuse(
      'KAFKA_TOPIC_MIN_INSYNC_REPLICAS',
      'is above KAFKA_TOPIC_REPLICATION_FACTOR',
      `write at most ${replicationFactor}, or raise KAFKA_TOPIC_REPLICATION_FACTOR`,
    );
  }
  const topic = {
    topic: read('KAFKA_TOPIC', v.KAFKA_TOPIC, ''),
    partitions: read('KAFKA_TOPIC_PARTITIONS', v.KAFKA_TOPIC_PARTITIONS, 1),
    replicationFactor,
    ...(minInSyncReplicas === undefined ? {} : { minInSyncReplicas }),
    retentionMs: read('KAFKA_TOPIC_RETENTION', v.KAFKA_TOPIC_RETENTION, 0),
    createTopic: read('KAFKA_TOPIC_CREATE', v.KAFKA_TOPIC_CREATE, false),
  };
  const config: Config = {
    ...(url === undefined ? {} : { database: { url, poolMin, poolMax, timeZone } }),
    ...(redis === undefined ? {} : { cache: { url: redis, ttlMs } }),
    ...(bootstrapServers === undefined ? {} : { events: { bootstrapServers, ...topic } }),
    migrationPatienceMs: read('MIGRATION_PATIENCE', v.MIGRATION_PATIENCE, 1000),
    updateEvents: read('UPDATE_EVENTS', v.UPDATE_EVENTS, false),
    http: {
      host: read('HOST', v.HOST, '::'),
      port: read('PORT', v.PORT, 0),
      managementPort: read('MANAGEMENT_PORT', v.MANAGEMENT_PORT, 0),
      allowedOrigins: read('CORS_ALLOWED_ORIGINS', v.CORS_ALLOWED_ORIGINS, []),
      legacyPaths: read('LEGACY_PATHS', v.LEGACY_PATHS, true),
      maxContentBytes: read('MAX_CONTENT_BYTES', v.MAX_CONTENT_BYTES, 1024),
      shutdownDelayMs: read('SHUTDOWN_DELAY', v.SHUTDOWN_DELAY, 0),
    },
    logLevel: read('LOG_LEVEL', v.LOG_LEVEL, 'info'),
  };
  return { config, reader };
}
