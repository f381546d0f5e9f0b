/** No statement of the service looks at more rows than it has to: all of them, among twenty thousand memos, by MariaDB's own log. */
import { expect } from 'chai';
import type { Connection } from 'mariadb';
import { startKafka } from '../../stores/kafka.ts';
import type { Kafka } from '../../stores/kafka.ts';
import { startMariaDB } from '../../stores/mariadb.ts';
import type { MariaDB } from '../../stores/mariadb.ts';
import { until } from '../../until.ts';
import { startRedis } from '../../stores/redis.ts';
import type { Store } from '../../stores/store.ts';
import { openEventStream } from '../harness/event-stream.ts';
import { nextOf } from '../harness/paging.ts';
import { createMemo, metric, migrate, runToEnd, startService } from '../harness/service.ts';
import type { Reply, Service } from '../harness/service.ts';
import { rootSession, sessionAt } from '../harness/sql.ts';
import { LOGGING, loggedStatements, logStatements, planOf } from '../harness/statement-log.ts';
import type { LoggedStatement } from '../harness/statement-log.ts';
import { boundOf, PLAYED } from './statement-bounds.ts';

const MEMOS = 20_000;
const TRASHED = 5_000;
/** Written within the time that a Redis which was away is made good for. */
const RECENT = 300;
/** What is old enough to be purged of the outbox, the trash and the keys: more than one portion. */
const OLD = 1_500;

