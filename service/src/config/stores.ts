/** The stores as values: what several variables say together, and what they must not say together. */
import type { DatabaseUrl } from './forms.ts';
import type { Variable, VariableReader } from './read.ts';
import { STORE_VARIABLES as V } from './store-variables.ts';

/** How a store proves who it is: by an authority's signature, and with VerifyFull by its name too. */
export interface TlsConfig {
  readonly verify: 'VerifyCA' | 'VerifyFull';
  /** PEM; absent: the authorities that Node knows. */
  readonly ca?: string;
}

export interface DatabaseConfig {
  readonly url: DatabaseUrl;
  /** Whom a migration finds able to work, if it has an account of its own. */
  readonly service?: Pick<DatabaseUrl, 'user' | 'password'>;
  readonly tls?: TlsConfig;
  readonly poolMin: number;
  /** All connections of this process together. */
  readonly poolMax: number;
  readonly timeZone: string;
}

export interface CacheConfig {
  readonly url: string;
  /** Where the URL does not name one. */
  readonly username?: string;
  readonly password?: string;
  readonly tls?: TlsConfig;
  readonly ttlMs: number;
}

export interface SaslConfig {
  readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512';
  readonly username: string;
  readonly password: string;
}

export interface EventsConfig {
  readonly bootstrapServers: readonly string[];
  readonly tls?: TlsConfig;
  readonly sasl?: SaslConfig;
  readonly topic: string;
  readonly partitions: number;
  /** Absent: the smaller of 3 and the brokers there are. */
  readonly replicationFactor?: number;
  /** Absent: what the brokers or the topic have. */
  readonly minInSyncReplicas?: number;
  readonly retentionMs: number;
  /** `serve` makes the topic. */
  readonly createTopic: boolean;
  /** A topic that exists is brought to what is asked. */
  readonly alterTopic: boolean;
}

/** An absent store is absent here. */
export interface Stores {
  readonly database?: DatabaseConfig;
  readonly cache?: CacheConfig;
  readonly events?: EventsConfig;
}

export function readStores(reader: VariableReader): Stores {
  const database = readDatabase(reader);
  const cache = readCache(reader);
  const events = readEvents(reader);
  return { ...(database && { database }), ...(cache && { cache }), ...(events && { events }) };
}

type Name = keyof typeof V;
const NAMES = Object.keys(V) as Name[];

/**
 * Refuses what would be ignored: whoever sets it believes that the store is there, and may have mistyped the one name that
 * says where. Not UPDATE_EVENTS, which the operator always sets.
 */
export function refuseWithoutStore(reader: VariableReader, { cache, events }: Stores): void {
  if (cache === undefined) refuseWithout(reader, 'REDIS_URL', /^(?:REDIS|CACHE)_/);
  if (events === undefined) refuseWithout(reader, 'KAFKA_BOOTSTRAP_SERVERS', /^KAFKA_/);
}

function refuseWithout(reader: VariableReader, address: 'REDIS_URL' | 'KAFKA_BOOTSTRAP_SERVERS', its: RegExp): void {
  if (reader.refused(address)) return;
  for (const name of NAMES.filter((each) => each !== address && its.test(each))) {
    if (!reader.isSet(name, V[name]) || reader.refused(name)) continue;
    reader.refuse(name, `is set, and ${address} is not`, `set ${address} to ${V[address].expects}, or remove it`);
  }
}

/** A variable with a fallback: undefined only when faulty, and then the config is never handed out. */
function read<T>(reader: VariableReader, name: Name, known: Variable<T>, ifFaulty: T): T {
  return reader.read(name, known) ?? ifFaulty;
}

function readDatabase(reader: VariableReader): DatabaseConfig | undefined {
  const url = reader.read('DATABASE_URL', V.DATABASE_URL);
  const poolMin = read(reader, 'DATABASE_POOL_MIN', V.DATABASE_POOL_MIN, 1);
  const poolMax = read(reader, 'DATABASE_POOL_MAX', V.DATABASE_POOL_MAX, 200);
  if (poolMin > poolMax) {
    reader.refuse(
      'DATABASE_POOL_MIN',
      'is above DATABASE_POOL_MAX',
      `write at most ${poolMax}, or raise DATABASE_POOL_MAX`,
    );
  }
  const timeZone = read(reader, 'DATABASE_TIME_ZONE', V.DATABASE_TIME_ZONE, 'UTC');
  const mode = read(reader, 'DATABASE_TLS', V.DATABASE_TLS, 'Disabled');
  const tls = readTls(reader, mode, 'DATABASE_TLS_CA', 'set DATABASE_TLS to VerifyFull, or remove it');
  if (url === undefined) return undefined;
  const user = addition(reader, 'DATABASE_USERNAME', url.user, 'DATABASE_URL') ?? url.user;
  const password = addition(reader, 'DATABASE_PASSWORD', url.password, 'DATABASE_URL') ?? url.password;
  if (user === '') reader.refuse('DATABASE_USERNAME', 'is not set, and DATABASE_URL names nobody', 'set one of them');
  const service = readServiceAccount(reader);
  return {
    url: { ...url, user, password },
    ...(service && { service }),
    ...(tls && { tls }),
    poolMin,
    poolMax,
    timeZone,
  };
}

function readServiceAccount(reader: VariableReader): DatabaseConfig['service'] {
  const user = reader.read('DATABASE_SERVICE_USERNAME', V.DATABASE_SERVICE_USERNAME);
  const password = reader.read('DATABASE_SERVICE_PASSWORD', V.DATABASE_SERVICE_PASSWORD);
  if (user !== undefined && password !== undefined) return { user, password };
  if (user !== undefined || password !== undefined) {
    reader.refuse('DATABASE_SERVICE_USERNAME', 'needs DATABASE_SERVICE_PASSWORD, and that it', 'set both or none');
  }
  return undefined;
}

