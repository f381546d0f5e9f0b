/** Two replicas of the service on one MariaDB and one Redis: nobody reads what an acknowledged write has replaced. */
import { expect } from 'chai';
import { Redis } from 'ioredis';
import { setTimeout as delay } from 'node:timers/promises';
import { startMariaDB } from '../../stores/mariadb.ts';
import type { MariaDB } from '../../stores/mariadb.ts';
import { freePort } from '../../stores/ports.ts';
import { startProxy } from '../../stores/proxy.ts';
import type { Proxy } from '../../stores/proxy.ts';
import { until } from '../../until.ts';
import { startRedis } from '../../stores/redis.ts';
import type { Store } from '../../stores/store.ts';
import { createMemo, metric, migrate, startService, timed, versionOf } from '../harness/service.ts';
import type { Reply, Service } from '../harness/service.ts';

const GONE = Number.MAX_SAFE_INTEGER;
/** How long a missed invalidation may last, by the design, and a margin for a busy machine. */
const BOUND_MS = 1_000 + 1_000;
/** By the contract, and the margin. */
const HEALTH_MS = 1_000 + 1_000;
/** A request may wait for a dead Redis twice, for each of its commands; and the margin. */
const DEGRADED_MS = 1_500;

/** What clients know of a memo: each version with the time at which its write was acknowledged. */
type Acknowledged = { readonly version: number; readonly at: number }[];

