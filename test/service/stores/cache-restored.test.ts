/** A Redis that keeps its data on disk comes back with what was in it long ago: nobody reads what was replaced since. */
import { expect } from 'chai';
import { Redis } from 'ioredis';
import type { Connection } from 'mariadb';
import { startMariaDB } from '../../stores/mariadb.ts';
import type { MariaDB } from '../../stores/mariadb.ts';
import { freePort } from '../../stores/ports.ts';
import { startProxy } from '../../stores/proxy.ts';
import type { Proxy } from '../../stores/proxy.ts';
import { until } from '../../until.ts';
import { startRedis } from '../../stores/redis.ts';
import type { Store } from '../../stores/store.ts';
import { clockAhead, MINUTE } from '../harness/clock.ts';
import { createMemo, metric, migrate, startService } from '../harness/service.ts';
import type { Service } from '../harness/service.ts';
import { rootSession } from '../harness/sql.ts';

describe('a Redis that comes back with old data', function () {
  this.timeout(60_000);
  let database: MariaDB;
  let store: Store;
  let proxy: Proxy;
  let redis: Redis;
  let root: Connection;
  let environment: Record<string, string>;

  before(async () => {
    [database, store] = await Promise.all([startMariaDB(), startRedis({ persistent: true })]);
    proxy = await startProxy(await freePort(), store.port);
    environment = { DATABASE_URL: database.url, REDIS_URL: `redis://127.0.0.1:${proxy.port}/0`, LOG_LEVEL: 'warn' };
    expect(await migrate(environment)).to.include({ status: 0 });
    root = await rootSession(database);
    redis = new Redis(store.url);
    redis.on('error', () => undefined);
  });

  after(async () => {
    redis.disconnect();
    root.destroy();
    await proxy.close();
    await Promise.all([database.stop(), store.stop()]);
  });

  async function isOpen(service: Service): Promise<boolean> {
    return (await metric(service, 'memo_cache_up')) === 1;
  }

  async function titleOf(service: Service, id: number): Promise<unknown> {
    return ((await service.call('GET', `/v1/memos/${id}`)).json as { title?: unknown }).title;
  }

  /** The memo's entry in Redis; null where there is none. */
  function entryOf(id: number): Promise<string | null> {
    return redis.get(`memo:${id}`);
  }

  const clocks: readonly (readonly [what: string, writer: number, reader: number])[] = [
    ['', 0, 0],
    [', written by a replica whose clock is ten minutes behind', -10 * MINUTE, 0],
    [', read by a replica whose clock is ten minutes ahead', 0, 10 * MINUTE],
  ];
  for (const [what, behind, ahead] of clocks) {
    it(`shows nobody what was replaced since it was saved${what}`, async () => {
      // What is recent is found by its first row: those of other tests would hide that this one is not.
      await root.query('DELETE FROM outbox');
      const reader = await startService({ ...environment, ...clockAhead(ahead) });
      const writer = await startService({ ...environment, ...clockAhead(behind) });
      try {
        const id = await createMemo(writer, { title: 'old' });
        await until('it is cached', async () => {
          expect(await titleOf(reader, id)).to.equal('old');
          return (await entryOf(id)) !== null;
        });
        await redis.save();
        expect((await writer.call('PUT', `/v1/memos/${id}`, { title: 'new' })).status).to.equal(200);
        // Nothing is left to be done for the write but what follows from the return of Redis.
        const open = 'SELECT 1 FROM outbox WHERE replayed_at IS NULL LIMIT 1';
        await until('its invalidation is replayed', async () => (await root.query<unknown[]>(open)).length === 0);
        await writer.stop();
        proxy.cut('reset');
        await store.kill();
        await store.restart();
        expect(await entryOf(id), 'the old entry is back').to.include('"title":"old"');
        proxy.uncut();
        const seen = new Set<unknown>();
        await until('the cache is in use', async () => {
          seen.add(await titleOf(reader, id));
          return isOpen(reader);
        });
        seen.add(await titleOf(reader, id));
        expect([...seen]).to.deep.equal(['new']);
        await until('it is cached as it is', async () => {
          await titleOf(reader, id);
          return (await entryOf(id))?.includes('"title":"new"') === true;
        });
      } finally {
        proxy.uncut();
        await Promise.all([reader.stop(), writer.stop()]);
      }
    });
  }
});
