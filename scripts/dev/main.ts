/** `make dev`: the service from its sources, with real MariaDB and Redis on loopback; it reloads on change. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { startMariaDB } from '../../test/stores/mariadb.ts';
import { freePort } from '../../test/stores/ports.ts';
import { startRedis } from '../../test/stores/redis.ts';

const root = resolve(import.meta.dirname, '../..');
const say = (line: string): boolean => process.stderr.write(`${line}\n`);

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());

say('• starting MariaDB and Redis; the first time they are made, which takes minutes');
const stores = [await startMariaDB(), await startRedis()] as const;
try {
  if (!stop.signal.aborted) await serve();
} finally {
  await Promise.all(stores.map(async (store) => await store.stop()));
  say('• everything is stopped');
}

/** Until Ctrl-C. Every start migrates first, so that a changed schema needs no second command. */
async function serve(): Promise<void> {
  const [database, redis] = stores;
  const port = await freePort();
  say(`✓ MariaDB ${database.url}\n✓ Redis ${redis.url}`);
  say(`✓ http://127.0.0.1:${port}/v1/memos/ (Ctrl-C stops everything; without Kafka, events stay in the outbox)`);
  const child = spawn(process.execPath, ['--watch', '--watch-preserve-output', join(root, 'scripts/dev/service.ts')], {
    stdio: ['ignore', 'inherit', 'inherit'],
    // Ctrl-C reaches us alone: the service ends before its stores do.
    detached: true,
    env: {
      ...process.env,
      DATABASE_URL: database.url,
      REDIS_URL: redis.url,
      HOST: '127.0.0.1',
      PORT: String(port),
      MANAGEMENT_PORT: String(await freePort()),
      SHUTDOWN_DELAY: '0s',
    },
  });
  const ended = once(child, 'exit');
  stop.signal.addEventListener('abort', () => child.kill('SIGTERM'));
  await ended;
}
