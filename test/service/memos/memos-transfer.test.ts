/** Export and import as NDJSON, on a real MariaDB. */
import { expect } from 'chai';
import fc from 'fast-check';
import type { Connection } from 'mariadb';
import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { startMariaDB } from '../../stores/mariadb.ts';
import type { MariaDB } from '../../stores/mariadb.ts';
import { until } from '../../until.ts';
import type { MemoReply } from '../harness/paging.ts';
import { createMemo, migrate, startService } from '../harness/service.ts';
import type { Reply, Service } from '../harness/service.ts';
import { rootSession, sessionsAtWork, torn, WHOLE } from '../harness/sql.ts';

interface Report {
  readonly imported: number;
  readonly failed: number;
  readonly complete: boolean;
  readonly next_line?: number;
  readonly errors: readonly { readonly line: number; readonly detail: unknown }[];
}

const NDJSON = { 'content-type': 'application/x-ndjson' };

describe('memos in bulk', function () {
  this.timeout(60_000);
  let database: MariaDB;
  let root: Connection;
  let service: Service;
  let empty: Service;

  before(async () => {
    database = await startMariaDB();
    root = await rootSession(database);
    await root.query('CREATE DATABASE empty_one CHARACTER SET utf8mb4');
    const environment = { DATABASE_URL: database.rootUrl, DATABASE_POOL_MIN: '2' };
    const other = { ...environment, DATABASE_URL: database.rootUrl.replace(/[^/]*$/, 'empty_one') };
    for (const each of [environment, other]) expect(await migrate(each)).to.include({ status: 0 });
    [service, empty] = await Promise.all([startService(environment), startService(other)]);
  });

  after(async () => {
    root.destroy();
    await Promise.all([service.stop(), empty.stop()]);
    await database.stop();
  });

  async function clear(): Promise<void> {
    for (const name of ['memo_app', 'empty_one']) {
      await root.query(`DELETE FROM ${name}.memos; DELETE FROM ${name}.memo_search; DELETE FROM ${name}.memo_tags;
        DELETE FROM ${name}.outbox`);
    }
    await root.query('ALTER TABLE empty_one.memos AUTO_INCREMENT = 1');
  }

  function load(into: Service, lines: readonly (object | string)[], headers = {}): Promise<Reply> {
    const text = lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join('');
    return into.call('POST', '/v1/memos/import', text, { ...NDJSON, ...headers });
  }

  async function all(from: Service): Promise<MemoReply[]> {
    return (await from.call('GET', '/v1/memos/?limit=1000000')).json as MemoReply[];
  }

  it('come out one a line, the oldest first, as a read would show them, filtered as a list', async () => {
    await clear();
    for (const [index, tags] of [['a'], ['b'], ['a', 'b'], []].entries())
      await createMemo(service, { title: `${index}`, tags });
    const whole = await service.call('GET', '/v1/memos/export');
    expect([whole.status, whole.headers.get('content-type')]).to.deep.equal([200, 'application/x-ndjson']);
    expect(whole.text).to.match(/\n$/);
    const lines = whole.text.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).to.deep.equal((await all(service)).toReversed());
    const some = await service.call('GET', '/api/memos/export/?tag=a');
    expect(some.text.trimEnd().split('\n')).to.deep.equal([lines[0], lines[2]]);
    expect((await service.call('GET', '/v1/memos/export?tag=zzz')).text).to.equal('');
    expect((await service.call('GET', '/v1/memos/export?priority=9')).status).to.equal(422);
    expect((await service.call('HEAD', '/v1/memos/export')).text).to.equal('');
  });

  it('are the same after they went out of one database and into an empty one', async () => {
    const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 80 }).filter((each) => !each.includes('\0'));
    const memo = fc.record({
      title: text,
      content: text,
      tags: fc.array(text, { maxLength: 3 }),
      priority: fc.integer({ min: 1, max: 4 }),
      category: fc.option(text.filter((each) => each.length <= 50)),
      is_archived: fc.boolean(),
      is_favorite: fc.boolean(),
      author: fc.option(text),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(memo, { minLength: 1, maxLength: 12 }), fc.nat(), async (memos, choice) => {
        await clear();
        const ids = await Promise.all(memos.map((each) => createMemo(service, each)));
        // Gaps between the ids, and times that differ.
        await service.call('DELETE', `/v1/memos/${ids[choice % ids.length] ?? 0}`);
        await service.call('PUT', `/v1/memos/${ids[(choice + 1) % ids.length] ?? 0}`, { is_archived: true });
        const exported = await service.call('GET', '/v1/memos/export');
        const imported = await empty.call('POST', '/v1/memos/import', exported.text, NDJSON);
        expect(imported.json).to.deep.include({ failed: 0, complete: true, errors: [] });
        expect(imported.status).to.equal(200);
        expect(await all(empty)).to.deep.equal(await all(service));
        expect((await empty.call('GET', '/v1/memos/export')).text).to.equal(exported.text);
      }),
      { numRuns: 10 },
    );
    await root.query('USE empty_one');
    expect(await torn(root)).to.deep.equal(WHOLE);
    await root.query('USE memo_app');
  });

  it('never take an id that a memo had before', async () => {
    await clear();
    const id = await createMemo(service);
    const exported = (await service.call('GET', '/v1/memos/export')).text;
    await service.call('DELETE', `/v1/memos/${id}`);
    await root.query('DELETE FROM memo_trash');
    expect((await service.call('POST', '/v1/memos/import', exported, NDJSON)).json).to.include({ imported: 1 });
    const [again] = await all(service);
    expect(again?.id).to.be.above(id);
    await load(service, [
      { id: (again?.id ?? 0) + 1000, title: 'far', content: 'c' },
      { title: 'next', content: 'c' },
    ]);
    const ids = (await all(service)).map((memo) => memo.id);
    expect(new Set(ids).size).to.equal(3);
    expect((await load(service, [{ id: 2 ** 51, title: 't', content: 'c' }])).json).to.include({
      imported: 0,
      failed: 1,
    });
  });

  it('keep their ids where all of a portion can, and are given new ones where any cannot', async () => {
    await clear();
    const taken = async (...ids: (number | undefined)[]): Promise<number[]> => {
      const before = new Set((await all(empty)).map(({ id }) => id));
      const lines = ids.map((id) => ({ id, title: 't', content: 'c' }));
      expect((await load(empty, lines)).json).to.deep.include({ imported: ids.length, complete: true });
      return (await all(empty)).map(({ id }) => id).filter((id) => !before.has(id));
    };
    expect(await taken(7, 5, 6), 'not in order').to.deep.equal([3, 2, 1]);
    expect(await taken(10, 12, 15), 'in order, above all before').to.deep.equal([15, 12, 10]);
    expect(await taken(20, undefined), 'one without').to.deep.equal([17, 16]);
    expect(await taken(11, 20), 'one between').to.deep.equal([19, 18]);
  });

  it('keep their ids apart from those that are created meanwhile', async () => {
    await clear();
    const [start] = [await createMemo(service)];
    const lines = Array.from({ length: 600 }, (_, index) => ({ id: start + 1 + index, title: 'i', content: 'c' }));
    const loading = load(service, lines);
    const created = await Promise.all(Array.from({ length: 150 }, () => createMemo(service, { title: 'c' })));
    expect((await loading).json).to.include({ imported: 600, failed: 0, complete: true });
    const ids = (await all(service)).map(({ id }) => id);
    expect(ids).to.have.length(751);
    expect(ids).to.include.members(created);
    expect(await torn(root)).to.deep.equal(WHOLE);
  });

  it('are taken line by line: each faulty one is named with its faults, the others are there', async () => {
    await clear();
    const reply = await load(
      service,
      [
        { title: '하나', content: 'c' },
        '{"title":',
        { title: '', content: 'c', priority: 9 },
        '',
        '[]',
        { title: '둘', content: 'c', created_at: '2020-02-02T02:02:02+09:00', extra: 1 },
        { title: '셋', content: 'c', created_at: 'yesterday' },
        { title: 'x', content: 'x'.repeat(1_048_577) },
        `{"title":"${'x'.repeat(6 * 1_048_576 + 262_144)}","content":"c"}`,
        { title: '넷', content: 'c' },
      ],
      { 'accept-language': 'ko' },
    );
    const { errors, ...rest } = reply.json as Report;
    expect([reply.status, rest]).to.deep.equal([207, { imported: 3, failed: 6, complete: true }]);
    expect(errors.map(({ line }) => line)).to.deep.equal([2, 3, 5, 7, 8, 9]);
    expect(errors[1]?.detail).to.deep.equal([
      { loc: ['body', 'title'], msg: '1자 이상이어야 합니다', type: 'string_too_short' },
      { loc: ['body', 'priority'], msg: '4 이하여야 합니다', type: 'less_than_equal' },
    ]);
    expect(errors[3]?.detail).to.have.nested.property('[0].type', 'datetime_parsing');
    for (const index of [4, 5]) expect(errors[index]?.detail).to.match(/[가-힣]/);
    const memos = await all(service);
    expect(memos.map(({ title }) => title)).to.deep.equal(['넷', '둘', '하나']);
    expect(memos[1]).to.include({ created_at: '2020-02-01T17:02:02.000Z', updated_at: '2020-02-01T17:02:02.000Z' });
  });

  it('are taken with as many tags as they may have', async () => {
    await clear();
    const tags = Array.from({ length: 1_000 }, (_, index) => `tag ${index}`);
    const { json, status } = await load(
      service,
      Array.from({ length: 150 }, () => ({ title: 't', content: 'c', tags })),
    );
    expect([status, json]).to.deep.equal([200, { imported: 150, failed: 0, complete: true, errors: [] }]);
    const [row] = await root.query<{ n: number }[]>('SELECT COUNT(*) AS n FROM memo_app.memo_tags');
    expect(row?.n).to.equal(150_000);
  });

  it('stop where nearly every line is faulty, and say with which one to go on', async () => {
    await clear();
    const lines = [
      { title: 'first', content: 'c' },
      ...Array.from({ length: 5_000 }, () => 'no memo'),
      { title: 'last', content: 'c' },
    ];
    const reply = await load(service, lines);
    const { errors, ...rest } = reply.json as Report & { detail: string };
    expect(reply.status).to.equal(207);
    expect(rest).to.deep.include({ imported: 1, failed: 1_000, complete: false, next_line: 1_002 });
    expect(errors.at(-1)?.line).to.equal(1_001);
    expect((await all(service)).map(({ title }) => title)).to.deep.equal(['first']);
  });

  it('are refused as another type, and taken without one', async () => {
    for (const type of ['application/json', 'text/plain']) {
      expect((await load(service, [], { 'content-type': type })).status, type).to.equal(415);
    }
    expect((await load(service, [], { 'content-encoding': 'gzip' })).status).to.equal(415);
    expect((await load(service, ['\ufeff{"title":"b","content":"c"}\r'])).json).to.include({ imported: 1, failed: 0 });
    expect((await load(service, [])).json).to.deep.equal({ imported: 0, failed: 0, complete: true, errors: [] });
  });

  /** An import whose lines are sent bit by bit; `send` says whether there is no answer yet. */
  function begin(): {
    send(lines: readonly object[]): Promise<boolean>;
    end(): void;
    answer: Promise<[number, Report]>;
  } {
    const call = request({
      host: '127.0.0.1',
      port: service.port,
      method: 'POST',
      path: '/v1/memos/import',
      headers: NDJSON,
    });
    const response = new Promise<IncomingMessage>((resolve, reject) =>
      call.once('response', resolve).once('error', reject),
    );
    const read = async (): Promise<[number, Report]> => {
      const { statusCode = 0 } = await response;
      let text = '';
      for await (const chunk of await response) text += String(chunk);
      call.destroy();
      return [statusCode, JSON.parse(text) as Report];
    };
    return {
      send: async (lines) => {
        const more = call.write(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
        // Writes that the kernel takes at once would never let this process read the answer.
        await nextTurn();
        return more || (await Promise.race([once(call, 'drain').then(() => true), response.then(() => false)]));
      },
      end: () => call.end(),
      answer: read(),
    };
  }

  function numbered(count: number): { title: string; content: string }[] {
    return Array.from({ length: count }, (_, index) => ({ title: `${index}`, content: 'c' }));
  }

  it('say where to go on when the database goes away, and all are there in the end', async () => {
    await clear();
    const lines = numbered(1_000);
    const loading = begin();
    await loading.send(lines.slice(0, 300));
    await until('the first batches are in', async () => (await all(service)).length === 300);
    // Else the last of them is in, and its commit not answered yet.
    await until('nobody waits for the database', async () => (await sessionsAtWork(root)) === 0);
    await database.freeze();
    try {
      await loading.send(lines.slice(300));
      loading.end();
      const [status, report] = await loading.answer;
      expect(status).to.equal(207);
      expect(report).to.deep.include({ imported: 300, complete: false, next_line: 301 });
    } finally {
      database.thaw();
    }
    await until('the database serves', async () => (await service.call('GET', '/v1/memos/?limit=1')).status === 200);
    expect((await load(service, lines.slice(300))).json).to.include({ imported: 700, complete: true });
    expect((await all(service)).map(({ title }) => title).toReversed()).to.deep.equal(lines.map(({ title }) => title));
  });

  it('are 503 when the database is away from the start', async () => {
    await database.freeze();
    try {
      expect((await load(service, [{ title: 't', content: 'c' }])).status).to.equal(503);
      expect((await service.call('GET', '/v1/memos/export')).status).to.equal(503);
    } finally {
      database.thaw();
    }
    await until('the database serves', async () => (await service.call('GET', '/v1/memos/?limit=1')).status === 200);
  });

  it('enter what has come and answer at once when the service is asked to stop while the client is silent', async () => {
    await clear();
    const loading = begin();
    await loading.send(numbered(130));
    await until('the first batch is in', async () => (await all(service)).length === 100);
    const stopped = service.stop();
    const [status, report] = await loading.answer;
    expect([status, report]).to.deep.equal([
      207,
      { ...report, imported: 130, failed: 0, complete: false, next_line: 131 },
    ]);
    expect(await stopped).to.equal(0);
    const [row] = await root.query<{ n: number }[]>('SELECT COUNT(*) AS n FROM memo_app.memos');
    expect(row?.n).to.equal(130);
    service = await startService({ DATABASE_URL: database.rootUrl, DATABASE_POOL_MIN: '2' });
  });

  it('end behind a batch when the service is asked to stop, and say so', async () => {
    await clear();
    const loading = begin();
    await loading.send(numbered(300));
    await until('some are in', async () => (await all(service)).length > 0);
    const stopped = service.stop();
    while (await loading.send(numbered(100))) continue;
    const [status, report] = await loading.answer;
    expect(await stopped).to.equal(0);
    expect(report).to.deep.include({ complete: false, failed: 0, next_line: report.imported + 1 });
    expect(status).to.equal(207);
    const [row] = await root.query<{ n: number }[]>('SELECT COUNT(*) AS n FROM memo_app.memos');
    expect(row?.n).to.equal(report.imported);
    service = await startService({ DATABASE_URL: database.rootUrl, DATABASE_POOL_MIN: '2' });
  });
});
