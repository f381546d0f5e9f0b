import { ensureRootfs } from '../images/rootfs.ts';
import { redisServes } from './ready.ts';
import { startStore } from './store.ts';
import type { Store, StoreOptions } from './store.ts';

/** What a Redis is started with, beyond memory only and no password. */
export interface RedisOptions extends StoreOptions {
  /** `maxmemory`, e.g. `4mb`; evicts with allkeys-lru. */
  readonly maxMemory?: string;
  /** Saves to disk at stop and loads at start, as somebody's external Redis may. */
  readonly persistent?: boolean;
  readonly password?: string;
}

/** Redis as the managed cache runs: memory only. */
export async function startRedis(options: RedisOptions = {}): Promise<Store> {
  const root = await ensureRootfs('redis');
  const settings = ['--bind', '127.0.0.1', '--dir', '/data', '--appendonly', 'no', '--loglevel', 'warning'];
  settings.push('--save', options.persistent === true ? '3600 1' : '');
  if (options.maxMemory !== undefined)
    settings.push('--maxmemory', options.maxMemory, '--maxmemory-policy', 'allkeys-lru');
  if (options.password !== undefined) settings.push('--requirepass', options.password);
  return startStore(
    {
      name: 'redis',
      uid: 999,
      grace: 5_000,
      serves: redisServes,
      url: (port) => `redis://${options.password === undefined ? '' : `:${options.password}@`}127.0.0.1:${port}/0`,
      jail: (ports, folder) =>
        Promise.resolve({
          root,
          uid: 999,
          command: ['/usr/bin/env', 'redis-server', ...settings, '--port', String(ports.listen)],
          binds: { '/data': folder },
        }),
    },
    options,
  );
}
