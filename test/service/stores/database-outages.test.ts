/** The API while its database is killed, frozen, cut off, or not there yet. */
import { expect } from 'chai';
import { Redis } from 'ioredis';
import type { Connection } from 'mariadb';
import { once } from 'node:events';
import { connect } from 'node:net';
import { parseConfig } from '../../../service/src/config.ts';
import { Database } from '../../../service/src/db/database.ts';
import { startMariaDB } from '../../stores/mariadb.ts';
import type { MariaDB } from '../../stores/mariadb.ts';
import { until } from '../../until.ts';
import { startRedis } from '../../stores/redis.ts';
import type { Store } from '../../stores/store.ts';
import { noFiles } from '../harness/faults.ts';
import { endOf } from '../harness/raw.ts';
import { createMemo, metric, migrate, startService, timed } from '../harness/service.ts';
import type { Service } from '../harness/service.ts';
import { killSessionsOfService, rootSession, sessionsById, sessionsOfService, torn, WHOLE } from '../harness/sql.ts';

const memo = { title: 't', content: 'c', tags: ['a', 'b'] };
/** Waiting for a connection, using it, and a margin for a busy machine. */
const DEADLINE_MS = 4_500;
/** The contract: true within a second; and the margin. */
const HEALTH_MS = 1_500;