describe('two replicas on one cache', function () {
  this.timeout(60_000);
  let database: MariaDB;
  let store: Store;
  let proxy: Proxy;
  let redis: Redis;
  let cuttable: Service;
  let direct: Service;

  before(async () => {
    [database, store] = await Promise.all([startMariaDB(), startRedis()]);
    proxy = await startProxy(await freePort(), store.port);
    const environment = { DATABASE_URL: database.url, LOG_LEVEL: 'warn' };
    expect(await migrate(environment)).to.include({ status: 0 });
    [cuttable, direct] = await Promise.all([
      startService({ ...environment, REDIS_URL: `redis://127.0.0.1:${proxy.port}/0` }),
      startService({ ...environment, REDIS_URL: store.url }),
    ]);
    redis = new Redis(store.url);
    redis.on('error', () => undefined);
    await cachesAreOpen();
  });

  after(async () => {
    redis.disconnect();
    await Promise.all([cuttable.stop(), direct.stop()]);
    await proxy.close();
    await Promise.all([database.stop(), store.stop()]);
  });

  async function cachesAreOpen(): Promise<void> {
    for (const service of [cuttable, direct]) {
      await until('the cache is in use', async () => (await metric(service, 'memo_cache_up')) === 1, { seconds: 10 });
    }
  }

  function shown(reply: Reply): number {
    return reply.status === 404 ? GONE : versionOf(reply);
  }

  it('say so in /health within a second when Redis freezes, at whatever moment', async () => {
    const says = async (status: string): Promise<boolean> =>
      ((await direct.call('GET', '/health')).json as { status: string }).status === status;
    for (const after of [0, 90, 180, 270, 360, 450, 540]) {
      await cachesAreOpen();
      await until('/health says healthy', () => says('healthy'));
      // Somewhere else between two heartbeats and two reports each time.
      await delay(after);
      await store.freeze();
      const frozen = performance.now();
      try {
        await until('/health says degraded', () => says('degraded'), { seconds: 3 });
        expect(performance.now() - frozen, `frozen ${after} ms later`).to.be.below(HEALTH_MS);
      } finally {
        store.thaw();
      }
    }
  });

  /**
   * Readers and writers of both replicas on a few memos, while `fault` runs.
   * @returns reads that showed a version older than one acknowledged `graceMs` before the read began
   */
  async function storm(
    graceMs: number,
    fault: () => Promise<void>,
  ): Promise<{ reads: number; writes: number; stale: string[] }> {
    const known = new Map<number, Acknowledged>();
    const slots: number[] = [];
    for (let slot = 0; slot < 6; slot += 1) slots.push(await createMemo(direct));
    const result = { reads: 0, writes: 0, stale: [] as string[] };
    let over = false;
    const replicas = [cuttable, direct];
    const acknowledge = (id: number, version: number): void => {
      result.writes += 1;
      known.set(id, [...(known.get(id) ?? []), { version, at: performance.now() }]);
    };
    const read = async (service: Service, slot: number): Promise<void> => {
      const id = slots[slot] ?? 0;
      const before = performance.now() - graceMs;
      const least = (known.get(id) ?? [])
        .filter(({ at }) => at <= before)
        .reduce((most, { version }) => Math.max(most, version), 1);
      const reply = await service.call('GET', `/v1/memos/${id}`);
      expect(reply.status).to.be.oneOf([200, 404]);
      result.reads += 1;
      if (shown(reply) < least) result.stale.push(`memo ${id}: read ${shown(reply)} after ${least}`);
    };
    const write = async (slot: number, turn: number): Promise<void> => {
      const id = slots[slot] ?? 0;
      const service = replicas[turn % 2] ?? direct;
      if (turn % 15 === 14) {
        expect((await service.call('DELETE', `/v1/memos/${id}`)).status).to.equal(204);
        acknowledge(id, GONE);
        slots[slot] = await createMemo(service);
        return;
      }
      const reply = await service.call('PUT', `/v1/memos/${id}`, { title: `t${turn}` });
      expect(reply.status).to.equal(200);
      acknowledge(id, shown(reply));
    };
    const repeat = async (work: (turn: number) => Promise<void>): Promise<void> => {
      for (let turn = 0; !over; turn += 1) await work(turn);
    };
    const clients = [
      ...slots.map((_, slot) => repeat((turn) => write(slot, turn + slot))),
      ...slots.flatMap((_, slot) => replicas.map((service) => repeat(() => read(service, slot)))),
    ];
    try {
      await fault();
    } finally {
      over = true;
      await Promise.all(clients);
    }
    return result;
  }

  it('reads nothing outdated while replicas are stopped in mid-request and Redis is flushed', async () => {
    const { stale, reads, writes } = await storm(0, async () => {
      for (let round = 0; round < 40; round += 1) {
        const victim = round % 2 === 0 ? cuttable : direct;
        process.kill(victim.pid, 'SIGSTOP');
        await delay(40 + (round % 7) * 10);
        process.kill(victim.pid, 'SIGCONT');
        if (round % 3 === 0) await redis.flushall();
        await delay(20);
      }
    });
    expect(stale).to.deep.equal([]);
    expect(Math.min(reads, writes), 'requests').to.be.above(60);
  });

  it('reads nothing outdated for longer than a moment when Redis is killed, frozen, or cut off from one of them', async () => {
    const { stale, reads } = await storm(BOUND_MS, async () => {
      await delay(300);
      await store.kill();
      await delay(300);
      await store.restart();
      await cachesAreOpen();
      await store.freeze();
      await delay(800);
      store.thaw();
      await cachesAreOpen();
      proxy.cut('silent');
      await delay(1_500);
      proxy.uncut();
      await cachesAreOpen();
      await delay(BOUND_MS);
    });
    expect(stale).to.deep.equal([]);
    expect(reads).to.be.above(100);
  });

  it('drops within a second what a replica without Redis has changed, for the other one', async () => {
    const ids = await Promise.all(Array.from({ length: 10 }, () => createMemo(direct)));
    for (const id of ids) await direct.call('GET', `/v1/memos/${id}`);
    proxy.cut('silent');
    try {
      for (const id of ids) {
        const { ms, reply } = await timed(cuttable.call('PUT', `/v1/memos/${id}`, { title: 'changed' }));
        expect(reply.status).to.equal(200);
        expect(ms).to.be.below(DEGRADED_MS);
        expect((await cuttable.call('GET', `/v1/memos/${id}`)).json, 'for itself at once').to.include({
          title: 'changed',
        });
      }
      const fresh = async (): Promise<boolean> => {
        const replies = await Promise.all(ids.map((id) => direct.call('GET', `/v1/memos/${id}`)));
        return replies.every(({ json }) => (json as { title: string }).title === 'changed');
      };
      await until('the other replica reads what was written', fresh, { seconds: BOUND_MS / 1000 });
      expect(await fresh(), 'and stays with it').to.equal(true);
    } finally {
      proxy.uncut();
    }
    await cachesAreOpen();
  });

  it('starts and serves while Redis refuses it, and takes it into use once it is there', async () => {
    const port = await freePort();
    const environment = { DATABASE_URL: database.url, REDIS_URL: `redis://127.0.0.1:${port}/0` };
    const early = await startService(environment);
    let late: Proxy | undefined;
    try {
      const id = await createMemo(early);
      expect((await early.call('PUT', `/v1/memos/${id}`, { title: 'before' })).status).to.equal(200);
      expect((await early.call('GET', `/v1/memos/${id}`)).json).to.include({ title: 'before' });
      const { json, status } = await early.call('GET', '/health');
      expect(status).to.equal(200);
      expect(json).to.deep.include({
        status: 'degraded',
        services: { database: 'healthy', redis: 'unhealthy', kafka: 'not_configured' },
      });
      expect((await early.manage('/readyz')).status).to.equal(200);
      late = await startProxy(port, store.port);
      await until('the cache is in use', async () => (await metric(early, 'memo_cache_up')) === 1, { seconds: 10 });
      expect((await early.call('GET', `/v1/memos/${id}`)).json).to.include({ title: 'before' });
      await until(
        'healthy',
        async () => ((await early.call('GET', '/health')).json as { status: string }).status === 'healthy',
      );
    } finally {
      await early.stop();
      await late?.close();
    }
  });

  it('do without a Redis that has become a read-only replica, and use it again once it takes writes', async () => {
    const other = await startRedis();
    const toOther = new Redis(other.url);
    const id = await createMemo(direct, { title: 'old' });
    const title = async (service: Service): Promise<unknown> =>
      ((await service.call('GET', `/v1/memos/${id}`)).json as { title?: unknown }).title;
    const follow = async (replica: Redis, master: Store): Promise<void> => {
      await replica.call('REPLICAOF', master.host, String(master.port));
      await until('it follows', async () => (await replica.info('replication')).includes('master_link_status:up'));
    };
    try {
      await until('it is cached', async () => {
        await direct.call('GET', `/v1/memos/${id}`);
        return (await redis.exists(`memo:${id}`)) === 1;
      });
      // The roles are changed, as by a fail-over that the services have not followed: the data are the same.
      await follow(toOther, store);
      await toOther.call('REPLICAOF', 'NO', 'ONE');
      await follow(redis, other);
      expect(await redis.get(`memo:${id}`)).to.include('"title":"old"');
      for (const changed of ['first', 'second', 'third']) {
        expect((await cuttable.call('PUT', `/v1/memos/${id}`, { title: changed })).status).to.equal(200);
        expect(await title(cuttable), 'for itself at once').to.equal(changed);
        await until('the other one reads it', async () => (await title(direct)) === changed, {
          seconds: BOUND_MS / 1000,
        });
      }
      expect(await redis.get(`memo:${id}`), 'which no one could drop').to.include('"title":"old"');
      for (const service of [cuttable, direct]) {
        await until('/health says degraded', async () => {
          const { json, status } = await service.call('GET', '/health');
          return status === 200 && (json as { status: string }).status === 'degraded';
        });
      }
      await redis.call('REPLICAOF', 'NO', 'ONE');
      await cachesAreOpen();
      for (const service of [cuttable, direct]) expect(await title(service)).to.equal('third');
      await until('the cache is in use again', async () => {
        const { text } = await direct.call('GET', `/v1/memos/${id}`);
        return (await redis.get(`memo:${id}`)) === text;
      });
    } finally {
      toOther.disconnect();
      await redis.call('REPLICAOF', 'NO', 'ONE');
      await other.stop();
    }
  });

  for (const [what, begin, end] of [
    ['frozen', () => store.freeze(), () => store.thaw()],
    ['dead', () => store.kill(), () => store.restart()],
  ] as const) {
    it(`costs a request no more than its deadline while Redis is ${what}`, async () => {
      const id = await createMemo(direct);
      await begin();
      try {
        for (const service of [cuttable, direct]) {
          for (let turn = 0; turn < 3; turn += 1) {
            const calls = [
              await timed(service.call('GET', `/v1/memos/${id}`)),
              await timed(service.call('PUT', `/v1/memos/${id}`, { title: `${turn}` })),
              await timed(service.call('GET', `/v1/memos/${id}`)),
            ];
            expect(calls.map(({ reply }) => reply.status)).to.deep.equal([200, 200, 200]);
            expect(calls[2]?.reply.json).to.include({ title: `${turn}` });
            for (const { ms } of calls) expect(ms).to.be.below(DEGRADED_MS);
          }
        }
        const degraded = async (): Promise<boolean> => {
          const { json, status } = await direct.call('GET', '/health');
          return status === 200 && (json as { status: string }).status === 'degraded';
        };
        await until('/health says degraded', degraded, { seconds: 3 });
      } finally {
        await end();
      }
      await cachesAreOpen();
      // A read that finds Redis slow does without it, and fills nothing.
      await until('the cache is in use again', async () => {
        const { text } = await direct.call('GET', `/v1/memos/${id}`);
        return (await redis.get(`memo:${id}`)) === text;
      });
    });
  }
});
