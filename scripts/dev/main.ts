/** `make dev`: the service from its sources, with real MariaDB, Redis and Kafka on loopback; it reloads on change. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { boundToUs } from '../../test/cluster/host/bound.ts';
import { startKafka } from '../../test/stores/kafka.ts';
import type { Kafka } from '../../test/stores/kafka.ts';
import { startMariaDB } from '../../test/stores/mariadb.ts';
import { freePort } from '../../test/stores/ports.ts';
import { startRedis } from '../../test/stores/redis.ts';
import type { Store } from '../../test/stores/store.ts';

const root = resolve(import.meta.dirname, '../..');
const say = (line: string): boolean => process.stderr.write(`${line}\n`);

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());

say('• starting MariaDB, Redis and Kafka; the first time they are made, which takes minutes');
const starting = [startMariaDB(), startRedis(), startKafka({ version: '4.2.1' })] as const;
try {
  const stores = await Promise.all(starting);
  if (!stop.signal.aborted) await serve(...stores);
} finally {
  await Promise.allSettled(starting.map(async (store) => await (await store).stop()));
  say('• everything is stopped');
}

/** Until Ctrl-C. Every start migrates first, so that a changed schema needs no second command. */
async function serve(database: Store, redis: Store, kafka: Kafka): Promise<void> {
  const port = await freePort();
  const brokers = kafka.bootstrapServers.join(',');
  say(`✓ MariaDB ${database.url}\n✓ Redis ${redis.url}\n✓ Kafka ${brokers}, topic memo_events`);
  say(`✓ http://127.0.0.1:${port}/v1/memos/ (Ctrl-C stops everything)`);
  const watch = [process.execPath, '--watch', '--watch-preserve-output', join(root, 'scripts/dev/service.ts')];
  const child = spawn(...boundToUs(watch), {
    stdio: ['ignore', 'inherit', 'inherit'],
    // Ctrl-C reaches us alone: the service ends before its stores do.
    detached: true,
    env: {
      ...process.env,
      DATABASE_URL: database.url,
      REDIS_URL: redis.url,
      KAFKA_BOOTSTRAP_SERVERS: brokers,
      KAFKA_TOPIC_CREATE: 'true',
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
