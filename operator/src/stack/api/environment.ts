/**
 * The environment of the service. Its names, types and bounds are the service's own list (service/src/config.ts); a test
 * feeds what is rendered here to the service's parser.
 */
import { names } from '../../api/names.ts';
import type { ResolvedApp } from '../../api/resolved.ts';
import { bootstrapServers } from '../events/events.ts';
import type { MountedUri } from '../pod.ts';

interface Variable {
  readonly name: string;
  readonly value: string;
}

const folder = '/run/secrets/memo';

export function mountedUris(app: ResolvedApp): MountedUri[] {
  const child = names(app);
  return [
    { volume: 'database-credentials', secretName: child.databaseCredentials, mountPath: `${folder}/database` },
    ...(app.cache.mode === 'managed'
      ? [{ volume: 'cache-credentials', secretName: child.cacheCredentials, mountPath: `${folder}/cache` }]
      : []),
  ];
}

/** Sorted by name, as it is shown to people. */
export function serviceEnvironment(app: ResolvedApp): Variable[] {
  const { api, cache, events } = app;
  const variables: Record<string, string> = {
    CORS_ALLOWED_ORIGINS: api.allowedOrigins.length === 0 ? 'none' : api.allowedOrigins.join(','),
    DATABASE_POOL_MAX: String(api.connectionPool.max),
    DATABASE_POOL_MIN: String(api.connectionPool.min),
    DATABASE_URL_FILE: `${folder}/database/uri`,
    LEGACY_PATHS: api.legacyPaths,
    LOG_LEVEL: api.logLevel,
    UPDATE_EVENTS: events.updateEvents,
    ...(cache.mode === 'managed' && { CACHE_TTL: cache.ttl, REDIS_URL_FILE: `${folder}/cache/uri` }),
    ...(events.mode === 'managed' && {
      KAFKA_BOOTSTRAP_SERVERS: bootstrapServers(app),
      KAFKA_TOPIC: events.topic.name,
    }),
  };
  return Object.entries(variables)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => ({ name, value }));
}

/** What `topic` needs to make and alter the topic. */
export function topicEnvironment(app: ResolvedApp): Variable[] {
  const { topic } = app.events;
  return [
    { name: 'KAFKA_BOOTSTRAP_SERVERS', value: bootstrapServers(app) },
    { name: 'KAFKA_TOPIC', value: topic.name },
    { name: 'KAFKA_TOPIC_MIN_INSYNC_REPLICAS', value: String(topic.minInSyncReplicas) },
    { name: 'KAFKA_TOPIC_PARTITIONS', value: String(topic.partitions) },
    { name: 'KAFKA_TOPIC_REPLICATION_FACTOR', value: String(topic.replicationFactor) },
    { name: 'KAFKA_TOPIC_RETENTION', value: topic.retention },
  ];
}
