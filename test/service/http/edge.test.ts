/** What stands around the memos: deprecated paths, headers for browsers, deadlines for slow clients, traces. */
import { expect } from 'chai';
import { startMariaDB } from '../../stores/mariadb.ts';
import type { MariaDB } from '../../stores/mariadb.ts';
import { until } from '../../until.ts';
import { exchange } from '../harness/raw.ts';
import { createMemo, migrate, startService } from '../harness/service.ts';
import type { Service } from '../harness/service.ts';

describe('the edge of the service', function () {
  this.timeout(60_000);
  let database: MariaDB;
  let service: Service;

  before(async () => {
    database = await startMariaDB();
    const environment = {
      DATABASE_URL: database.url,
      LEGACY_PATHS: 'Deprecated',
      LEGACY_PATHS_SUNSET: '2027-06-30',
      REQUEST_TIMEOUT: '1s',
    };
    expect(await migrate(environment)).to.include({ status: 0 });
    service = await startService(environment);
  });

  after(async () => {
    await service.stop();
    await database.stop();
  });

  it('says on a path without a version that it is deprecated, until when, and what to use instead', async () => {
    const id = await createMemo(service);
    const successors: readonly (readonly [path: string, successor: string])[] = [
      [`/memos/${id}`, `/v1/memos/${id}`],
      ['/memos/', '/v1/memos'],
      ['/api/memos/search/?q=t', '/api/v1/memos/search'],
      ['/memos/0', '/v1/memos/0'],
    ];
    for (const [path, successor] of successors) {
      const { headers } = await service.call('GET', path);
      expect(headers.get('deprecation'), path).to.match(/^@\d+$/);
      expect(headers.get('sunset'), path).to.equal('Wed, 30 Jun 2027 00:00:00 GMT');
      expect(headers.get('link'), path).to.equal(`<${successor}>; rel="successor-version"`);
      const current = (await service.call('GET', successor)).headers;
      for (const name of ['deprecation', 'sunset', 'link']) expect(current.get(name), successor).to.equal(null);
    }
    await createMemo(service);
    const { headers } = await service.call('GET', '/api/memos/?limit=1');
    expect(headers.get('link'), 'beside the next page').to.match(
      /^<\/api\/v1\/memos>; rel="successor-version", <\/api\/memos\/\?limit=1&cursor=[\w-]+>; rel="next"$/,
    );
    for (const path of ['/health', '/api/health', '/docs', '/nothing']) {
      expect((await service.call('GET', path)).headers.get('deprecation'), path).to.equal(null);
    }
  });

  it('lets a browser make nothing of a reply but what it is', async () => {
    for (const path of [
      '/v1/memos/',
      '/v1/memos/0',
      '/health',
      '/nothing',
      '/openapi.json',
      '/docs',
      '/docs/page.js',
    ]) {
      const { headers } = await service.call('GET', path);
      expect(headers.get('x-content-type-options'), path).to.equal('nosniff');
      const policy = headers.get('content-security-policy');
      expect(policy, path).to.match(/^default-src 'none'; (?:.*; )?frame-ancestors 'none'$/);
      for (const name of ['x-powered-by', 'server']) expect(headers.get(name), path).to.equal(null);
    }
  });

  it('waits for no client for ever: 408 to half a request, whichever half is missing', async () => {
    const halves = [
      'GET /health HTTP/1.1\r\nHost: x\r\nX-Slow:',
      'POST /v1/memos/ HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"title":',
      'POST /v1/memos/ HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{"title":\r\n',
      '',
    ];
    for (const answer of await Promise.all(halves.map((half) => exchange(service.port, half)))) {
      expect(answer).to.match(/^HTTP\/1\.1 408 /);
      expect(answer).to.match(/\r\n\r\n\{"detail":/);
    }
  });

  it('takes a request for a part of the trace that it names, and a broken name for none', async () => {
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    const traceparent = `00-${traceId}-00f067aa0ba902b7-01`;
    const sent = { traceparent, 'x-request-id': 'traced' };
    await service.call('POST', '/v1/memos/', { title: 't', content: 'c' }, sent);
    await service.call('GET', '/health', undefined, { traceparent: traceId, 'x-request-id': 'untraced' });
    const line = (id: string): string | undefined =>
      service
        .logs()
        .split('\n')
        .find((each) => each.includes(`"http.request.id":"${id}"`));
    await until('both are logged', () => line('traced') !== undefined && line('untraced') !== undefined);
    expect(line('traced')).to.include(`"trace.id":"${traceId}"`);
    expect(line('untraced')).not.to.include('trace.id');
  });
});
