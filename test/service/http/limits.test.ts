/** Rate limits: per client and class, for all pods together, and what is left of them without Redis. */
import { expect } from 'chai';
import { startMariaDB } from '../../stores/mariadb.ts';
import type { MariaDB } from '../../stores/mariadb.ts';
import { startRedis } from '../../stores/redis.ts';
import type { Store } from '../../stores/store.ts';
import { until } from '../../until.ts';
import { clockAhead, MINUTE, setClockBack } from '../harness/clock.ts';
import { Conformance } from '../harness/conformance.ts';
import { audience, startIssuer } from '../harness/issuer.ts';
import { createMemo, metric, migrate, startService } from '../harness/service.ts';
import type { Reply, Service } from '../harness/service.ts';

describe('rate limits', function () {
  this.timeout(60_000);
  let database: MariaDB;
  let redis: Store;
  let environment: Record<string, string>;
  let first: Service;
  let second: Service;
  let clients = 0;

  before(async () => {
    [database, redis] = await Promise.all([startMariaDB(), startRedis()]);
    environment = {
      DATABASE_URL: database.url,
      REDIS_URL: redis.url,
      RATE_LIMIT_READ: '6/1m',
      RATE_LIMIT_WRITE: '2/1h',
      TRUSTED_PROXIES: '127.0.0.0/8',
    };
    expect(await migrate(environment)).to.include({ status: 0 });
    [first, second] = await Promise.all([startService(environment), startService(environment)]);
    await counting(first);
    await counting(second);
  });

  after(async () => {
    await Promise.all([first.stop(), second.stop()]);
    await Promise.all([redis.stop(), database.stop()]);
  });

  /** A client that nobody has counted yet, as the proxy names it. */
  function newClient(): Record<string, string> {
    clients += 1;
    return { 'x-forwarded-for': `203.0.113.${clients}` };
  }

  function list(service: Service, headers: Record<string, string>): Promise<Reply> {
    return service.call('GET', '/v1/memos/?limit=1', undefined, headers);
  }

  function left({ headers }: Reply): number {
    return Number(/^"read";r=(\d+);t=\d+$/.exec(headers.get('ratelimit') ?? '')?.[1]);
  }

  /** Once a service counts in Redis. */
  async function counting(service: Service): Promise<void> {
    await until('counted in Redis', async () => {
      const client = newClient();
      await list(first, client);
      return left(await list(service, client)) === 4;
    });
  }

  async function statuses(service: Service, headers: Record<string, string>, requests: number): Promise<number[]> {
    const answers: number[] = [];
    for (let sent = 0; sent < requests; sent += 1) answers.push((await list(service, headers)).status);
    return answers;
  }

  it('count the requests of a client at all pods together, and say in each reply what is left', async () => {
    const client = newClient();
    const replies = [];
    for (const service of [first, second, first, second, first, second]) replies.push(await list(service, client));
    expect(replies.map(left)).to.deep.equal([5, 4, 3, 2, 1, 0]);
    for (const { headers } of replies) expect(headers.get('ratelimit-policy')).to.equal('"read";q=6;w=60');
    for (const service of [first, second]) {
      const { headers, json, status } = await list(service, client);
      expect(status).to.equal(429);
      const retryAfter = Number(headers.get('retry-after'));
      expect(retryAfter).to.be.within(1, 60);
      expect(headers.get('ratelimit')).to.equal(`"read";r=0;t=${retryAfter}`);
      expect(json).to.have.property('detail').that.includes('Retry-After');
    }
    expect((await list(first, newClient())).status).to.equal(200);
  });

  it('count reads, writes and searches apart; a class without a limit is not counted', async () => {
    const client = newClient();
    expect((await statuses(first, client, 7)).at(-1)).to.equal(429);
    const write = await first.call('POST', '/v1/memos/', { title: 't', content: 'c' }, client);
    expect([write.status, write.headers.get('ratelimit-policy')]).to.deep.equal([201, '"write";q=2;w=3600']);
    const search = await first.call('GET', '/v1/memos/search/?q=t', undefined, client);
    expect([search.status, search.headers.get('ratelimit')]).to.deep.equal([200, null]);
    for (const [method, path] of [
      ['GET', '/health'],
      ['GET', '/openapi.json'],
      ['OPTIONS', '/v1/memos/'],
    ] as const) {
      expect((await first.call(method, path, undefined, client)).headers.get('ratelimit'), path).to.equal(null);
    }
  });

  it('end with their window', async () => {
    const short = await startService({ ...environment, RATE_LIMIT_READ: '1/1s' });
    try {
      const client = newClient();
      expect((await statuses(short, client, 2)).at(-1)).to.equal(429);
      await until('the next window', async () => (await list(short, client)).status === 200, { seconds: 5 });
    } finally {
      await short.stop();
    }
  });

  for (const [where, redisUrl] of [
    ['Redis', (): string => redis.url],
    ['memory alone', (): string => ''],
  ] as const) {
    it(`end with their window, counted in ${where}, when the clock is set back`, async () => {
      const short = { ...environment, REDIS_URL: redisUrl(), RATE_LIMIT_READ: '1/5s' };
      const service = await startService({ ...short, ...clockAhead(0) });
      try {
        if (short.REDIS_URL !== '') {
          await until('it counts in Redis, where another has counted one already', async () => {
            const client = newClient();
            await list(first, client);
            return (await list(service, client)).status === 429;
          });
        }
        const client = newClient();
        // The second one is refused by Redis, where there is one, and the third from memory.
        expect(await statuses(service, client, 3)).to.deep.equal([200, 429, 429]);
        const time = async (): Promise<number> =>
          Date.parse(((await service.call('GET', '/health')).json as { timestamp: string }).timestamp);
        const before = await time();
        setClockBack(service);
        await until('its clock is set back', async () => (await time()) < before - 5 * MINUTE);
        const waits = new Set<number>();
        await until('the next window', async () => {
          const { headers, status } = await list(service, client);
          if (status === 429) waits.add(Number(headers.get('retry-after')));
          return status === 200;
        });
        for (const seconds of waits) expect(seconds, 'Retry-After').to.be.within(1, 5);
      } finally {
        await service.stop();
      }
    });
  }

  it('take a client for whom the right-most untrusted hop names, and IPv6 by /64', async () => {
    const forged = newClient()['x-forwarded-for'] ?? '';
    for (let made = 0; made < 6; made += 1) await list(first, { 'x-forwarded-for': `10.0.0.${made}, ${forged}` });
    expect((await list(first, { 'x-forwarded-for': `10.9.9.9, ${forged}` })).status).to.equal(429);
    for (let host = 0; host < 6; host += 1) await list(first, { 'x-forwarded-for': `2001:db8:0:7::${host}` });
    expect((await list(first, { 'x-forwarded-for': '2001:db8:0:7:ffff::1' })).status).to.equal(429);
    expect((await list(first, { 'x-forwarded-for': '2001:db8:0:8::1' })).status).to.equal(200);
  });

  it('take nobody’s word for an address where no proxy is trusted', async () => {
    const { TRUSTED_PROXIES, ...untrusting } = environment;
    expect(TRUSTED_PROXIES).to.be.a('string');
    // Without Redis, which a service that has just started may reach only after some of them.
    const service = await startService({ ...untrusting, REDIS_URL: '', RATE_LIMIT_READ: '6/1m' });
    try {
      for (let made = 0; made < 6; made += 1) await list(service, newClient());
      expect((await list(service, newClient())).status).to.equal(429);
    } finally {
      await service.stop();
    }
  });

  it('count by the subject of a token, wherever it comes from, and refused tokens by address', async () => {
    const issuer = await startIssuer();
    const service = await startService({
      ...environment,
      AUTH_JWT_ISSUER: issuer.name,
      AUTH_JWT_AUDIENCE: audience,
      AUTH_JWT_JWKS_URL: issuer.keysUrl,
    });
    try {
      const as = async (sub: unknown): Promise<Record<string, string>> => ({
        authorization: `Bearer ${await issuer.token({ sub })}`,
        ...newClient(),
      });
      // No number is a subject by RFC 7519, and yet there are issuers that put one there.
      for (const sub of ['one', 1]) {
        const answers = [];
        for (let sent = 0; sent < 7; sent += 1) answers.push((await list(service, await as(sub))).status);
        expect(answers).to.deep.equal([200, 200, 200, 200, 200, 200, 429]);
      }
      expect((await list(service, await as(null))).status).to.equal(200);
      expect((await list(service, await as('two'))).status).to.equal(200);
      const guesser = { ...newClient(), authorization: 'Bearer guess' };
      expect(await statuses(service, guesser, 7)).to.deep.equal([401, 401, 401, 401, 401, 401, 429]);
      const elsewhere = { ...newClient(), authorization: 'Bearer guess' };
      const guesses = [];
      for (const path of ['/v1/memos/1/2', '/v1/memos/search/', '/memos/1/2', '/v1/memos/x/y/z', '/v1/memos/a/b']) {
        guesses.push((await service.call('PATCH', path, {}, elsewhere)).status);
      }
      expect(guesses).to.deep.equal([401, 401, 401, 401, 401]);
      expect(await statuses(service, elsewhere, 2), 'on paths that are no operation').to.deep.equal([401, 429]);
    } finally {
      await service.stop();
      issuer.close();
    }
  });

  it('are documented', async () => {
    const api = await Conformance.of(first);
    const client = newClient();
    for (let sent = 0; sent < 7; sent += 1) await api.call(first, 'GET', '/v1/memos/?limit=1', undefined, client);
    await api.call(first, 'GET', '/v1/memos/0', undefined, newClient());
    const refused = await api.call(first, 'GET', '/v1/memos/1', undefined, {
      ...client,
      accept: 'application/problem+json',
    });
    expect(refused.json).to.include({ type: 'urn:memo:problem:quota-exceeded', status: 429 });
    expect(await metric(first, 'memo_rate_limited_total{class="read"}')).to.be.greaterThan(0);
  });

  it('go on in each pod by itself while Redis is frozen or dead, and a client that asks waits for it no more than once', async () => {
    await redis.freeze();
    const frozen = newClient();
    await until('in use without Redis', async () => (await list(first, newClient())).status === 200, { seconds: 5 });
    expect(await statuses(first, frozen, 7)).to.deep.equal([200, 200, 200, 200, 200, 200, 429]);
    // The other pod counts for itself.
    expect((await list(second, frozen)).status).to.equal(200);
    const waits = [];
    for (let sent = 0; sent < 20; sent += 1) {
      const started = performance.now();
      await list(first, newClient());
      waits.push(performance.now() - started);
    }
    // Each would be over the deadline of 100 ms if each asked the Redis that is frozen.
    expect(waits.filter((ms) => ms > 100).length, waits.join()).to.be.lessThan(5);
    redis.thaw();
    await redis.kill();
    const dead = newClient();
    expect(await statuses(first, dead, 7)).to.deep.equal([200, 200, 200, 200, 200, 200, 429]);
    await redis.restart();
    await counting(first);
    await counting(second);
    expect(await createMemo(first)).to.be.a('number');
  });
});
