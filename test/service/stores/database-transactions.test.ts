/** Writes that meet each other, meet somebody else's locks, or find no connection. */
import { expect } from 'chai';
import type { Connection } from 'mariadb';
import { parseConfig } from '../../../service/src/config.ts';
import { Database } from '../../../service/src/db/database.ts';
import type { MariaDB } from '../../stores/mariadb.ts';
import { until } from '../../until.ts';
import { startOnMariaDB, type OnMariaDB } from '../harness/on-mariadb.ts';
import { createMemo, metric, startService, timed } from '../harness/service.ts';
import type { Service } from '../harness/service.ts';
import { sessionsById, sessionsOfService, torn, WHOLE } from '../harness/sql.ts';

const memo = { title: 't', content: 'c', tags: ['a', 'b'] };
const DEADLINE_MS = 4_500;

describe('writes to a database that others use too', function () {
  this.timeout(60_000);
  let on: OnMariaDB;
  let database: MariaDB;
  let service: Service;
  let root: Connection;

  before(async () => {
    on = await startOnMariaDB();
    ({ database, root, service } = on);
  });

  afterEach(async () => {
    await root.query('ROLLBACK; UNLOCK TABLES');
    expect(await torn(root)).to.deep.equal(WHOLE);
  });

  after(async () => await on.stop());

  /** Holds the memo's search row, in a transaction so large that the other one is the victim of a deadlock. */
  async function holdSearchRow(id: number): Promise<void> {
    await root.query('START TRANSACTION');
    await root.query(`INSERT INTO memo_search_backfill (id, pending_to) SELECT seq, 0 FROM seq_10_to_100`);
    await root.query('UPDATE memo_search SET folded = folded WHERE memo_id = ?', [id]);
  }

  async function serviceRuns(statement: string): Promise<void> {
    const sql = `SELECT 1 FROM information_schema.PROCESSLIST WHERE USER = 'memo' AND INFO LIKE ?`;
    await until(statement, async () => (await root.query<unknown[]>(sql, [`${statement}%`])).length > 0, {
      seconds: 2,
    });
  }

  it('runs a transaction again that was the victim of a deadlock, and it leaves one event', async () => {
    const id = await createMemo(service);
    const lost = async (): Promise<number> => (await metric(service, 'memo_database_deadlocks_total')) ?? NaN;
    const before = await lost();
    await holdSearchRow(id);
    const removing = service.call('DELETE', `/v1/memos/${id}`);
    await serviceRuns('DELETE FROM memo_search');
    // Closes the circle; the smaller transaction, the service's, is rolled back and this one goes on.
    await root.query('SELECT * FROM memos WHERE id = ? FOR UPDATE', [id]);
    await root.query('ROLLBACK');
    expect((await removing).status).to.equal(204);
    expect(await lost(), 'counted').to.equal(before + 1);
    const events = await root.query<{ type: string }[]>('SELECT type FROM outbox WHERE aggregateid = ? ORDER BY seq', [
      id,
    ]);
    expect(events.map(({ type }) => type)).to.deep.equal(['memo_created', 'memo_deleted']);
  });

  it('waits for nobody who is changing the memo beside it', async () => {
    const [id, next] = [await createMemo(service, memo), await createMemo(service, memo)];
    await root.query('SET TRANSACTION ISOLATION LEVEL READ COMMITTED; START TRANSACTION');
    for (const sql of ['memos WHERE id = ?', 'memo_search WHERE memo_id = ?', 'memo_tags WHERE memo_id = ?']) {
      await root.query(`SELECT * FROM ${sql} FOR UPDATE`, [next]);
    }
    for (const tags of [['a'], [], ['b', 'c']]) {
      expect((await service.call('PUT', `/v1/memos/${id}`, { tags })).status).to.equal(200);
    }
    expect((await service.call('DELETE', `/v1/memos/${id}`)).status).to.equal(204);
  });

  it('answers 503 in time for what waits for a row that somebody holds, and leaves no trace of it', async () => {
    const id = await createMemo(service, memo);
    await holdSearchRow(id);
    const calls = await Promise.all([
      timed(service.call('DELETE', `/v1/memos/${id}`)),
      timed(service.call('PUT', `/v1/memos/${id}`, { title: 'held' })),
    ]);
    for (const { ms, reply } of calls) {
      expect(reply.status).to.equal(503);
      expect(reply.headers.get('retry-after')).to.match(/^\d+$/);
      expect(ms).to.be.below(DEADLINE_MS);
    }
    await root.query('ROLLBACK');
    expect((await service.call('GET', `/v1/memos/${id}`)).json).to.include({ title: memo.title });
    const events = await root.query<unknown[]>('SELECT 1 FROM outbox WHERE aggregateid = ?', [id]);
    expect(events).to.have.length(1);
    // Before anything else is written: a change writes the rows of the tags anew.
    expect(await torn(root)).to.deep.equal(WHOLE);
    expect((await service.call('PUT', `/v1/memos/${id}`, { title: 'free' })).status).to.equal(200);
  });

  it('takes nothing more from a part of a change that goes on when the change is over', async () => {
    const own = new Database(parseConfig({ DATABASE_URL: database.url }, () => '').database);
    const over = Promise.withResolvers<undefined>();
    const parts: Promise<unknown>[] = [];
    const change = (end: () => void): Promise<void> =>
      own.transaction(async (transaction) => {
        const insert = 'INSERT INTO memo_search_backfill (id, pending_to) VALUES (100, 0)';
        parts.push(over.promise.then(() => transaction.run(insert)));
        await transaction.query('SELECT 1');
        end();
      });
    try {
      const failing = change(() => {
        throw new Error('refused');
      });
      const outcomes = await Promise.allSettled([failing, change(() => undefined)]);
      expect(outcomes.map(({ status }) => status)).to.deep.equal(['rejected', 'fulfilled']);
      over.resolve(undefined);
      for (const part of await Promise.allSettled(parts)) expect(part).to.have.property('status', 'rejected');
      expect(await root.query<unknown[]>('SELECT 1 FROM memo_search_backfill WHERE id = 100')).to.deep.equal([]);
    } finally {
      await own.close();
    }
  });

  it('keeps its sessions when it stood still for longer than any deadline, and goes on with them', async () => {
    const ids = await Promise.all(Array.from({ length: 8 }, () => createMemo(service)));
    const before = await sessionsById(root);
    await root.query('START TRANSACTION');
    await root.query('SELECT id FROM memos WHERE id IN (?) FOR UPDATE', [ids]);
    const calls = ids.flatMap((id) => [
      service.call('PUT', `/v1/memos/${id}`, { title: 'held' }),
      service.call('GET', '/v1/memos/?limit=1'),
    ]);
    await serviceRuns('SELECT id, title%FOR UPDATE');
    process.kill(service.pid, 'SIGSTOP');
    try {
      await root.query('ROLLBACK');
      await root.query('SELECT SLEEP(4)');
    } finally {
      process.kill(service.pid, 'SIGCONT');
    }
    for (const { status } of await Promise.all(calls)) expect(status).to.be.oneOf([200, 503]);
    const after = await sessionsById(root);
    // One that a busy machine did not let answer within its half second is cut; all of them were once.
    expect(
      before.filter((id) => !after.includes(id)),
      'sessions lost',
    ).to.have.length.below(ids.length);
    expect((await service.call('PUT', `/v1/memos/${ids[0]}`, { title: 'free' })).status).to.equal(200);
  });

  it('answers 503 in time when every connection is taken, stays healthy, and goes on when they are free', async () => {
    await root.query('LOCK TABLES memos WRITE');
    const calls = Promise.all(
      Array.from({ length: 120 }, (_, index) =>
        timed(index % 3 === 0 ? service.call('GET', '/v1/memos/') : service.call('POST', '/v1/memos/', memo)),
      ),
    );
    await until('all connections are taken', async () => (await sessionsOfService(root)) >= 17, { seconds: 5 });
    expect((await service.call('GET', '/health')).status, 'the database itself is well').to.equal(200);
    for (const { ms, reply } of await calls) {
      expect(reply.status).to.equal(503);
      expect(ms).to.be.below(DEADLINE_MS + 1_000);
    }
    expect(await sessionsOfService(root)).to.be.at.most(20);
    await root.query('UNLOCK TABLES');
    const next = await Promise.all([service.call('GET', '/v1/memos/'), service.call('POST', '/v1/memos/', memo)]);
    expect(next.map(({ status }) => status)).to.deep.equal([200, 201]);
  });

  it('answers 200 writes at once without an error, on 10 to 20 connections', async () => {
    const replies = await Promise.all(Array.from({ length: 200 }, () => service.call('POST', '/v1/memos/', memo)));
    expect(new Set(replies.map(({ status }) => status))).to.deep.equal(new Set([201]));
    expect(await sessionsOfService(root)).to.be.within(10, 20);
  });

  it('is 503 while the database takes no writes, whichever it is, and reads go on', async () => {
    const [id, deleted] = [await createMemo(service), await createMemo(service)];
    expect((await service.call('DELETE', `/v1/memos/${deleted}`)).status).to.equal(204);
    const before = (await service.call('GET', `/v1/memos/${id}`)).text;
    const writes: readonly Parameters<Service['call']>[] = [
      ['POST', '/v1/memos/', memo],
      ['POST', '/v1/memos/', memo, { 'idempotency-key': 'while read-only' }],
      ['PUT', `/v1/memos/${id}`, { title: 'changed' }],
      ['PATCH', `/v1/memos/${id}`, { tags: ['c'] }],
      ['DELETE', `/v1/memos/${id}`],
      ['POST', `/v1/memos/${deleted}/restore`],
      ['POST', '/v1/memos/import', JSON.stringify(memo), { 'content-type': 'application/x-ndjson' }],
    ];
    await root.query('SET GLOBAL read_only = 1');
    try {
      for (const [method, path, ...more] of writes) {
        const { headers, json, status } = await service.call(method, path, ...more);
        expect([status, headers.get('retry-after')], `${method} ${path}`).to.deep.equal([503, '2']);
        expect(json)
          .to.have.property('detail')
          .that.is.a('string')
          .and.does.not.match(/sql|read.only/i);
      }
      for (const path of [`/v1/memos/${id}`, '/v1/memos/', '/v1/memos/search/?q=t', '/v1/memos/trash/', '/health']) {
        expect((await service.call('GET', path)).status, path).to.equal(200);
      }
    } finally {
      await root.query('SET GLOBAL read_only = 0');
    }
    expect((await service.call('GET', `/v1/memos/${id}`)).text, 'as before').to.equal(before);
    for (const [method, path, ...more] of writes) {
      const { status } = await service.call(method, path, ...more);
      expect(status, `${method} ${path}, when it takes them again`).to.be.within(200, 204);
    }
    // Of a memo that came back, there is an event that it was deleted.
    expect((await service.call('DELETE', `/v1/memos/${deleted}`)).status).to.equal(204);
  });

  it('changes nothing by a read, and serves on, where the server has no room for another prepared statement', async () => {
    // One connection for all requests.
    const own = await startService({ DATABASE_URL: database.url, DATABASE_POOL_MIN: '1', DATABASE_POOL_MAX: '4' });
    try {
      const [gone, back] = [await createMemo(own), await createMemo(own)];
      for (const id of [gone, back]) expect((await own.call('DELETE', `/v1/memos/${id}`)).status).to.equal(204);
      // Leaves a DELETE of the trash as the statement that was prepared last.
      expect((await own.call('POST', `/v1/memos/${back}/restore`)).status).to.equal(200);
      await root.query('SET GLOBAL max_prepared_stmt_count = 0');
      expect((await own.call('GET', `/v1/memos/${gone}`)).status).to.equal(404);
      expect((await own.call('PUT', `/v1/memos/${back}`, { title: 'u', tags: ['c'] })).status).to.equal(200);
      expect((await own.call('GET', '/v1/memos/search/?q=u')).json).to.have.length.above(0);
      expect((await own.call('POST', `/v1/memos/${gone}/restore`)).status, 'what was asked for in the trash').to.equal(
        200,
      );
      for (const id of [gone, back]) expect((await own.call('DELETE', `/v1/memos/${id}`)).status).to.equal(204);
    } finally {
      await root.query('SET GLOBAL max_prepared_stmt_count = DEFAULT');
      await own.stop();
    }
  });

  it('prepares what is asked often', async () => {
    const executed = async (): Promise<number> => {
      const [row] = await root.query<{ Value: string }[]>(`SHOW GLOBAL STATUS LIKE 'Com_stmt_execute'`);
      return Number(row?.Value);
    };
    const id = await createMemo(service);
    const before = await executed();
    for (let asked = 0; asked < 40; asked += 1) await service.call('GET', `/v1/memos/${id}`);
    expect(await executed()).to.be.at.least(before + 20);
  });

  it('lets exactly one of fifty changes with the same ETag win', async () => {
    const id = await createMemo(service);
    const replies = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        service.call(
          'PUT',
          `/v1/memos/${id}`,
          { title: `w${index}`, tags: [`w${index}`] },
          { 'if-match': `"${id}-1"` },
        ),
      ),
    );
    const statuses = replies.map(({ status }) => status).sort((a, b) => a - b);
    expect(statuses).to.deep.equal([200, ...Array<number>(49).fill(412)]);
    const winner = replies.find(({ status }) => status === 200);
    expect((await service.call('GET', `/v1/memos/${id}`)).text).to.equal(winner?.text);
  });

  it('leaves an event for each of many changes at once, in the order of their versions', async () => {
    const id = await createMemo(service);
    const replies = await Promise.all(
      Array.from({ length: 40 }, (_, index) => service.call('PUT', `/v1/memos/${id}`, { content: `c${index}` })),
    );
    expect(new Set(replies.map(({ status }) => status))).to.deep.equal(new Set([200]));
    expect((await service.call('DELETE', `/v1/memos/${id}`)).status).to.equal(204);
    const events = await root.query<{ type: string; version: number }[]>(
      'SELECT type, version FROM outbox WHERE aggregateid = ? ORDER BY seq',
      [id],
    );
    expect(events.map(({ version }) => version)).to.deep.equal(Array.from({ length: 42 }, (_, index) => index + 1));
    expect(events.map(({ type }) => type)).to.deep.equal([
      'memo_created',
      ...Array<string>(40).fill('memo_updated'),
      'memo_deleted',
    ]);
  });
});
