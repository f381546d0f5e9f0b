/** The cache as one replica has it, without the rest of the service. */
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { openRedisCache } from '../../../service/src/cache/redis-cache.ts';
import type { ReplayableCache } from '../../../service/src/cache/redis-cache.ts';
import { CACHE_SCRIPTS } from '../../../service/src/cache/scripts.ts';
import { until } from '../../until.ts';
import type { Store } from '../../stores/store.ts';

export const TTL_MS = 300_000;

/**
 * Resolves once it is in use.
 * @param host of the database that it loads from
 */
export async function openReplica(
  { url }: Store,
  { scripts = CACHE_SCRIPTS, host = 'db.example' } = {},
): Promise<ReplayableCache> {
  const register = new Registry();
  const journal = {
    async *recent() {
      yield await Promise.resolve([]);
    },
  };
  const cache = openRedisCache({
    url,
    ttlMs: TTL_MS,
    database: { host, port: 3306, database: 'memo_app' },
    journal,
    register,
    scripts,
    log: pino({ level: 'silent' }),
  });
  await until('the cache is in use', async () => /^memo_cache_up 1$/m.test(await register.metrics()), { seconds: 5 });
  return cache;
}