describe('the statements of the service, among twenty thousand memos', function () {
  this.timeout(180_000);
  let database: MariaDB;
  let redis: Store;
  let kafka: Kafka;
  let root: Connection;
  let environment: Record<string, string>;
  let logged: LoggedStatement[];

  before(async () => {
    [database, redis, kafka] = await Promise.all([
      startMariaDB({ settings: LOGGING }),
      startRedis(),
      startKafka({ version: '4.2.1' }),
    ]);
    root = await rootSession(database);
    environment = { DATABASE_URL: database.url };
    expect(await migrate(environment)).to.include({ status: 0 });
    await fill();
    await logStatements(root);
    await play();
    logged = await loggedStatements(root);
  });

  after(async () => {
    await root.end();
    await Promise.all([database.stop(), redis.stop(), kafka.stop()]);
  });

  /** Memos as they come in by import, with an outbox, a trash and keys that have been in use for long. */
  async function fill(): Promise<void> {
    const service = await startService(environment);
    await importMemos(service, MEMOS);
    await service.stop();
    const columns = 'id, title, content, tags, priority, created_at, updated_at, version, times_in_utc';
    await root.query(
      `UPDATE outbox SET created_at = NOW(3) - INTERVAL 2 HOUR, published_at = NOW(3), replayed_at = NOW(3);
       UPDATE outbox SET created_at = NOW(3) ORDER BY seq DESC LIMIT ${RECENT};
       UPDATE memos SET created_at = '2024-05-01' + INTERVAL id SECOND, updated_at = '2024-05-01' + INTERVAL id * 7 % ${MEMOS} SECOND,
         stale_since = NULL;
       INSERT INTO memo_trash (${columns}, deleted_at)
         SELECT ${columns.replace('id,', `id + ${10 * MEMOS},`)}, NOW(3) - INTERVAL id SECOND FROM memos LIMIT ${TRASHED};
       INSERT INTO idempotency_keys (key_hash, body_hash, created_at)
         SELECT UNHEX(SHA2(id, 256)), UNHEX(SHA2(id, 256)), NOW(3) FROM memos LIMIT ${TRASHED};
       ANALYZE TABLE memos, memo_tags, memo_search, memo_trash, outbox, idempotency_keys`,
    );
  }

  /** Things to be purged, by which a service knows that it is done with them. */
  async function age(done: 'created_at' | 'replayed_at' | 'published_at'): Promise<void> {
    await root.query(
      `UPDATE outbox SET created_at = NOW(3) - INTERVAL 2 DAY, ${done} = NOW(3) - INTERVAL 2 DAY ORDER BY seq LIMIT ${OLD};
       UPDATE memo_trash SET deleted_at = NOW(3) - INTERVAL 31 DAY ORDER BY id LIMIT ${OLD / 5};
       UPDATE idempotency_keys SET created_at = NOW(3) - INTERVAL 2 DAY ORDER BY key_hash LIMIT ${OLD}`,
    );
  }

  async function purged(): Promise<void> {
    await until('what is old is purged', async () => {
      const [row] = await root.query<{ n: number }[]>(
        `SELECT (SELECT COUNT(*) FROM outbox WHERE created_at < NOW(3) - INTERVAL 1 DAY) +
          (SELECT COUNT(*) FROM memo_trash WHERE deleted_at < NOW(3) - INTERVAL 30 DAY) +
          (SELECT COUNT(*) FROM idempotency_keys WHERE created_at < NOW(3) - INTERVAL 1 DAY) AS n`,
      );
      return row?.n === 0;
    });
  }

  async function play(): Promise<void> {
    await age('created_at');
    const bare = await startService(environment);
    await purged();
    await requests(bare);
    await bare.stop();

    await age('replayed_at');
    const cached = await startService({ ...environment, REDIS_URL: redis.url });
    await purged();
    await createMemo(cached);
    await redis.kill();
    await redis.restart();
    await cacheIsOpen(cached);
    await waits('replayed_at');
    await cached.stop();

    await age('published_at');
    const events = { ...environment, KAFKA_BOOTSTRAP_SERVERS: kafka.bootstrapServers.join(',') };
    expect(await runToEnd('topic', events)).to.include({ status: 0 });
    const publishing = await startService(events);
    await purged();
    for (let made = 0; made < 10; made += 1) await createMemo(publishing);
    await waits('published_at');
    await publishing.stop();
  }

  async function cacheIsOpen(service: Service): Promise<void> {
    await until('the cache is in use', async () => (await metric(service, 'memo_cache_up')) === 1);
  }

  async function waits(column: string): Promise<void> {
    await until(
      `nothing waits for its ${column}`,
      async () => (await root.query<unknown[]>(`SELECT 1 FROM outbox WHERE ${column} IS NULL LIMIT 1`)).length === 0,
    );
  }

  /** Every operation, as clients ask for it. */
  async function requests(service: Service): Promise<void> {
    const ask = async (method: string, path: string, status = 200, ...more: Sent): Promise<Reply> => {
      const reply = await service.call(method, path, ...more);
      expect(reply.status, `${method} ${path}: ${reply.text.slice(0, 200)}`).to.equal(status);
      return reply;
    };
    await importMemos(service, 300);
    const id = await createMemo(service, { tags: ['a', 'b'] });
    const key = { 'idempotency-key': 'once' };
    for (let time = 0; time < 2; time += 1) await ask('POST', '/v1/memos/', 201, { title: 't', content: 'c' }, key);
    await ask('GET', `/v1/memos/${id}`);
    await ask('PUT', `/v1/memos/${id}`, 200, { title: '고침', content: 'x', tags: ['b', 'c'] });
    await ask('PATCH', `/v1/memos/${id}`, 200, { priority: 4 });
    await ask('DELETE', `/v1/memos/${id}`, 204);
    await ask('POST', `/v1/memos/${id}/restore`);
    for (const path of LISTS) await deeply(ask, path);
    for (const [q, more] of SEARCHES)
      await ask('GET', `/v1/memos/search/?${new URLSearchParams({ q }).toString()}${more}`);
    await ask('GET', '/v1/memos/?skip=15000&limit=100');
    await ask('GET', '/v1/memos/?limit=1000');
    await ask('GET', '/v1/memos/export?priority=4&tag=tag3');
    await ask('GET', '/health');
    const [row] = await root.query<{ seq: number }[]>('SELECT MAX(seq) - 10000 AS seq FROM outbox');
    const stream = await openEventStream(service.port, { 'last-event-id': String(row?.seq) });
    await stream.waitFor('what was missed', (events) => events.length > 5_000);
    await createMemo(service);
    stream.close();
  }

  /** The worst of each statement that looked at more rows than it may, with how the database goes about it. */
  async function tooMany(statements: readonly LoggedStatement[]): Promise<string[]> {
    const worst = new Map<string, { readonly excess: number; readonly said: string; readonly sql: string }>();
    for (const statement of statements) {
      const { examined, shape, sql, touched } = statement;
      const { because, most } = await boundOf(root, statement);
      const said = `${examined} rows for ${touched}, at most ${most} (${because})`;
      const excess = examined - most;
      if (excess > (worst.get(shape)?.excess ?? 0)) worst.set(shape, { excess, said, sql });
    }
    return await Promise.all(
      [...worst.values()].map(async ({ said, sql }) => `${said}: ${sql.slice(0, 2_000)}\n${await planOf(root, sql)}`),
    );
  }

  it('are all looked at', () => {
    const shapes = new Set(logged.map(({ shape }) => shape));
    const unseen = PLAYED.filter((start) => ![...shapes].some((shape) => shape.startsWith(start)));
    expect(unseen).to.deep.equal([]);
  });

  it('look at no more rows than a small multiple of those that they give back or change', async () => {
    expect(await tooMany(logged)).to.deep.equal([]);
  });

  it('would be found out otherwise: one that looks at all memos is', async () => {
    const session = await sessionAt(database.url);
    await session.query(`SELECT id FROM memos WHERE content LIKE '%없는말%'`);
    await session.query('DO 0'); // a statement is logged after its answer, and before the next one of its session
    await session.end();
    const [found = '', ...others] = await tooMany((await loggedStatements(root)).slice(logged.length));
    expect(others).to.deep.equal([]);
    expect(found)
      .to.match(/^2\d{4} rows for 0, at most 50 /)
      .and.include('SELECT id FROM memos WHERE content LIKE')
      .and.include('"type":"ALL"');
  });
});

