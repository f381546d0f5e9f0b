/** HTTP around the contract: methods, origins, headers, sizes, slow and broken clients. */
import { expect } from 'chai';
import { once } from 'node:events';
import { connect } from 'node:net';
import { until } from '../../until.ts';
import { startOnMariaDB } from '../harness/on-mariadb.ts';
import type { OnMariaDB } from '../harness/on-mariadb.ts';
import { exchange, pour, trickle } from '../harness/raw.ts';
import { createMemo, startService } from '../harness/service.ts';
import type { Service } from '../harness/service.ts';

describe('HTTP', function () {
  this.timeout(60_000);
  let on: OnMariaDB;
  let environment: Record<string, string>;
  let service: Service;
  let id: number;

  before(async () => {
    on = await startOnMariaDB();
    ({ service } = on);
    environment = { DATABASE_URL: on.database.url };
    id = await createMemo(service);
  });

  after(async () => await on.stop());

  it('answers HEAD as GET, without the body', async () => {
    for (const path of [`/v1/memos/${id}`, '/v1/memos/', '/v1/memos/search/?q=t', '/health', '/v1/memos/0']) {
      const [head, get] = [await service.call('HEAD', path), await service.call('GET', path)];
      expect([head.status, head.text], path).to.deep.equal([get.status, '']);
      for (const name of ['etag', 'content-type']) expect(head.headers.get(name), path).to.equal(get.headers.get(name));
    }
  });

  it('says on OPTIONS and in a 405 what each path takes', async () => {
    const paths: readonly (readonly [string, string])[] = [
      ['/v1/memos/', 'GET, HEAD, OPTIONS, POST'],
      ['/v1/memos/search/', 'GET, HEAD, OPTIONS'],
      ['/v1/memos/trash/', 'GET, HEAD, OPTIONS'],
      ['/v1/memos/export', 'GET, HEAD, OPTIONS'],
      ['/v1/memos/import', 'OPTIONS, POST'],
      ['/v1/memos/changes', 'GET, HEAD, OPTIONS'],
      [`/v1/memos/${id}/restore`, 'OPTIONS, POST'],
      [`/v1/memos/${id}`, 'DELETE, GET, HEAD, OPTIONS, PATCH, PUT'],
      ['/health', 'GET, HEAD, OPTIONS'],
    ];
    for (const [path, allowed] of paths) {
      const options = await service.call('OPTIONS', path);
      expect([options.status, options.headers.get('allow')], path).to.deep.equal([204, allowed]);
      for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'GET']) {
        if (allowed.split(', ').includes(method)) continue;
        const refused = await service.call(method, path);
        expect([refused.status, refused.headers.get('allow')], `${method} ${path}`).to.deep.equal([405, allowed]);
      }
    }
  });

  it('lets pages of any origin call it, without credentials', async () => {
    const origin = 'https://page.example';
    const preflight = await service.call('OPTIONS', '/v1/memos/', undefined, {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type',
    });
    expect(preflight.status).to.equal(204);
    expect(preflight.headers.get('access-control-allow-origin')).to.equal('*');
    expect(preflight.headers.get('access-control-allow-methods')).to.include('POST');
    expect(preflight.headers.get('access-control-allow-headers')).to.equal('content-type');
    for (const path of [`/v1/memos/${id}`, '/v1/memos/0']) {
      const { headers } = await service.call('GET', path, undefined, { origin });
      expect(headers.get('access-control-allow-origin'), path).to.equal('*');
      expect(headers.get('access-control-allow-credentials'), path).to.equal(null);
    }
  });

  it('lets pages of the origins that are named call it, and no other', async () => {
    const [listed, other] = ['https://b.example', 'https://c.example'];
    const choosy = await startService({ ...environment, CORS_ALLOWED_ORIGINS: `https://a.example,${listed}` });
    const strict = await startService({ ...environment, CORS_ALLOWED_ORIGINS: 'none' });
    try {
      const allowed = async (at: Service, method: string, origin: string): Promise<string | null> => {
        const sent = { origin, ...(method === 'OPTIONS' && { 'access-control-request-method': 'PUT' }) };
        const { headers, status } = await at.call(method, `/v1/memos/${id}`, undefined, sent);
        expect(status).to.equal(method === 'OPTIONS' ? 204 : 200);
        expect(headers.get('access-control-allow-credentials')).to.equal(null);
        // What is for one origin only must not be given to another by a cache in between.
        expect(headers.get('vary')).to.include('Origin');
        expect(headers.has('access-control-allow-methods')).to.equal(
          method === 'OPTIONS' && headers.has('access-control-allow-origin'),
        );
        return headers.get('access-control-allow-origin');
      };
      for (const method of ['GET', 'OPTIONS']) {
        expect(await allowed(choosy, method, listed)).to.equal(listed);
        expect(await allowed(choosy, method, other)).to.equal(null);
        expect(await allowed(choosy, method, `${listed}.evil.example`)).to.equal(null);
        expect(await allowed(strict, method, listed)).to.equal(null);
        expect(await allowed(strict, method, 'null')).to.equal(null);
      }
    } finally {
      await Promise.all([choosy.stop(), strict.stop()]);
    }
  });

  it('answers 400 to what is not HTTP, as JSON', async () => {
    const broken = [
      'GET /v1/memos/ HTTP/1.1\r\nBad Header\r\n\r\n',
      'POST /v1/memos/ HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}',
    ];
    for (const bytes of broken) {
      const answer = await exchange(service.port, bytes);
      expect(answer).to.match(/^HTTP\/1\.1 400 /);
      expect(answer).to.match(/\r\n\r\n\{"detail":/);
    }
  });

  it('answers 400 to a request without a Host and 417 to an expectation, as JSON', async () => {
    const end = 'Connection: close\r\n\r\n';
    expect(await exchange(service.port, `GET /health HTTP/1.1\r\n${end}`))
      .to.match(/^HTTP\/1\.1 400 /)
      .and.match(/\r\n\r\n\{"detail":/);
    expect(await exchange(service.port, `GET /health HTTP/1.1\r\nHost: x\r\nExpect: foo\r\n${end}`))
      .to.match(/^HTTP\/1\.1 417 /)
      .and.match(/\r\n\r\n\{"detail":/);
    expect(await exchange(service.port, `GET /health HTTP/1.0\r\n\r\n`)).to.match(/^HTTP\/1\.1 200 /);
  });

  it('writes nothing into a reply under way when the client sends rubbish behind its request', async () => {
    const answer = await exchange(service.port, 'GET /v1/memos/ HTTP/1.1\r\nHost: x\r\n\r\nRUBBISH\r\n\r\n');
    expect(answer).not.to.match(/^HTTP\/1\.1 400 /);
  });

  it('answers 413 to a body of 100 MB, sent whole or in chunks, and 415 to a compressed one', async () => {
    const large = Buffer.alloc(100_000_000, 'x');
    const whole = await service.call('POST', '/v1/memos/', large);
    expect([whole.status, (whole.json as { detail: unknown }).detail]).to.deep.equal([
      413,
      'The body is too large: send a smaller one.',
    ]);
    const gzip = await service.call('POST', '/v1/memos/', Buffer.from([0x1f, 0x8b]), { 'content-encoding': 'gzip' });
    expect(gzip.status).to.equal(415);
    expect((await service.call('GET', `/v1/memos/${id}`)).status).to.equal(200);
  });

  it('answers 413 to a body in chunks that has no end, and closes the connection', async () => {
    const piece = Buffer.concat([Buffer.from('10000\r\n'), Buffer.alloc(65_536, 'x'), Buffer.from('\r\n')]);
    const head = 'POST /v1/memos/ HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n';
    const own = await startService(environment);
    try {
      const { answer, sent } = await pour(own.port, head, piece);
      expect(answer)
        .to.match(/^HTTP\/1\.1 413 /)
        .and.match(/\r\nconnection: close\r\n/i);
      expect(answer).to.match(/\r\n\r\n\{"detail":/);
      // What it throws away for the client to see the answer, and what is on its way.
      expect(sent).to.be.below(200_000_000);
      expect((await own.call('GET', `/v1/memos/${id}`)).status).to.equal(200);
    } finally {
      const asked = performance.now();
      await own.stop();
      expect(performance.now() - asked, 'nothing of it keeps the service from ending').to.be.below(10_000);
    }
  });

  it('answers requests that are sent one behind the other in their order', async () => {
    const memo = '{"title":"behind","content":"c"}';
    const requests = [
      ['GET /v1/memos/?limit=1000', ''],
      ['GET /health', ''],
      ['POST /v1/memos/', memo],
      ['GET /v1/memos/0', ''],
      ['GET /v1/memos/search/?q=behind', ''],
    ] as const;
    const bytes = requests.map(([what, body], index) =>
      [
        `${what} HTTP/1.1`,
        'Host: x',
        `X-Request-Id: request-${index}`,
        `Content-Length: ${body.length}`,
        ...(index === requests.length - 1 ? ['Connection: close'] : []),
        `\r\n${body}`,
      ].join('\r\n'),
    );
    const answer = await exchange(service.port, bytes.join(''));
    expect(answer.match(/HTTP\/1\.1 \d+/g)).to.deep.equal(
      [200, 200, 201, 404, 200].map((status) => `HTTP/1.1 ${status}`),
    );
    expect([...answer.matchAll(/\r\nx-request-id: (\S+)/gi)].map(([, name]) => name)).to.deep.equal(
      requests.map((_, index) => `request-${index}`),
    );
  });

  it('takes a body without a content type, or in chunks, as JSON', async () => {
    const memo = '{"title":"x","content":"한글"}';
    const answers = [
      `Content-Length: ${Buffer.byteLength(memo)}\r\n\r\n${memo}`,
      `Transfer-Encoding: chunked\r\n\r\n${Buffer.byteLength(memo).toString(16)}\r\n${memo}\r\n0\r\n\r\n`,
    ].map((rest) => exchange(service.port, `POST /v1/memos/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${rest}`));
    for (const answer of await Promise.all(answers)) expect(answer).to.match(/^HTTP\/1\.1 201 /);
  });

  it('ends the connection of a client that never sends the rest of its headers', async () => {
    const started = performance.now();
    const answer = await exchange(service.port, 'GET /health HTTP/1.1\r\nHost: x\r\nX-Slow:', 20_000);
    expect(answer).to.match(/^HTTP\/1\.1 408 /);
    expect(performance.now() - started).to.be.within(5_000, 15_000);
  });

  it('ends the connection of a client that sends a body for ever to what reads none', async () => {
    const own = await startService({ ...environment, REQUEST_TIMEOUT: '1s' });
    try {
      const answers = ['GET /health', `GET /v1/memos/${id}`, 'DELETE /v1/memos/0', 'POST /v1/memos/0/restore'].map(
        (what) => trickle(own.port, `${what} HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n`, 15_000),
      );
      const statuses = (await Promise.all(answers)).map((answer) => /^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]);
      expect(statuses).to.deep.equal(['200', '200', '404', '404']);
      const whole = 'DELETE /v1/memos/0 HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}';
      const both = await exchange(own.port, `${whole}GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      expect(both.match(/HTTP\/1\.1 \d+/g), 'and of no other').to.deep.equal(['HTTP/1.1 404', 'HTTP/1.1 200']);
    } finally {
      await own.stop();
    }
  });

  it('keeps nothing of requests whose bodies came behind their replies, on a connection that goes on', async () => {
    const socket = connect({ host: '127.0.0.1', port: service.port });
    let answers = '';
    socket.setEncoding('utf8').on('data', (text: string) => (answers += text));
    const count = (): number => answers.split('HTTP/1.1 404 ').length - 1;
    for (let sent = 1; sent <= 15; sent += 1) {
      socket.write('DELETE /v1/memos/0 HTTP/1.1\r\nHost: x\r\nX-Request-Id: late-body\r\nContent-Length: 2\r\n\r\n');
      await until('the reply', () => count() === sent);
      socket.write('{}');
    }
    socket.destroy();
    await until('they are logged', () => service.logs().split('"late-body"').length > 15);
    expect(service.logs()).not.to.include('MaxListenersExceededWarning');
  });

  it('counts a request whose client went away before a reply as 499, and an upload that was cut is no error', async () => {
    const uploads = [
      ['/v1/memos/', 'application/json', '{"title":'],
      ['/v1/memos/import', 'application/x-ndjson', '{"title":"t","content":"c"}\n{"ti'],
    ] as const;
    for (const [path, type, begun] of uploads) {
      const socket = connect({ host: '127.0.0.1', port: service.port });
      socket.end(
        `POST ${path} HTTP/1.1\r\nHost: x\r\nX-Request-Id: cut-upload\r\nContent-Type: ${type}\r\n` +
          `Content-Length: 1000\r\n\r\n${begun}`,
      );
      await once(socket.resume(), 'close');
    }
    const lines = (): string[] =>
      service
        .logs()
        .split('\n')
        .filter((line) => line.includes('"cut-upload"'));
    await until('both are logged', () => lines().length >= 2);
    for (const line of lines()) {
      expect(JSON.parse(line)).to.deep.include({
        message: 'request',
        'http.response.status_code': 499,
        'event.reason': 'client gone',
      });
    }
    const { text } = await service.manage('/metrics');
    for (const route of ['/memos', '/memos/import']) {
      expect(text).to.include(`http_request_duration_seconds_count{method="POST",route="${route}",status="499"} 1`);
    }
  });

  it('survives input made to hurt', async () => {
    const memo = { title: 'x', content: 'x' };
    const cases: readonly (readonly [body: string, status: number])[] = [
      ['['.repeat(20_000), 422],
      [`{"title":"x","content":"x","deep":${'['.repeat(20_000)}${']'.repeat(20_000)}}`, 201],
      ['{"title":"x","content":"x","title":"y"}', 201],
      ['{"__proto__":{"title":"x"},"constructor":1,"title":"x","content":"x"}', 201],
      [JSON.stringify({ ...memo, tags: Array.from({ length: 1000 }, (_, index) => `t${index}`) }), 201],
      [JSON.stringify({ ...memo, tags: Array.from({ length: 10_000 }, (_, index) => `t${index}`) }), 422],
      ['\ufeff{"title":"x","content":"x"}', 201],
      ['', 422],
      ['null', 422],
      ['{"title":"x","content":"x","priority":9007199254740993}', 422],
    ];
    for (const [body, status] of cases) {
      expect((await service.call('POST', '/v1/memos/', body)).status, body.slice(0, 60)).to.equal(status);
    }
    for (const path of ['/v1/memos/%00', '/v1/memos/1%2F2', '/v1/memos/search/?q=%00']) {
      expect((await service.call('GET', path)).status, path).to.equal(422);
    }
    expect((await service.call('GET', '/v1/memos/?limit=1')).status).to.equal(200);
  });

  it('keeps every text as it was sent, through the database and back', async () => {
    const texts = [
      '  spaces  ',
      '👩‍🚀🇰🇷',
      'é'.normalize('NFD'),
      '회의'.normalize('NFD'),
      '\u202Eright',
      '\t\r\n\u2028',
      '𝒳',
      '\\"',
    ];
    for (const text of texts) {
      const sent = { title: text, content: text, tags: [text, ''], category: text, author: text };
      const made = await service.call('POST', '/v1/memos/', sent);
      expect(made.json, JSON.stringify(text)).to.deep.include(sent);
      const read = await service.call('GET', made.headers.get('location') ?? '');
      expect(read.text).to.equal(made.text);
    }
  });

  it('logs requests as ECS, without the text of a memo or of a search', async () => {
    const secret = '비밀내용';
    await service.call('POST', '/v1/memos/', { title: secret, content: secret, priority: 9 });
    await service.call('POST', '/v1/memos/', { title: secret, content: secret });
    await service.call('GET', `/v1/memos/search/?q=${encodeURIComponent(secret)}`, undefined, {
      'x-request-id': 'last-one',
    });
    await service.stop();
    const logs = service.logs();
    expect(logs).not.to.include(secret).and.not.to.include(encodeURIComponent(secret)).and.not.to.include('memo:memo');
    const lines = logs
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.find((line) => line['http.request.id'] === 'last-one')).to.deep.include({
      'log.level': 'info',
      'http.request.method': 'GET',
      'http.route': '/memos/search',
      'http.response.status_code': 200,
    });
    for (const line of lines) expect(line).to.include.keys('@timestamp', 'ecs.version', 'service.name', 'message');
  });
});
