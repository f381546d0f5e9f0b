/**
 * The environment of the service. Its names, types and bounds are the service's own list (service/src/config.ts); a test
 * feeds what is rendered here to the service's parser.
 */
import type { ResolvedApp } from '../../api/resolved.ts';
import type { MountedSecret } from '../pod.ts';
import { accessControl } from './access.ts';
import { cacheConnection, databaseConnection, eventsConnection } from './connections.ts';

export interface Variable {
  readonly name: string;
  readonly value: string;
}

/** What a pod of the API mounts. */
export function serviceSecrets(app: ResolvedApp): MountedSecret[] {
  const connections = [databaseConnection(app, 'service'), cacheConnection(app), eventsConnection(app)];
  return [...connections, accessControl(app)].flatMap(({ secrets }) => secrets);
}

export function serviceEnvironment(app: ResolvedApp): Variable[] {
  const { api, cache, events } = app;
  return variablesOf({
    CORS_ALLOWED_ORIGINS: api.allowedOrigins.length === 0 ? 'none' : api.allowedOrigins.join(','),
    DATABASE_POOL_MAX: String(api.connectionPool.max),
    DATABASE_POOL_MIN: String(api.connectionPool.min),
    ...databaseConnection(app, 'service').variables,
    LEGACY_PATHS: api.legacyPaths,
    LOG_LEVEL: api.logLevel,
    UPDATE_EVENTS: events.updateEvents,
    ...accessControl(app).variables,
    ...(cache.mode !== 'disabled' && { CACHE_TTL: cache.ttl, ...cacheConnection(app).variables }),
    ...(events.mode !== 'disabled' && { KAFKA_TOPIC: events.topic.name, ...eventsConnection(app).variables }),
  });
}

/** What `migrate` needs to bring the schema up to date. */
export function migrationEnvironment(app: ResolvedApp): Variable[] {
  return variablesOf({ ...databaseConnection(app, 'migration').variables, LOG_LEVEL: app.api.logLevel });
}

/** What `topic` needs to make the topic, and to alter it where the broker is ours. */
export function topicEnvironment(app: ResolvedApp): Variable[] {
  const { mode, topic } = app.events;
  return variablesOf({
    ...eventsConnection(app).variables,
    KAFKA_TOPIC: topic.name,
    ...(topic.minInSyncReplicas !== undefined && { KAFKA_TOPIC_MIN_INSYNC_REPLICAS: String(topic.minInSyncReplicas) }),
    KAFKA_TOPIC_PARTITIONS: String(topic.partitions),
    ...(topic.replicationFactor !== undefined && { KAFKA_TOPIC_REPLICATION_FACTOR: String(topic.replicationFactor) }),
    KAFKA_TOPIC_RETENTION: topic.retention,
    ...(mode === 'external' && { KAFKA_TOPIC_ALTER: 'false' }),
  });
}

/** Sorted by name, as it is shown to people. */
export function variablesOf(variables: Readonly<Record<string, string>>): Variable[] {
  return Object.entries(variables)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => ({ name, value }));
}