type Sent = [body?: unknown, headers?: Record<string, string>];

const LISTS = [
  '/v1/memos/?limit=100',
  '/v1/memos/trash/?limit=100',
  ...['created_at', '-updated_at', '-priority', 'title'].map((sort) => `/v1/memos/?limit=100&sort=${sort}`),
  ...[
    'priority=3',
    'category=c7',
    'author=a3',
    'is_favorite=true',
    'is_archived=false',
    'created_after=2024-05-01T03:00:00Z',
    'updated_before=2024-05-01T00:30:00Z&sort=updated_at',
    'tag=all',
    'tag=tag3',
    'tag=all&tag=rare',
    'tag=all&sort=-updated_at',
    'tag=all&category=c7',
    'tag=tag3&sort=title',
    'category=c20&is_favorite=true',
  ].map((filter) => `/v1/memos/?limit=100&${filter}`),
];
const SEARCHES: readonly (readonly [q: string, more: string])[] = [
  ['회의', ''],
  ['회의', '&skip=3000'],
  ['보고서', ''],
  ['영수증', ''],
  ['딱한번', ''],
  ['없는말', ''],
  ['딱', ''],
  ['쀍', ''],
];

/** The first page, and one far behind it. */
async function deeply(ask: (method: string, path: string) => Promise<Reply>, path: string): Promise<void> {
  const first = nextOf(await ask('GET', path.replace('limit=100', 'limit=500')));
  if (first !== undefined) await ask('GET', first.replace('limit=500', 'limit=100'));
  await ask('GET', path);
}

async function importMemos(service: Service, count: number): Promise<void> {
  const lines = Array.from({ length: count }, (_, index) => JSON.stringify(memoOf(index))).join('\n');
  const headers = { 'content-type': 'application/x-ndjson' };
  expect((await service.call('POST', '/v1/memos/import', lines, headers)).json).to.include({ imported: count });
}

function memoOf(index: number): object {
  const words = [index % 2 === 0 ? '회의' : '', index % 60 === 0 ? '보고서' : '', index % 700 === 0 ? '영수증' : ''];
  return {
    title: `제목${index % 5_000}`,
    content: [...words, index === 77 ? '딱한번' : '', `메모${index}`].join(' '),
    tags: ['all', `tag${index % 100}`, ...(index % 1_000 === 0 ? ['rare'] : [])],
    priority: 1 + (index % 4),
    category: `c${index % 50}`,
    author: `a${index % 20}`,
    is_favorite: index % 10 === 0,
    is_archived: index % 3 === 0,
  };
}