describe('the API while its database fails', function () {
  this.timeout(60_000);
  let database: MariaDB;
  let redis: Store;
  let client: Redis;
  let service: Service;
  let environment: Record<string, string>;

  before(async () => {
    [database, redis] = await Promise.all([startMariaDB({ proxied: true }), startRedis()]);
    environment = { DATABASE_URL: database.url, REDIS_URL: redis.url };
    expect(await migrate(environment)).to.include({ status: 0 });
    service = await startService(environment);
    client = new Redis(redis.url);
  });

  after(async () => {
    client.disconnect();
    expect(await service.stop()).to.equal(0);
    await Promise.all([database.stop(), redis.stop()]);
  });

  async function asRoot<T>(work: (root: Connection) => Promise<T>): Promise<T> {
    const root = await rootSession(database);
    try {
      return await work(root);
    } finally {
      root.destroy();
    }
  }

  async function healthBecomes(status: 200 | 503): Promise<void> {
    const started = performance.now();
    await until(
      `/health answers ${status}`,
      async () => {
        const { ms, reply } = await timed(service.call('GET', '/health'));
        expect(ms, 'the time /health takes').to.be.below(1_000);
        if (reply.status !== status) return false;
        expect(reply.headers.get('retry-after')).to.equal(status === 503 ? '1' : null);
        const { services, status: said, timestamp } = reply.json as Record<string, unknown>;
        const database = status === 200 ? 'healthy' : 'unhealthy';
        expect({ said, services }).to.deep.equal({
          said: status === 200 ? 'healthy' : 'unhealthy',
          services: { database, redis: 'healthy', kafka: 'not_configured' },
        });
        expect(timestamp).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
        return true;
      },
      { seconds: 10 },
    );
    if (status === 503) expect(performance.now() - started, 'the time until it is true').to.be.below(HEALTH_MS);
  }

  /** What is not cached is 503 within the deadline; what is cached is served; the pod stays in its Service. */
  async function servesWhatItCan(cached: number, uncached: number): Promise<void> {
    const [, ...calls] = await Promise.all([
      healthBecomes(503),
      timed(service.call('GET', `/v1/memos/${uncached}`)),
      timed(service.call('GET', '/v1/memos/')),
      timed(service.call('GET', '/v1/memos/search/?q=t')),
      timed(service.call('POST', '/v1/memos/', memo)),
      timed(service.call('PUT', `/v1/memos/${cached}`, memo)),
      timed(service.call('DELETE', `/v1/memos/${uncached}`)),
    ]);
    for (const { ms, reply } of calls) {
      expect(reply.status, reply.text).to.equal(503);
      expect(reply.headers.get('retry-after')).to.match(/^\d+$/);
      expect(reply.json)
        .to.have.property('detail')
        .that.is.a('string')
        .and.not.match(/sql|127\.0|mariadb/i);
      expect(ms).to.be.below(DEADLINE_MS);
    }
    const hit = await service.call('GET', `/v1/memos/${cached}`);
    expect(hit.status, 'what is cached').to.equal(200);
    expect((await service.manage('/readyz')).status, '/readyz').to.equal(200);
    expect((await service.manage('/livez')).status, '/livez').to.equal(200);
  }

  const outages: readonly (readonly [what: string, begin: () => unknown, end: () => unknown])[] = [
    ['killed', () => database.kill(), () => database.restart()],
    ['frozen', () => database.freeze(), () => database.thaw()],
    ['cut off with a reset', () => database.cut('reset'), () => database.uncut()],
    ['cut off in silence', () => database.cut('silent'), () => database.uncut()],
  ];
  for (const [what, begin, end] of outages) {
    it(`serves cached memos and answers 503 in time while it is ${what}, and goes on right after`, async () => {
      const [cached, uncached] = [await createMemo(service), await createMemo(service)];
      // The replay of the write itself may refuse the first fill.
      await until('it is cached', async () => {
        expect((await service.call('GET', `/v1/memos/${cached}`)).status).to.equal(200);
        return (await client.exists(`memo:${cached}`)) === 1;
      });
      await begin();
      try {
        await servesWhatItCan(cached, uncached);
      } finally {
        await end();
      }
      const next = await Promise.all([service.call('GET', '/v1/memos/'), service.call('POST', '/v1/memos/', memo)]);
      expect(
        next.map(({ status }) => status),
        'the very next requests',
      ).to.deep.equal([200, 201]);
      await healthBecomes(200);
      await asRoot(async (root) => {
        await until('the pool is whole again', async () => (await sessionsOfService(root)) >= 10, { seconds: 3 });
        expect(await sessionsOfService(root)).to.be.at.most(20);
        expect(await torn(root)).to.deep.equal(WHOLE);
      });
    });
  }

  it('cuts lists and exports that it ends while it goes on, and says why in the log and the metrics', async () => {
    // More than the buffers on the way hold.
    await asRoot((root) =>
      root.query(
        `INSERT INTO memos (title, content, tags, times_in_utc)
         SELECT 'cut', REPEAT('x', 100000), '[]', 1 FROM seq_1_to_400`,
      ),
    );
    const sockets = ['/v1/memos/?limit=500', '/v1/memos/export'].map((path) => {
      const socket = connect({ host: '127.0.0.1', port: service.port });
      socket.write(`GET ${path} HTTP/1.0\r\nX-Request-Id: ends-midway\r\n\r\n`);
      return socket;
    });
    const lines = (): Record<string, unknown>[] =>
      service
        .logs()
        .split('\n')
        .filter((line) => line.includes('"ends-midway"'))
        .map((line) => JSON.parse(line) as Record<string, unknown>);
    try {
      await Promise.all(sockets.map((socket) => once(socket, 'readable')));
      await database.kill();
      expect(await Promise.all(sockets.map(endOf))).to.deep.equal(['ECONNRESET', 'ECONNRESET']);
      await until('all is logged', () => lines().length === 4);
    } finally {
      for (const socket of sockets) socket.destroy();
      await database.restart();
    }
    for (const route of ['/memos', '/memos/export']) {
      expect(lines().find((line) => line['http.route'] === route)).to.deep.include({
        'http.response.status_code': 503,
        'event.outcome': 'failure',
        'event.reason': 'reply cut',
      });
    }
    const failures = lines().filter(({ message }) => message === 'a request failed');
    expect(failures).to.have.length(2);
    for (const line of failures) expect(line['error.type']).to.match(/^(?:ConnectionLost|DatabaseUnavailable)$/);
    const { text } = await service.manage('/metrics');
    const counted = text.match(/^http_request_duration_seconds_count\{method="GET",route="\/memos\/export".*$/gm);
    expect(counted).to.deep.equal([
      'http_request_duration_seconds_count{method="GET",route="/memos/export",status="503"} 1',
    ]);
    await asRoot((root) => root.query(`DELETE FROM memos WHERE title = 'cut'`));
  });

  it('is asked for its health by one session, which ends with the others', async () => {
    const own = new Database(parseConfig({ ...environment, DATABASE_URL: database.rootUrl }, noFiles).database);
    await asRoot(async (root) => {
      const sql = `SELECT 1 FROM information_schema.PROCESSLIST WHERE USER = 'root' AND ID <> CONNECTION_ID()`;
      expect(await Promise.all([own.health(), own.health(), own.health()])).to.deep.equal([true, true, true]);
      await own.close();
      await until('all are ended', async () => (await root.query<unknown[]>(sql)).length === 0, { seconds: 5 });
    });
  });

  it('counts the connections that it gave up because the database was silent', async () => {
    const cuts = async (): Promise<number> => (await metric(service, 'memo_database_deadline_cuts_total')) ?? NaN;
    // On a session that is there: one that is only being opened is not cut.
    await until('it serves', async () => (await service.call('GET', '/v1/memos/')).status === 200);
    const before = await cuts();
    await database.freeze();
    try {
      expect((await service.call('GET', '/v1/memos/')).status).to.equal(503);
      expect(await cuts()).to.be.greaterThan(before);
    } finally {
      database.thaw();
    }
    await healthBecomes(200);
  });

  it('fails no request and no health check while all its sessions are ended again and again', async () => {
    const id = await createMemo(service);
    await asRoot(async (root) => {
      let killed = 0;
      for (let round = 0; round < 15; round += 1) {
        killed += await killSessionsOfService(root);
        const replies = await Promise.all([
          service.call('GET', '/v1/memos/?limit=1'),
          service.call('GET', '/v1/memos/search/?q=t&limit=1'),
          service.call('POST', '/v1/memos/', memo),
          service.call('PUT', `/v1/memos/${id}`, { title: `r${round}` }),
          service.call('GET', '/health'),
        ]);
        expect(replies.map(({ status }) => status)).to.deep.equal([200, 200, 201, 200, 200]);
      }
      expect(killed).to.be.above(50);
      expect(await torn(root)).to.deep.equal(WHOLE);
    });
  });

  it('answers 503 in time to a search that takes too long, by ending its statement and not its session', async () => {
    const id = await createMemo(service, { title: 'slow' });
    await asRoot(async (root) => {
      const before = await sessionsById(root);
      await root.query(
        `RENAME TABLE memo_search TO fast_search;
         CREATE VIEW memo_search AS SELECT * FROM fast_search WHERE SLEEP(10) = 0`,
      );
      try {
        const [search, read] = await Promise.all([
          timed(service.call('GET', '/v1/memos/search/?q=slow')),
          timed(service.call('GET', `/v1/memos/${id}`)),
        ]);
        expect(search.reply.status, search.reply.text).to.equal(503);
        expect(search.reply.headers.get('retry-after')).to.match(/^\d+$/);
        expect(search.ms).to.be.below(DEADLINE_MS);
        expect(read.reply.status, 'others meanwhile').to.equal(200);
      } finally {
        await root.query('DROP VIEW memo_search; RENAME TABLE fast_search TO memo_search');
      }
      expect((await service.call('GET', '/v1/memos/search/?q=slow')).status, 'the very next one').to.equal(200);
      expect(await sessionsById(root)).to.include.members(before);
    });
  });

  it('acknowledges nothing that a kill -9 of the database takes away, and leaves nothing half done', async () => {
    const acknowledged = new Map<number, number>();
    let writing = true;
    const writers = Array.from({ length: 8 }, async () => {
      while (writing) {
        const made = await service.call('POST', '/v1/memos/', memo);
        expect(made.status).to.be.oneOf([201, 503]);
        if (made.status !== 201) continue;
        const { id } = made.json as { id: number };
        acknowledged.set(id, 1);
        const changed = await service.call('PUT', `/v1/memos/${id}`, { title: 'changed', tags: ['b', 'c'] });
        expect(changed.status).to.be.oneOf([200, 503]);
        if (changed.status === 200) acknowledged.set(id, 2);
      }
    });
    try {
      for (let round = 0; round < 3; round += 1) {
        const enough = acknowledged.size + 60;
        await until('writes', () => acknowledged.size > enough, { seconds: 15 });
        await database.kill();
        await database.restart();
      }
    } finally {
      writing = false;
      await Promise.all(writers);
    }
    await asRoot(async (root) => {
      const rows = await root.query<{ id: number; version: number }[]>('SELECT id, version FROM memos');
      const stored = new Map(rows.map(({ id, version }) => [id, version]));
      const lost = [...acknowledged].filter(([id, version]) => (stored.get(id) ?? 0) < version);
      expect(lost, 'acknowledged and lost').to.deep.equal([]);
      expect(await torn(root)).to.deep.equal(WHOLE);
    });
  });

  it('starts without a database, says so, and becomes ready once the schema is there', async () => {
    const late = await startMariaDB();
    await late.kill();
    const early = await startService({ DATABASE_URL: late.url, REDIS_URL: redis.url }, { ready: false });
    try {
      const redisIs = async (): Promise<string | undefined> =>
        ((await early.call('GET', '/health')).json as { services: { redis?: string } }).services.redis;
      await until('Redis is not blamed', async () => (await redisIs()) === 'healthy', { seconds: 5 });
      expect((await early.call('GET', '/v1/memos/')).status).to.equal(503);
      expect((await early.call('GET', '/health')).status).to.equal(503);
      expect((await early.manage('/readyz')).status).to.equal(503);
      await late.restart();
      expect(await redisIs(), 'before the first migration').to.equal('healthy');
      const unmigrated = await early.call('GET', '/v1/memos/');
      expect(unmigrated.status, unmigrated.text).to.equal(503);
      expect((await early.manage('/readyz')).status).to.equal(503);
      expect(await migrate({ DATABASE_URL: late.url })).to.include({ status: 0 });
      await until('readiness', async () => (await early.manage('/readyz')).status === 200, { seconds: 5 });
      expect((await early.call('POST', '/v1/memos/', memo)).status).to.equal(201);
      await until('the cache is in use', async () => (await metric(early, 'memo_cache_up')) === 1, { seconds: 5 });
      expect(early.logs()).not.to.include('lost Redis');
    } finally {
      await early.stop();
      await late.stop();
    }
  });
});