function readCache(reader: VariableReader): CacheConfig | undefined {
  const url = reader.read('REDIS_URL', V.REDIS_URL);
  const ttlMs = read(reader, 'CACHE_TTL', V.CACHE_TTL, 1000);
  if (url === undefined) return undefined;
  const secure = url.startsWith('rediss:');
  const verify = reader.read('REDIS_TLS', V.REDIS_TLS);
  const fix = 'write REDIS_URL with rediss://, or remove it';
  if (verify !== undefined && !secure) reader.refuse('REDIS_TLS', 'is set, and TLS is not spoken', fix);
  const tls = readTls(reader, secure ? (verify ?? 'VerifyFull') : 'Disabled', 'REDIS_TLS_CA', fix);
  const named = new URL(url);
  const username = addition(reader, 'REDIS_USERNAME', named.username, 'REDIS_URL');
  const password = addition(reader, 'REDIS_PASSWORD', named.password, 'REDIS_URL');
  return {
    url,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(tls && { tls }),
    ttlMs,
  };
}

function readEvents(reader: VariableReader): EventsConfig | undefined {
  const bootstrapServers = reader.read('KAFKA_BOOTSTRAP_SERVERS', V.KAFKA_BOOTSTRAP_SERVERS);
  const mode = read(reader, 'KAFKA_TLS', V.KAFKA_TLS, 'Disabled');
  const tls = readTls(reader, mode, 'KAFKA_TLS_CA', 'set KAFKA_TLS to VerifyFull, or remove it');
  const sasl = readSasl(reader);
  const replicationFactor = reader.read('KAFKA_TOPIC_REPLICATION_FACTOR', V.KAFKA_TOPIC_REPLICATION_FACTOR);
  const minInSyncReplicas = reader.read('KAFKA_TOPIC_MIN_INSYNC_REPLICAS', V.KAFKA_TOPIC_MIN_INSYNC_REPLICAS);
  if (replicationFactor !== undefined && minInSyncReplicas !== undefined && minInSyncReplicas > replicationFactor) {
    reader.refuse(
      'KAFKA_TOPIC_MIN_INSYNC_REPLICAS',
      'is above KAFKA_TOPIC_REPLICATION_FACTOR',
      `write at most ${replicationFactor}, or raise KAFKA_TOPIC_REPLICATION_FACTOR`,
    );
  }
  const topic = {
    topic: read(reader, 'KAFKA_TOPIC', V.KAFKA_TOPIC, ''),
    partitions: read(reader, 'KAFKA_TOPIC_PARTITIONS', V.KAFKA_TOPIC_PARTITIONS, 1),
    ...(replicationFactor !== undefined && { replicationFactor }),
    ...(minInSyncReplicas !== undefined && { minInSyncReplicas }),
    retentionMs: read(reader, 'KAFKA_TOPIC_RETENTION', V.KAFKA_TOPIC_RETENTION, 0),
    createTopic: read(reader, 'KAFKA_TOPIC_CREATE', V.KAFKA_TOPIC_CREATE, false),
    alterTopic: read(reader, 'KAFKA_TOPIC_ALTER', V.KAFKA_TOPIC_ALTER, true),
  };
  if (bootstrapServers === undefined) return undefined;
  return { bootstrapServers, ...(tls && { tls }), ...(sasl && { sasl }), ...topic };
}

type CaName = 'DATABASE_TLS_CA' | 'REDIS_TLS_CA' | 'KAFKA_TLS_CA';

/** An authority that nobody would ask is a fault: whoever names one believes that TLS is spoken. */
function readTls(
  reader: VariableReader,
  mode: 'Disabled' | TlsConfig['verify'],
  name: CaName,
  fix: string,
): TlsConfig | undefined {
  const ca = reader.read(name, V[name]);
  if (mode !== 'Disabled') return { verify: mode, ...(ca !== undefined && { ca }) };
  if (ca !== undefined) reader.refuse(name, 'is set, and TLS is not spoken', fix);
  return undefined;
}

type AdditionName = 'DATABASE_USERNAME' | 'DATABASE_PASSWORD' | 'REDIS_USERNAME' | 'REDIS_PASSWORD';

/** What a URL may leave to a variable of its own; both at once is a fault. */
function addition(reader: VariableReader, name: AdditionName, inUrl: string, urlName: string): string | undefined {
  const value = reader.read(name, V[name]);
  if (value !== undefined && inUrl !== '')
    reader.refuse(name, `is set, and ${urlName} says it too`, 'keep one of them');
  return value;
}

function readSasl(reader: VariableReader): SaslConfig | undefined {
  const mechanism = reader.read('KAFKA_SASL_MECHANISM', V.KAFKA_SASL_MECHANISM);
  const username = reader.read('KAFKA_SASL_USERNAME', V.KAFKA_SASL_USERNAME);
  const password = reader.read('KAFKA_SASL_PASSWORD', V.KAFKA_SASL_PASSWORD);
  if (mechanism !== undefined && username !== undefined && password !== undefined) {
    return { mechanism, username, password };
  }
  if (mechanism === undefined && username === undefined && password === undefined) return undefined;
  reader.refuse(
    'KAFKA_SASL_MECHANISM',
    'needs KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD, and they it',
    'set all three or none',
  );
  return undefined;
}
