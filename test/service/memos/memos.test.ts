/** The wire contract over HTTP, on a real MariaDB and a real Redis. */
import { expect } from 'chai';
import { Redis } from 'ioredis';
import { startMariaDB, type MariaDB } from '../../stores/mariadb.ts';
import { startRedis } from '../../stores/redis.ts';
import type { Store } from '../../stores/store.ts';
import { until } from '../../until.ts';
import { migrate, startService, type Reply, type Service } from '../harness/service.ts';

interface Memo {
  readonly id: number;
  readonly title: string;
  readonly content: string;
}

describe('the memo API', function () {
  this.timeout(60_000);
  let database: MariaDB;
  let redisStore: Store;
  let redis: Redis;
  let service: Service;

  before(async () => {
    [database, redisStore] = await Promise.all([startMariaDB(), startRedis()]);
    const environment = { DATABASE_URL: database.url, REDIS_URL: redisStore.url };
    expect(await migrate(environment)).to.include({ status: 0 });
    service = await startService(environment);
    redis = new Redis(redisStore.url);
  });

  after(async () => {
    redis.disconnect();
    expect(await service.stop()).to.equal(0);
    await Promise.all([database.stop(), redisStore.stop()]);
  });

  async function create(fields: object): Promise<Memo> {
    const { json, status } = await service.call('POST', '/v1/memos/', fields);
    expect(status).to.equal(201);
    return json as Memo;
  }

  async function found(text: string): Promise<number[]> {
    const { json, status } = await service.call('GET', `/v1/memos/search/?q=${encodeURIComponent(text)}`);
    expect(status).to.equal(200);
    return (json as Memo[]).map(({ id }) => id);
  }

  it('creates with the defaults, a Location and an ETag', async () => {
    const { headers, json, status } = await service.call('POST', '/v1/memos/', {
      title: '회의록',
      content: ' 그대로 ',
      extra: 1,
    });
    expect(status).to.equal(201);
    const memo = json as Memo & { created_at: string };
    expect(memo).to.include({
      title: '회의록',
      content: ' 그대로 ',
      priority: 2,
      category: null,
      author: null,
      is_archived: false,
    });
    expect(memo).to.have.deep.property('tags', []);
    expect(memo).not.to.have.property('extra');
    expect(memo.created_at).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(headers.get('location')).to.equal(`/v1/memos/${memo.id}`);
    expect(headers.get('etag')).to.equal(`"${memo.id}-1"`);
  });

  it('changes what is sent and keeps the rest; an empty change is 400', async () => {
    const memo = await create({ title: 'before', content: 'kept', tags: ['a'] });
    const changed = await service.call('PUT', `/v1/memos/${memo.id}`, { title: 'after' });
    expect(changed.status).to.equal(200);
    expect(changed.json).to.deep.include({ id: memo.id, title: 'after', content: 'kept', tags: ['a'] });
    expect(changed.headers.get('etag')).to.equal(`"${memo.id}-2"`);
    expect((await service.call('PUT', `/v1/memos/${memo.id}`, {})).status).to.equal(400);
    expect((await service.call('PUT', '/v1/memos/999999', { title: 'x' })).status).to.equal(404);
  });

  it('changes nothing under a stale ETag', async () => {
    const { id } = await create({ title: 'mine', content: 'x' });
    await service.call('PUT', `/v1/memos/${id}`, { title: 'theirs' });
    const late = await service.call('PUT', `/v1/memos/${id}`, { title: 'lost' }, { 'if-match': `"${id}-1"` });
    expect(late.status).to.equal(412);
    expect((await service.call('GET', `/v1/memos/${id}`)).json).to.include({ title: 'theirs' });
    expect((await service.call('GET', `/v1/memos/${id}`, undefined, { 'if-none-match': `"${id}-2"` })).status).to.equal(
      304,
    );
  });

  it('deletes once: 204 without a body, then 404', async () => {
    const { id } = await create({ title: 'gone', content: 'x' });
    const first = await service.call('DELETE', `/v1/memos/${id}`);
    expect([first.status, first.text]).to.deep.equal([204, '']);
    expect((await service.call('DELETE', `/v1/memos/${id}`)).status).to.equal(404);
    expect((await service.call('GET', `/v1/memos/${id}`)).status).to.equal(404);
    expect(await found('gone')).not.to.include(id);
  });

  it('lists from the newest down, with skip and a limit of any size', async () => {
    const made = [await create({ title: 'l1', content: 'x' }), await create({ title: 'l2', content: 'x' })];
    const [newest, next] = (await service.call('GET', '/v1/memos/?skip=0&limit=2')).json as Memo[];
    expect([newest?.id, next?.id]).to.deep.equal([made[1]?.id, made[0]?.id]);
    const [skipped] = (await service.call('GET', '/v1/memos/?skip=1&limit=1')).json as Memo[];
    expect(skipped?.id).to.equal(made[0]?.id);
    const all = (await service.call('GET', '/v1/memos/?limit=1000000')).json as Memo[];
    expect(all.map(({ id }) => id)).to.deep.equal(all.map(({ id }) => id).toSorted((a, b) => b - a));
    expect((await service.call('GET', '/v1/memos/?limit=0')).json).to.deep.equal([]);
    expect((await service.call('GET', '/v1/memos/?skip=1000000')).json).to.deep.equal([]);
  });

  it('finds Korean inside words, by one syllable, in any case and form, wildcards taken literally', async () => {
    const { id } = await create({
      title: '주간회의록을 정리',
      content: 'Meeting 50% done_now ＡＢＣ 데이터베이스설계',
    });
    for (const text of [
      '회의',
      '의록을',
      '간',
      '베이스설',
      'meeting',
      'MEETING',
      'eeti',
      '50%',
      'done_',
      'abc',
      '회의'.normalize('NFD'),
    ]) {
      expect(await found(text), text).to.include(id);
    }
    for (const text of ['5%d', 'done.now', '회록']) expect(await found(text), text).not.to.include(id);
    const other = await create({ title: 'no wildcard here', content: 'x' });
    expect(await found('%')).not.to.include(other.id);
    expect(await found('_')).not.to.include(other.id);
  });

  it('does without accents, as the original did', async () => {
    const { id } = await create({ title: 'Crème brûlée', content: 'un cafe' });
    for (const text of ['creme', 'BRULEE', 'café', 'crème'.normalize('NFD')]) {
      expect(await found(text), text).to.include(id);
    }
  });

  it('pages through the matches as through a list, however far', async () => {
    const made: number[] = [];
    for (let index = 0; index < 12; index += 1) made.push((await create({ title: `쪽번호${index}`, content: 'x' })).id);
    const pages: number[] = [];
    for (let skip = 0; skip < 14; skip += 5) {
      const page = await service.call(
        'GET',
        `/v1/memos/search/?q=${encodeURIComponent('쪽번호')}&skip=${skip}&limit=5`,
      );
      pages.push(...(page.json as Memo[]).map(({ id }) => id));
    }
    expect(pages).to.deep.equal(made.toReversed());
    expect((await service.call('GET', '/v1/memos/search/?q=x&skip=99999999999999999999')).json).to.deep.equal([]);
  });

  it('takes values as laxly as the original did', async () => {
    const memo = await create({ title: 'lax', content: 'x', priority: '3', is_favorite: 'on', is_archived: 0 });
    expect(memo).to.include({ priority: 3, is_favorite: true, is_archived: false });
    for (const path of [`/v1/memos/${memo.id}.0`, `/v1/memos/%20${memo.id}`, '/v1/memos/?limit=1_0&skip=0.0']) {
      expect((await service.call('GET', path)).status, path).to.equal(200);
    }
  });

  const refused: readonly (readonly [what: string, status: number, call: () => Promise<Reply>])[] = [
    ['malformed JSON', 422, () => service.call('POST', '/v1/memos/', '{"title":')],
    ['a missing title', 422, () => service.call('POST', '/v1/memos/', { content: 'x' })],
    ['an empty title', 422, () => service.call('POST', '/v1/memos/', { title: '', content: 'x' })],
    [
      'a title of 101 characters',
      422,
      () => service.call('POST', '/v1/memos/', { title: '가'.repeat(101), content: 'x' }),
    ],
    ['a priority of 5', 422, () => service.call('POST', '/v1/memos/', { title: 'x', content: 'x', priority: 5 })],
    ['a lone surrogate', 422, () => service.call('POST', '/v1/memos/', '{"title":"\\ud800","content":"x"}')],
    ['a NUL', 422, () => service.call('POST', '/v1/memos/', { title: 'a\0b', content: 'x' })],
    ['a body that is not UTF-8', 400, () => service.call('POST', '/v1/memos/', Buffer.from([0x22, 0xff, 0x22]))],
    [
      'a body of another type',
      415,
      () => service.call('POST', '/v1/memos/', 'title=x', { 'content-type': 'text/plain' }),
    ],
    [
      'content above the bound',
      413,
      () => service.call('POST', '/v1/memos/', { title: 'x', content: 'x'.repeat(1_048_577) }),
    ],
    ['an id that is no integer', 422, () => service.call('GET', '/v1/memos/abc')],
    ['an id larger than any', 404, () => service.call('GET', '/v1/memos/99999999999999999999')],
    ['a path nobody knows', 404, () => service.call('GET', '/v1/notes')],
    ['a negative skip', 422, () => service.call('GET', '/v1/memos/?skip=-1')],
    ['a search without words', 422, () => service.call('GET', '/v1/memos/search/')],
    ['a search for 101 characters', 422, () => service.call('GET', `/v1/memos/search/?q=${'x'.repeat(101)}`)],
    ['a search page of 501', 422, () => service.call('GET', '/v1/memos/search/?q=x&limit=501')],
    ['a wrong method', 405, () => service.call('PATCH', '/v1/memos/')],
    ['bad percent encoding', 422, () => service.call('GET', '/v1/memos/%ZZ')],
  ];
  for (const [what, status, call] of refused) {
    it(`answers ${what} with ${status}, as JSON with a detail`, async () => {
      const reply = await call();
      expect(reply.status, reply.text).to.equal(status);
      expect(reply.json).to.have.property('detail');
      if (status === 422) expect(reply.json).to.have.nested.property('detail[0].loc');
      if (status === 405) expect(reply.headers.get('allow')).to.include('POST');
    });
  }

  it('speaks RFC 9457 and Korean to those who ask', async () => {
    const { headers, json } = await service.call('GET', '/v1/memos/abc', undefined, {
      accept: 'application/problem+json',
      'accept-language': 'ko',
    });
    expect(headers.get('content-type')).to.equal('application/problem+json');
    expect(json).to.include({ status: 422, instance: '/v1/memos/abc' });
    expect((json as { detail: string }).detail).to.match(/[가-힣]/);
  });

  it('keeps exactly the reply bytes under memo:{id} for at most 300 s, and drops them on change and delete', async () => {
    const { id } = await create({ title: '캐시', content: 'x' });
    const { text } = await service.call('GET', `/v1/memos/${id}`);
    expect(await redis.get(`memo:${id}`)).to.equal(text);
    expect(await redis.ttl(`memo:${id}`)).to.be.within(1, 300);
    await service.call('PUT', `/v1/memos/${id}`, { title: 'new' });
    expect(await redis.get(`memo:${id}`)).to.equal(null);
    expect((await service.call('GET', `/v1/memos/${id}`)).json).to.include({ title: 'new' });
    await service.call('DELETE', `/v1/memos/${id}`);
    expect(await redis.get(`memo:${id}`)).to.equal(null);
    expect((await service.call('GET', `/v1/memos/${id}`)).status).to.equal(404);
  });

  it('says how its stores are, and shows metrics where no route leads', async () => {
    const { json, status } = await service.call('GET', '/health');
    expect(status).to.equal(200);
    expect(json).to.deep.include({
      status: 'healthy',
      services: { database: 'healthy', redis: 'healthy', kafka: 'not_configured' },
    });
    expect((await service.manage('/metrics')).text).to.match(
      /http_request_duration_seconds_count\{method="GET",route="\/memos\/\{memo_id\}"/,
    );
    expect((await service.call('GET', '/metrics')).status).to.equal(404);
  });

  it('serves on without Redis, slower and degraded', async () => {
    const { id } = await create({ title: 'no cache', content: 'x' });
    await redisStore.freeze();
    try {
      expect((await service.call('GET', `/v1/memos/${id}`)).status).to.equal(200);
      expect((await service.call('PUT', `/v1/memos/${id}`, { title: 'still' })).status).to.equal(200);
      expect((await service.call('GET', `/v1/memos/${id}`)).json).to.include({ title: 'still' });
      await until(
        'degraded',
        async () => ((await service.call('GET', '/health')).json as { status: string }).status === 'degraded',
        { seconds: 5 },
      );
    } finally {
      redisStore.thaw();
    }
    await until(
      'healthy',
      async () => ((await service.call('GET', '/health')).json as { status: string }).status === 'healthy',
      { seconds: 15 },
    );
    expect((await service.call('GET', `/v1/memos/${id}`)).json).to.include({ title: 'still' });
  });

  it('answers 503 with Retry-After while the database is frozen, and recovers by itself', async () => {
    await database.freeze();
    try {
      const reply = await service.call('POST', '/v1/memos/', { title: 'x', content: 'x' });
      expect(reply.status).to.equal(503);
      expect(reply.headers.get('retry-after')).to.match(/^\d+$/);
      expect((await service.call('GET', '/health')).status).to.equal(503);
      expect((await service.manage('/readyz')).status, 'a database outage never takes a pod out').to.equal(200);
    } finally {
      database.thaw();
    }
    await until(
      'writes',
      async () => (await service.call('POST', '/v1/memos/', { title: 'x', content: 'x' })).status === 201,
      { seconds: 15 },
    );
  });
});
