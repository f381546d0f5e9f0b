/** What a store makes of its own fields. */
import { container, withZooKeeper, type Effect } from './effect.ts';

const cache = ['ConfigMap/shop-cache', 'data', 'redis.conf'] as const;
const mebi = 1024 ** 2;

function memory(limit: string): { resources: { limits: { memory: string } } } {
  return { resources: { limits: { memory: limit } } };
}

export const storeEffects: readonly Effect[] = [
  {
    field: 'cache.managed.maxMemoryPolicy',
    spec: { cache: { managed: { maxMemoryPolicy: 'allkeys-lfu' } } },
    at: [...cache, 'maxmemory-policy'],
    before: 'allkeys-lru',
    after: 'allkeys-lfu',
  },
  {
    field: 'cache.managed.resources.limits.memory (three quarters of it for Redis)',
    spec: { cache: { managed: memory('512Mi') } },
    at: [...cache, 'maxmemory'],
    before: String(96 * mebi),
    after: String(384 * mebi),
  },
  {
    field: 'events.managed.resources.limits.memory (half of it is the heap)',
    spec: { events: { managed: memory('4Gi') } },
    at: ['StatefulSet/shop-events', ...container, 'env', 'KAFKA_HEAP_OPTS'],
    before: '-Xms512m -Xmx512m',
    after: '-Xms2048m -Xmx2048m',
  },
  {
    field: 'events.managed.zooKeeper.resources.limits.memory (half of it is the heap)',
    spec: { events: { managed: { ...withZooKeeper, zooKeeper: memory('1Gi') } } },
    base: { events: { managed: withZooKeeper } },
    at: ['StatefulSet/shop-zookeeper', ...container, 'env', 'SERVER_JVMFLAGS'],
    before: '-Xms192m -Xmx192m -Dsun.net.inetaddr.ttl=3',
    after: '-Xms512m -Xmx512m -Dsun.net.inetaddr.ttl=3',
  },
];
