/** Access tokens: who may do what, and what is no good token. */
import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import { SignJWT } from 'jose';
import { startMariaDB } from '../../stores/mariadb.ts';
import type { MariaDB } from '../../stores/mariadb.ts';
import { until } from '../../until.ts';
import { Conformance } from '../harness/conformance.ts';
import { openEventStream } from '../harness/event-stream.ts';
import { audience, payload, startIssuer } from '../harness/issuer.ts';
import type { Claims, Issuer } from '../harness/issuer.ts';
import { migrate, startService } from '../harness/service.ts';
import type { Reply, Service } from '../harness/service.ts';

const MINUTE = 60;
const memo = { title: 't', content: 'c' };

describe('access tokens', function () {
  this.timeout(60_000);
  let database: MariaDB;
  let issuer: Issuer;
  let service: Service;
  let api: Conformance;

  before(async () => {
    [database, issuer] = await Promise.all([startMariaDB(), startIssuer()]);
    expect(await migrate({ DATABASE_URL: database.url })).to.include({ status: 0 });
    service = await startService({
      DATABASE_URL: database.url,
      AUTH_JWT_ISSUER: issuer.name,
      AUTH_JWT_AUDIENCE: audience,
      AUTH_JWT_JWKS_URL: issuer.keysUrl,
      AUTH_JWT_ROLES_CLAIM: 'realm_access.roles',
    });
    api = await Conformance.of(service);
  });

  after(async () => {
    await service.stop();
    issuer.close();
    await database.stop();
  });

  function bearer(token: string): Record<string, string> {
    return { authorization: `Bearer ${token}` };
  }

  async function as(role: string | undefined, claims: Claims = {}): Promise<Record<string, string>> {
    return bearer(await issuer.token({ realm_access: { roles: role === undefined ? [] : [role] }, ...claims }));
  }

  async function list(headers: Record<string, string>): Promise<Reply> {
    return api.call(service, 'GET', '/v1/memos/?limit=1', undefined, headers);
  }

  it('name their subject in one line of the log, whatever it says', async () => {
    const sub = 'eve\n{"log.level":"error","message":"forged"}\r\u2028';
    const headers = { ...(await as('reader', { sub })), 'x-request-id': 'of-eve' };
    expect((await list(headers)).status).to.equal(200);
    const ofEve = (): string[] =>
      service
        .logs()
        .split('\n')
        .filter((line) => line.includes('of-eve'));
    await until('it is logged', () => ofEve().length > 0);
    expect(ofEve().map((line) => (JSON.parse(line) as Record<string, unknown>)['user.id'])).to.deep.equal([sub]);
    expect(service.logs()).not.to.match(/^\{"log.level":"error","message":"forged"/m);
  });

  it('let each role do what the table says, and those above it as well', async () => {
    const { headers } = await service.call('POST', '/v1/memos/', memo, await as('writer'));
    const path = headers.get('location') ?? '';
    const calls: readonly (readonly [least: string, ...call: Parameters<Service['call']>])[] = [
      ['reader', 'GET', '/v1/memos/'],
      ['reader', 'HEAD', '/v1/memos/'],
      ['reader', 'GET', '/v1/memos/search/?q=t'],
      ['reader', 'GET', path],
      ['writer', 'POST', '/v1/memos/', memo],
      ['writer', 'PUT', path, { title: 'u' }],
      ['writer', 'PATCH', path, { title: 'v' }],
      ['writer', 'DELETE', '/v1/memos/999999'],
      ['reader', 'GET', '/v1/memos/trash/'],
      ['writer', 'POST', '/v1/memos/999999/restore/'],
      ['admin', 'GET', '/v1/memos/export/'],
      ['admin', 'POST', '/v1/memos/import/', {}],
      ['reader', 'HEAD', '/v1/memos/changes/'],
    ];
    const roles = ['reader', 'writer', 'admin'];
    for (const [least, method, target, body] of calls) {
      for (const role of [undefined, ...roles]) {
        const { status } = await service.call(method, target, body, await as(role));
        const may = role !== undefined && roles.indexOf(role) >= roles.indexOf(least);
        expect(status === 403, `${String(role)}: ${method} ${target} → ${status}`).to.equal(!may);
      }
    }
  });

  it('make an Idempotency-Key that of its subject alone', async () => {
    const create = async (sub: string): Promise<Reply> =>
      service.call('POST', '/v1/memos/', memo, { ...(await as('writer', { sub })), 'idempotency-key': 'first' });
    const [one, again, other] = [await create('one'), await create('one'), await create('other')];
    expect([one.status, again.text, other.status]).to.deep.equal([201, one.text, 201]);
    expect(other.headers.get('location')).not.to.equal(one.headers.get('location'));
  });

  it('are asked for at every form of a path, and nowhere else', async () => {
    for (const path of [
      '/v1/memos/',
      '/memos',
      '/api/v1/memos/1',
      '/api/memos/search/?q=t',
      '/v1/memos/1/2',
      '//v1/memos',
    ]) {
      const { headers, status } = await service.call('GET', path);
      if (path.startsWith('//')) expect(status, path).to.equal(404);
      else expect([status, headers.get('www-authenticate')], path).to.deep.equal([401, 'Bearer realm="memo"']);
    }
    for (const path of ['/health', '/openapi.json', '/docs', '/docs/page.js']) {
      expect((await service.call('GET', path)).status, path).to.equal(200);
    }
    for (const path of ['/livez', '/livez/', '/readyz', '/readyz/', '/health', '/metrics', '/metrics/?x=/']) {
      expect((await service.manage(path)).status, path).to.equal(200);
    }
    expect((await service.call('OPTIONS', '/v1/memos/')).status).to.equal(204);
    const preflight = await service.call('OPTIONS', '/v1/memos/', undefined, {
      origin: 'https://page.example',
      'access-control-request-method': 'GET',
      'access-control-request-headers': 'authorization',
    });
    expect(preflight.headers.get('access-control-allow-headers')).to.equal('authorization');
    expect((await service.call('GET', '/v1/memos/1/2', undefined, await as('reader'))).status).to.equal(404);
    expect((await service.call('PATCH', '/v1/memos/search/', {}, await as('reader'))).status).to.equal(405);
  });

  it('are good within half a minute of their times, for clocks differ', async () => {
    const now = Math.floor(Date.now() / 1000);
    expect((await list(await as('reader', { exp: now - 10 }))).status).to.equal(200);
    expect((await list(await as('reader', { nbf: now + 20 }))).status).to.equal(200);
    const late = await list(await as('reader', { exp: now - MINUTE }));
    expect(late.status).to.equal(401);
    expect(late.headers.get('www-authenticate')).to.equal(
      'Bearer realm="memo", error="invalid_token", error_description="The access token expired"',
    );
  });

  it('end a stream of changes when they are good no longer; another goes on where it ended', async () => {
    const now = Math.floor(Date.now() / 1000);
    // Half a minute is for clocks that differ: this one has five seconds left.
    const [short, long] = [await as('reader', { exp: now - 25 }), await as('reader')];
    const [ending, other] = [await openEventStream(service.port, short), await openEventStream(service.port, long)];
    try {
      expect([ending.status, other.status]).to.deep.equal([200, 200]);
      await service.call('POST', '/v1/memos/', memo, await as('writer'));
      await ending.waitFor('a change', (events) => events.length > 0, { seconds: 4 });
      await until('the end', () => ending.ended() === 'end', { seconds: 10 });
      expect((await openEventStream(service.port, short)).status).to.equal(401);
      expect(other.ended()).to.equal(undefined);
      await service.call('POST', '/v1/memos/', memo, await as('writer'));
      const last = ending.events.at(-1)?.id ?? '';
      const next = await openEventStream(service.port, { ...long, 'last-event-id': last });
      await next.waitFor('the change after it', (events) => events.length > 0, { seconds: 5 });
      next.close();
    } finally {
      ending.close();
      other.close();
    }
  });

  it('are refused with what RFC 6750 says of it, when anything is wrong with them', async () => {
    const now = Math.floor(Date.now() / 1000);
    const claims: readonly Claims[] = [
      { nbf: now + MINUTE },
      { exp: undefined },
      { iss: 'https://else.example' },
      { iss: undefined },
      { aud: 'else' },
      { aud: undefined },
    ];
    const role = { realm_access: { roles: ['admin'] } };
    const good = await issuer.token(role);
    const [head = '', body = '', signature = ''] = good.split('.');
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    const sign = (alg: string, kid: string, key: Parameters<SignJWT['sign']>[0]): Promise<string> =>
      new SignJWT(payload(issuer.name, role)).setProtectedHeader({ alg, kid }).sign(key);
    const tokens = [
      ...(await Promise.all(claims.map((each) => issuer.token({ ...role, ...each })))),
      '',
      'x',
      `${none}.${body}.`,
      `${head}.${body}.`,
      `${head}.${body}.${signature.slice(0, -4)}AAAA`,
      `${head}.${Buffer.from(JSON.stringify(payload(issuer.name, { ...role, sub: 'else' }))).toString('base64url')}.${signature}`,
      // The public key, which everybody knows, as a shared secret.
      await sign('HS256', 'key-0', Buffer.from(JSON.stringify(await issuer.publicKey()))),
      await sign('RS256', 'key-0', other),
      await sign('RS256', '../../key-0', other),
    ];
    for (const token of tokens) {
      const { headers, status } = await list(bearer(token));
      expect(status, token).to.equal(401);
      expect(headers.get('www-authenticate'), token).to.match(/^Bearer realm="memo"(?:, error="invalid_token", |$)/);
    }
    for (const authorization of [`Basic ${good}`, good, `Bearer\t${good}`]) {
      expect((await list({ authorization })).status, authorization.slice(0, 8)).to.equal(401);
    }
    expect((await list({ authorization: `bearer ${good}` })).status).to.equal(200);
    const low = await api.call(service, 'POST', '/v1/memos/', memo, await as('reader'));
    expect([low.status, low.headers.get('www-authenticate')]).to.deep.equal([
      403,
      'Bearer realm="memo", error="insufficient_scope", scope="writer"',
    ]);
    const problem = await api.call(service, 'POST', '/v1/memos/', memo, { accept: 'application/problem+json' });
    expect(problem.json).to.include({ type: 'urn:memo:problem:unauthorized', status: 401 });
  });

  it('of a new key are good within seconds, and those of a known one while the issuer is away', async () => {
    await issuer.rotate();
    await until('the new key is known', async () => (await list(await as('reader'))).status === 200, { seconds: 10 });
    issuer.away(true);
    expect((await list(await as('reader'))).status).to.equal(200);
    const fresh = await startService({
      DATABASE_URL: database.url,
      AUTH_JWT_ISSUER: issuer.name,
      AUTH_JWT_AUDIENCE: audience,
      AUTH_JWT_JWKS_URL: issuer.keysUrl,
    });
    try {
      const { headers, status } = await fresh.call('GET', '/v1/memos/', undefined, await as('reader'));
      expect([status, headers.get('retry-after')]).to.deep.equal([503, '5']);
    } finally {
      issuer.away(false);
      await fresh.stop();
    }
  });

  it('need not say which of several keys has signed them', async () => {
    await issuer.rotate();
    await until('the new key is known', async () => (await list(await as('reader'))).status === 200, { seconds: 10 });
    const role = { realm_access: { roles: ['reader'] } };
    expect((await list(bearer(await issuer.namelessToken(role)))).status).to.equal(200);
    expect((await list(bearer(await issuer.namelessToken({ ...role, aud: 'else' })))).status).to.equal(401);
    const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    const forged = new SignJWT(payload(issuer.name, role)).setProtectedHeader({ alg: 'RS256' }).sign(stranger);
    expect((await list(bearer(await forged))).status).to.equal(401);
  });

  it('are refused once their key is withdrawn, however often they were good before', async () => {
    const old = await as('reader');
    expect((await list(old)).status).to.equal(200);
    expect((await list(old)).status).to.equal(200);
    await issuer.rotate();
    issuer.withdraw();
    await until('the new key is known', async () => (await list(await as('reader'))).status === 200, { seconds: 10 });
    expect((await list(old)).status).to.equal(401);
  });

  it('may be signed by a shared secret instead, by HS256 alone', async () => {
    const secret = 'a secret of more than thirty-two bytes';
    const shared = await startService({
      DATABASE_URL: database.url,
      AUTH_JWT_ISSUER: issuer.name,
      AUTH_JWT_AUDIENCE: audience,
      AUTH_JWT_SECRET: secret,
    });
    const token = (alg: string, key: string): Promise<string> =>
      new SignJWT(payload(issuer.name)).setProtectedHeader({ alg }).sign(Buffer.from(key));
    const status = async (headers: Record<string, string>): Promise<number> =>
      (await shared.call('GET', '/v1/memos/', undefined, headers)).status;
    try {
      expect(await status(bearer(await token('HS256', secret)))).to.equal(200);
      expect(await status(bearer(await token('HS256', secret.toUpperCase())))).to.equal(401);
      expect(await status(bearer(await token('HS384', `${secret}${secret}`)))).to.equal(401);
      expect(await status(await as('reader'))).to.equal(401);
    } finally {
      await shared.stop();
    }
  });

  it('and their text are in no log; who asked is', async () => {
    const token = await issuer.token({ realm_access: { roles: ['reader'] }, sub: 'user-7' });
    await list(bearer(token));
    await service.stop();
    expect(service.logs()).to.include('"user.id":"user-7"').and.not.to.include(token.slice(-40));
  });
});
