import { ensureRootfs } from '../images/rootfs.ts';
import { redisServes, tlsServes } from './ready.ts';
import { startStore, writeCertificate } from './store.ts';
import type { Store, StoreOptions } from './store.ts';

/** What a Redis is started with, beyond memory only and no password. */
export interface RedisOptions extends StoreOptions {
  /** `maxmemory`, e.g. `4mb`; evicts with allkeys-lru. */
  readonly maxMemory?: string;
  /** Saves to disk at stop and loads at start, as somebody's external Redis may. */
  readonly persistent?: boolean;
  readonly password?: string;
  /** An account beside the default one, as `memo on >password ~* +@all`. */
  readonly account?: string;
}

const SECURED = [
  '--tls-cert-file',
  '/data/server.pem',
  '--tls-key-file',
  '/data/server.pem',
  '--tls-auth-clients',
  'no',
];

/** Redis as the managed cache runs: memory only. */
export async function startRedis(options: RedisOptions = {}): Promise<Store> {
  const root = await ensureRootfs('redis');
  const settings = ['--bind', '127.0.0.1', '--dir', '/data', '--appendonly', 'no', '--loglevel', 'warning'];
  settings.push('--save', options.persistent === true ? '3600 1' : '');
  if (options.maxMemory !== undefined)
    settings.push('--maxmemory', options.maxMemory, '--maxmemory-policy', 'allkeys-lru');
  if (options.account !== undefined) settings.push('--user', ...options.account.split(' '));
  if (options.password !== undefined) settings.push('--requirepass', options.password);
  return startStore(
    {
      name: 'redis',
      uid: 999,
      grace: 5_000,
      serves: options.certificate ? tlsServes : redisServes,
      url: (port) =>
        `${options.certificate ? 'rediss' : 'redis'}://${options.password === undefined ? '' : `:${options.password}@`}127.0.0.1:${port}/0`,
      jail: async ({ listen }, folder) => {
        if (options.certificate) await writeCertificate(folder, options.certificate);
        const port = options.certificate
          ? ['--port', '0', '--tls-port', String(listen), ...SECURED]
          : ['--port', String(listen)];
        const command = ['/usr/bin/env', 'redis-server', ...settings, ...port];
        return { root, uid: 999, command, binds: { '/data': folder } };
      },
    },
    options,
  );
}
