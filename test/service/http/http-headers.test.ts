/** Headers of requests: too large, too many, forged; and those that every reply has. */
import { expect } from 'chai';
import { startOnMariaDB } from '../harness/on-mariadb.ts';
import type { OnMariaDB } from '../harness/on-mariadb.ts';
import { exchange } from '../harness/raw.ts';
import { createMemo } from '../harness/service.ts';
import type { Service } from '../harness/service.ts';

describe('headers', function () {
  this.timeout(60_000);
  let on: OnMariaDB;
  let service: Service;
  let id: number;

  before(async () => {
    on = await startOnMariaDB();
    ({ service } = on);
    id = await createMemo(service);
  });

  after(async () => await on.stop());

  it("gives every reply an id, the client's own where it has one", async () => {
    expect((await service.call('GET', '/health')).headers.get('x-request-id')).to.match(/^[\w-]{36}$/);
    const own = await service.call('GET', '/v1/nothing', undefined, { 'x-request-id': 'abc-1' });
    expect(own.headers.get('x-request-id')).to.equal('abc-1');
    const forged = await service.call('GET', '/health', undefined, { 'x-request-id': '{"a":1}' });
    expect(forged.headers.get('x-request-id')).to.match(/^[\w-]{36}$/);
  });

  it('answers 431 to headers that are too large, as JSON', async () => {
    const answer = await exchange(
      service.port,
      `GET /health HTTP/1.1\r\nHost: x\r\nX-Big: ${'x'.repeat(20_000)}\r\n\r\n`,
    );
    expect(answer).to.match(/^HTTP\/1\.1 431 /);
    expect(answer).to.match(/\r\n\r\n\{"detail":/);
  });

  it('answers 431 to too many headers, in both shapes, and drops none of those that it takes', async () => {
    const write = (fillers: number, more = ''): Promise<string> =>
      exchange(
        service.port,
        `PUT /v1/memos/${id} HTTP/1.1\r\nHost: x\r\nContent-Length: 13\r\n${more}` +
          `${'X-Filler: 1\r\n'.repeat(fillers)}Connection: close\r\nIf-Match: "0-0"\r\n\r\n{"title":"u"}`,
      );
    // 200 with the other four.
    expect(await write(196)).to.match(/^HTTP\/1\.1 412 /);
    expect(await write(197))
      .to.match(/^HTTP\/1\.1 431 /)
      .and.match(/\r\nConnection: close\r\n/)
      .and.match(/\r\n\r\n\{"detail":/);
    expect(await write(1_000, 'Accept: application/problem+json\r\n'))
      .to.match(/^HTTP\/1\.1 431 /)
      .and.include('"type":"urn:memo:problem:headers-too-large"');
    expect((await service.call('GET', `/v1/memos/${id}`)).json).to.include({ title: 't' });
  });

  it('takes no line break and no NUL in the value of a header, and sends none that stood in a path', async () => {
    for (const value of ['a\rb', 'a\nb', 'a\nX-Other: b', 'a\0b', 'a\r\n b']) {
      const answer = await exchange(service.port, `GET /health HTTP/1.1\r\nHost: x\r\nX-Request-Id: ${value}\r\n\r\n`);
      expect(answer, JSON.stringify(value))
        .to.match(/^HTTP\/1\.1 400 /)
        .and.match(/\r\n\r\n\{"detail":/);
    }
    for (const path of [
      '/v1/memos/%0d%0aX-Split:%201',
      '/v1/%0d%0aX-Split:%201',
      '/v1/memos/?cursor=%0d%0aX-Split:%201',
    ]) {
      const { headers, status } = await service.call('GET', path);
      expect(status, path).to.be.oneOf([404, 422]);
      expect(headers.get('x-split'), path).to.equal(null);
    }
  });
});
