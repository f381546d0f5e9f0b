/** The document of the API against what the service answers, and its page. */
import { expect } from 'chai';
import { once } from 'node:events';
import { readdirSync, readlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { startMariaDB } from '../../stores/mariadb.ts';
import type { MariaDB } from '../../stores/mariadb.ts';
import { until } from '../../until.ts';
import { Conformance } from '../harness/conformance.ts';
import { exchange } from '../harness/raw.ts';
import { createMemo, migrate, startService } from '../harness/service.ts';
import type { Service } from '../harness/service.ts';
import { rootSession } from '../harness/sql.ts';

const ndjson = { 'content-type': 'application/x-ndjson' };
const problems = { accept: 'application/problem+json' };

describe('the document of the API', function () {
  this.timeout(60_000);
  let database: MariaDB;
  let service: Service;
  let api: Conformance;

  before(async () => {
    database = await startMariaDB();
    const environment = { DATABASE_URL: database.url, MAX_CONTENT_BYTES: '1024' };
    expect(await migrate(environment)).to.include({ status: 0 });
    service = await startService(environment);
    api = await Conformance.of(service);
  });

  after(async () => {
    await service.stop();
    await database.stop();
  });

  it('says what every operation answers, in both shapes of an error', async () => {
    const id = await createMemo(service, { tags: ['a'], category: 'c', author: 'me' });
    const memo = `/v1/memos/${id}`;
    const large = { title: 't', content: 'x'.repeat(2000) };
    const latin = Buffer.from([0x22, 0xe9, 0x22]);
    const stale = { 'if-match': '"0-0"' };
    const calls: readonly Parameters<Service['call']>[] = [
      ['GET', '/health'],
      ['GET', '/openapi.json'],
      ['GET', '/docs'],
      ['GET', '/v1/memos/'],
      ['GET', '/v1/memos/?limit=x'],
      ['GET', '/v1/memos/search/?q=t'],
      ['GET', '/v1/memos/search/'],
      ['GET', memo],
      ['GET', memo, undefined, { 'if-none-match': `"${id}-1"` }],
      ['GET', '/v1/memos/0'],
      ['GET', '/v1/memos/x'],
      ['POST', '/v1/memos/', { title: 't', content: 'c' }],
      ['POST', '/v1/memos/', latin],
      ['POST', '/v1/memos/', large],
      ['POST', '/v1/memos/', {}, { 'content-type': 'text/plain' }],
      ['POST', '/v1/memos/', { title: 1, tags: [1] }],
      ['PUT', memo, { title: 't', content: 'c' }],
      ['PUT', memo, {}],
      ['PUT', '/v1/memos/0', { title: 't' }],
      ['PUT', memo, { title: 't' }, stale],
      ['PUT', memo, large],
      ['PUT', memo, 'x', { 'content-type': 'text/plain' }],
      ['PUT', memo, { priority: 9 }],
      ['DELETE', memo, undefined, stale],
      ['PATCH', memo, { category: null }, { 'content-type': 'application/merge-patch+json' }],
      ['PATCH', memo, {}],
      ['PATCH', '/v1/memos/0', { title: 't' }],
      ['PATCH', memo, { title: 't' }, stale],
      ['PATCH', memo, large],
      ['PATCH', memo, [], { 'content-type': 'application/json-patch+json' }],
      ['PATCH', memo, { title: null }],
      ['POST', '/v1/memos/', { title: 't', content: 'c' }, { 'idempotency-key': 'once' }],
      ['POST', '/v1/memos/', { title: 't', content: 'd' }, { 'idempotency-key': 'once' }],
      ['POST', '/v1/memos/', { title: 't', content: 'c' }, { 'idempotency-key': 'x'.repeat(256) }],
      ['GET', '/v1/memos/?tag=a&tag=b&priority=2&is_archived=no&created_after=2024-01-01T00:00:00Z&sort=-title'],
      ['GET', '/v1/memos/?limit=1'],
      ['DELETE', '/v1/memos/x'],
      ['DELETE', memo],
      ['DELETE', memo],
      ['GET', '/v1/memos/trash/'],
      ['GET', '/v1/memos/trash/?cursor=x'],
      ['POST', `${memo}/restore/`],
      ['POST', `${memo}/restore/`],
      ['POST', '/v1/memos/x/restore/'],
      ['GET', '/v1/memos/export/?author=me'],
      ['GET', '/v1/memos/export/?priority=x'],
      ['POST', '/v1/memos/import/', '{"title":"t","content":"c"}\n', ndjson],
      ['POST', '/v1/memos/import/', '{"title":"t","content":"c"}\n{}\n{', ndjson],
      ['POST', '/v1/memos/import/', {}],
    ];
    for (const [method, path, body, headers] of calls) {
      const { status } = await api.call(service, method, path, body, headers);
      if (status >= 400) await api.call(service, method, path, body, { ...problems, ...headers });
    }
  });

  it('says what a stream of changes begins with', async () => {
    const path = '/v1/memos/changes/';
    const left = new AbortController();
    const { headers, status } = await fetch(`http://127.0.0.1:${service.port}${path}`, { signal: left.signal });
    api.check('GET', path, { headers, status, text: '', json: undefined });
    left.abort();
  });

  it('says what a create is answered while another one has its key', async () => {
    const root = await rootSession(database);
    await root.query('LOCK TABLES memo_search WRITE');
    const create: Parameters<Service['call']> = [
      'POST',
      '/v1/memos/',
      { title: 't', content: 'c' },
      { 'idempotency-key': 'held' },
    ];
    const first = service.call(...create);
    const waiting = `SELECT 1 FROM information_schema.PROCESSLIST WHERE USER = 'memo' AND STATE LIKE 'Waiting for table%'`;
    await until('the first is held up', async () => (await root.query<unknown[]>(waiting)).length > 0);
    expect((await api.call(service, ...create)).status).to.equal(409);
    await root.query('UNLOCK TABLES');
    root.destroy();
    expect((await first).status).to.equal(201);
  });

  it('names every method of a path, and no other', async () => {
    for (const [path, item] of Object.entries(api.document.paths ?? {})) {
      const { headers } = await service.call('OPTIONS', path.replace('{memo_id}', '1'));
      const allowed = (headers.get('allow') ?? '').split(', ').filter((method) => !/^(?:HEAD|OPTIONS)$/.test(method));
      expect(allowed.map((method) => method.toLowerCase()).toSorted(), path).to.deep.equal(
        Object.keys(item).toSorted(),
      );
    }
  });

  it('is the same under /api, which is then its first server', async () => {
    const [plain, under] = [
      await service.call('GET', '/openapi.json'),
      await service.call('GET', '/api/openapi.json/'),
    ];
    expect(plain.json).to.have.deep.property('servers', [{ url: '/' }, { url: '/api' }]);
    expect(under.json).to.deep.equal({ ...(plain.json as object), servers: [{ url: '/api' }, { url: '/' }] });
  });

  it('is a page whose files all come from the service, with nothing of another host and no inline script', async () => {
    for (const path of ['/docs', '/docs/', '/api/docs', '/api/docs/']) {
      const page = await service.call('GET', path);
      expect(page.headers.get('content-type')).to.match(/^text\/html/);
      expect(page.headers.get('content-security-policy')).to.match(/^default-src 'none'; script-src 'self'; /);
      expect(page.text).not.to.match(/https?:|<script>|<style|\son\w+=/);
      const links = Array.from(page.text.matchAll(/(?:src|href|data-document)="([^"]+)"/g), ([, link]) => link ?? '');
      expect(links).to.have.length(5);
      for (const link of links) {
        const { pathname } = new URL(link, `http://memo.example${path}`);
        expect((await service.call('GET', pathname)).status, `${path} → ${pathname}`).to.equal(200);
      }
    }
    for (const path of ['/docs/package.json', '/docs/..%2Fpackage.json', '/docs/x/y']) {
      expect((await service.call('GET', path)).status, path).to.equal(404);
    }
  });

  it('has files that are sent whole, whatever part or version of them is asked for', async () => {
    const path = '/docs/swagger-ui.css';
    const whole = await service.call('GET', path);
    for (const headers of [
      { range: 'bytes=99999999-' },
      { range: 'bytes=0-9' },
      { 'if-match': '"x"' },
      { 'if-unmodified-since': 'Thu, 01 Jan 1970 00:00:00 GMT' },
    ]) {
      const { status, text } = await service.call('GET', path, undefined, headers);
      expect([status, text === whole.text], JSON.stringify(headers)).to.deep.equal([200, true]);
    }
  });

  it('ends replies that wait behind another one with their connection, and opens no file for them', async () => {
    const paths = ['/v1/memos/changes', '/v1/memos/changes', '/docs/swagger-ui-bundle.js'];
    const socket = connect({ host: '127.0.0.1', port: service.port });
    const head = 'HTTP/1.1\r\nHost: x\r\nX-Request-Id: behind-another\r\n\r\n';
    socket.write(paths.map((path) => `GET ${path} ${head}`).join(''));
    await once(socket, 'data');
    socket.destroy();
    await until('all of them are told that their client is gone', () => {
      const lines = service.logs().split('\n');
      const told = lines.filter((line) => line.includes('"behind-another"') && line.includes('"client gone"'));
      return told.length === paths.length;
    });
    const folder = `/proc/${service.pid}/fd`;
    const open = readdirSync(folder).map((fd) => readlinkSync(`${folder}/${fd}`));
    expect(open.filter((file) => file.includes('swagger'))).to.deep.equal([]);
  });

  it('has files that are cut where they cannot be read to the end, and nobody waits for the rest', async () => {
    const preload = pathToFileURL(join(import.meta.dirname, '../harness/unreadable-file.ts')).href;
    const failing = await startService({ DATABASE_URL: database.url, NODE_OPTIONS: `--import=${preload}` });
    try {
      const request = 'GET /docs/swagger-ui-bundle.js HTTP/1.1\r\nHost: x\r\n\r\n';
      const failure = await exchange(failing.port, request, 5_000).catch((error: unknown) => error);
      expect(failure).to.have.property('code', 'ECONNRESET');
      await until('it is in the log', () => failing.logs().includes('EIO: i/o error, read'));
      const unread = await failing.call('GET', '/docs/favicon-32x32.png');
      const kept = ['cache-control', 'etag', 'last-modified'].filter((name) => unread.headers.has(name));
      expect([unread.status, kept], 'nothing to keep for an hour').to.deep.equal([500, []]);
    } finally {
      await failing.stop();
    }
  });

  it('says what is answered without the database, and then nothing documented is left that a client can bring about', async () => {
    await database.kill();
    await until('unhealthy', async () => (await service.call('GET', '/health')).status === 503, { seconds: 10 });
    const memo = { title: 't', content: 'c' };
    const calls: readonly Parameters<Service['call']>[] = [
      ['GET', '/health'],
      ['GET', '/v1/memos/'],
      ['GET', '/v1/memos/search/?q=t'],
      ['GET', '/v1/memos/1'],
      ['POST', '/v1/memos/', memo],
      ['PUT', '/v1/memos/1', memo],
      ['PATCH', '/v1/memos/1', memo],
      ['DELETE', '/v1/memos/1'],
      ['GET', '/v1/memos/trash/'],
      ['POST', '/v1/memos/1/restore/'],
      ['GET', '/v1/memos/export/'],
      ['POST', '/v1/memos/import/', JSON.stringify(memo), ndjson],
      ['GET', '/v1/memos/changes/'],
    ];
    for (const [method, path, body, headers] of calls) {
      expect((await api.call(service, method, path, body, headers)).status, `${method} ${path}`).to.equal(503);
    }
    // Broken HTTP, slow clients and faults of ours: http-protocol.test.ts and errors.test.ts.
    const others = api.unseen().filter((answer) => !/ (?:408|431|500)$/.test(answer));
    const broken =
      /^(?:list(?:Memos|Trash)|(?:search|export|import)Memos|(?:read|delete|restore)Memo|streamChanges) 400$/;
    expect(others.filter((answer) => !broken.test(answer))).to.deep.equal([]);
  });
});
