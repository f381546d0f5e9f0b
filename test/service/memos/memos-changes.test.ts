/** The stream of changes, on a real MariaDB, with replicas that come and go. */
import { expect } from 'chai';
import express from 'express';
import type { Connection } from 'mariadb';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { ChangeFeed } from '../../../service/src/changes/feed.ts';
import { streamChanges } from '../../../service/src/changes/server-sent-events.ts';
import type { StreamOptions } from '../../../service/src/changes/server-sent-events.ts';
import { parseConfig } from '../../../service/src/config.ts';
import type { DatabaseConfig } from '../../../service/src/config.ts';
import type { Connection as Session } from '../../../service/src/db/connection.ts';
import { Database } from '../../../service/src/db/database.ts';
import { within } from '../../../service/src/waiting.ts';
import { startMariaDB } from '../../stores/mariadb.ts';
import type { MariaDB } from '../../stores/mariadb.ts';
import { until } from '../../until.ts';
import { openEventStream } from '../harness/event-stream.ts';
import type { EventStream, StreamedEvent } from '../harness/event-stream.ts';
import { createMemo, metric, migrate, startService } from '../harness/service.ts';
import type { Service } from '../harness/service.ts';
import { rootSession } from '../harness/sql.ts';

describe('the stream of changes', function () {
  this.timeout(60_000);
  let database: MariaDB;
  let root: Connection;
  let environment: Record<string, string>;
  let one: Service;
  let two: Service;
  const opened: EventStream[] = [];

  before(async () => {
    database = await startMariaDB();
    environment = { DATABASE_URL: database.url, DATABASE_POOL_MIN: '2' };
    expect(await migrate(environment)).to.include({ status: 0 });
    [root, one, two] = [await rootSession(database), await startService(environment), await startService(environment)];
  });

  afterEach(() => {
    for (const stream of opened.splice(0)) stream.close();
  });

  after(async () => {
    root.destroy();
    await Promise.all([one.stop(), two.stop()]);
    await database.stop();
  });

  async function follow(service: { readonly port: number }, lastEventId?: string): Promise<EventStream> {
    const stream = await openEventStream(
      service.port,
      lastEventId === undefined ? {} : { 'last-event-id': lastEventId },
    );
    opened.push(stream);
    return stream;
  }

  function idOf({ data }: StreamedEvent): number {
    return (JSON.parse(data) as { memo_id: number }).memo_id;
  }

  async function seqs(): Promise<string[]> {
    const rows = await root.query<{ seq: number }[]>('SELECT seq FROM outbox ORDER BY seq');
    return rows.map(({ seq }) => String(seq));
  }

  it('shows every change of every replica at every replica, with the values of the events, in order per memo', async () => {
    const streams = [await follow(one), await follow(two)];
    expect(streams.map(({ status }) => status)).to.deep.equal([200, 200]);
    expect(streams[0]?.headers).to.deep.include({ 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    const id = await createMemo(one, { title: '하나\n둘', author: '김' });
    await two.call('PUT', `/v1/memos/${id}`, { title: '셋' });
    await one.call('DELETE', `/v1/memos/${id}`);
    await two.call('POST', `/v1/memos/${id}/restore`);
    for (const stream of streams) {
      const own = (): StreamedEvent[] => stream.events.filter((event) => idOf(event) === id);
      await stream.waitFor('four changes', () => own().length === 4, { seconds: 5 });
      expect(own().map(({ type }) => type)).to.deep.equal([
        'memo_created',
        'memo_updated',
        'memo_deleted',
        'memo_created',
      ]);
      const payloads = await root.query<{ payload: string }[]>(
        'SELECT payload FROM outbox WHERE aggregateid = ? ORDER BY seq',
        [id],
      );
      expect(own().map(({ data }) => data)).to.deep.equal(payloads.map(({ payload }) => payload));
    }
    expect(streams[0]?.others[0]).to.match(/^retry: \d+$/);
  });

  it('goes on after the last id that a client saw, at either replica, without loss or repeat, under writes', async () => {
    const begin = (await seqs()).at(-1) ?? '0';
    let over = false;
    const writers = [one, two, one, two].map(async (service) => {
      while (!over) {
        const id = await createMemo(service);
        await service.call('PUT', `/v1/memos/${id}`, { title: 'x' });
      }
    });
    const seen: StreamedEvent[] = [];
    try {
      for (let turn = 0; turn < 8; turn += 1) {
        const stream = await follow(turn % 2 === 0 ? one : two, seen.at(-1)?.id ?? begin);
        await stream.waitFor('some changes', (events) => events.length >= 15, { seconds: 10 });
        stream.close();
        seen.push(...stream.events);
      }
    } finally {
      over = true;
      await Promise.all(writers);
    }
    const last = await follow(one, seen.at(-1)?.id);
    const missing = (await seqs()).filter((seq) => Number(seq) > Number(begin));
    await last.waitFor('the rest', (events) => seen.length + events.length >= missing.length, { seconds: 10 });
    expect([...seen, ...last.events].map(({ id }) => id)).to.deep.equal(missing);
  });

  it('waits for a change whose number was given before others and that is committed after them', async () => {
    const stream = await follow(one);
    await root.query('START TRANSACTION');
    await root.query(
      `INSERT INTO outbox (id, aggregateid, type, version, payload, created_at)
       VALUES (UUID(), 7777, 'memo_created', 1, '{"memo_id":7777}', UTC_TIMESTAMP(3))`,
    );
    const [late] = await root.query<{ seq: number }[]>('SELECT LAST_INSERT_ID() AS seq');
    const id = await createMemo(two);
    // A stream that begins now has to see the late one too: it is committed after the stream began.
    const reading = follow(two);
    const aside = await follow(one, String((late?.seq ?? 0) - 1));
    await until('the tail waits for the row', async () => {
      const sql = `SELECT 1 FROM information_schema.PROCESSLIST WHERE USER = 'memo' AND INFO LIKE '%FROM outbox%SHARE MODE%'`;
      return (await root.query<unknown[]>(sql)).length > 0;
    });
    expect([stream, aside].flatMap(({ events }) => events.filter((event) => idOf(event) === id))).to.deep.equal([]);
    await root.query('COMMIT');
    for (const each of [stream, aside]) {
      await each.waitFor('both', (events) => events.length >= 2, { seconds: 5 });
      expect(each.events.map(idOf)).to.deep.equal([7777, id]);
      expect(each.events[0]?.id).to.equal(String(late?.seq));
    }
    await reading;
  });

  it('passes over numbers that nobody used', async () => {
    const stream = await follow(one);
    await root.query('START TRANSACTION');
    await root.query(
      `INSERT INTO outbox (id, aggregateid, type, version, payload, created_at)
       VALUES (UUID(), 1, 'memo_created', 1, '{"memo_id":1}', UTC_TIMESTAMP(3))`,
    );
    await root.query('ROLLBACK');
    const id = await createMemo(two);
    await stream.waitFor('what came behind the gap', (events) => events.some((event) => idOf(event) === id), {
      seconds: 5,
    });
  });

  it('says that changes are gone to who asks for some that are not kept, or that never were', async () => {
    const id = await createMemo(one);
    await root.query('UPDATE outbox SET created_at = created_at - INTERVAL 25 HOUR');
    const before = await seqs();
    await Promise.all([one.stop(), two.stop()]);
    [one, two] = await Promise.all([startService(environment), startService(environment)]);
    await until('the outbox is purged', async () => (await seqs()).length === 0);
    const newest = before.at(-1) ?? '0';
    for (const lastEventId of [before[0] ?? '', '0', '99999999', '-1', 'abc', '']) {
      const stream = await follow(one, lastEventId);
      await stream.waitFor('a reset', (events) => events.length > 0, { seconds: 5 });
      expect(stream.events[0], lastEventId).to.deep.include({ id: newest, type: 'reset' });
      expect(JSON.parse(stream.events[0]?.data ?? '')).to.have.property('detail');
      stream.close();
    }
    const [whole, reset] = [await follow(one, newest), await follow(two, '0')];
    await two.call('PUT', `/v1/memos/${id}`, { title: '뒤' });
    await whole.waitFor('the change', (events) => events.length === 1, { seconds: 5 });
    await reset.waitFor('the reset and the change', (events) => events.length === 2, { seconds: 5 });
    expect(whole.events.map(({ type }) => type)).to.deep.equal(['memo_updated']);
    expect(reset.events.map(({ type }) => type)).to.deep.equal(['reset', 'memo_updated']);
  });

  it('answers 503 while the database is away, and streams outlive an outage', async () => {
    const stream = await follow(one);
    await database.freeze();
    try {
      const refused = await follow(two);
      expect([refused.status, refused.headers['retry-after']]).to.deep.equal([503, '2']);
    } finally {
      database.thaw();
    }
    await until(
      'writes',
      async () => (await two.call('POST', '/v1/memos/', { title: 't', content: 'c' })).status === 201,
    );
    await stream.waitFor('the change after it', (events) => events.length > 0, { seconds: 15 });
    expect(stream.ended()).to.equal(undefined);
  });

  it('is counted, forgotten when its client leaves, and answers HEAD', async () => {
    const streams = [await follow(one), await follow(one)];
    expect(await metric(one, 'memo_change_streams')).to.equal(2);
    for (const stream of streams) stream.close();
    await until('none is left', async () => (await metric(one, 'memo_change_streams')) === 0, { seconds: 2 });
    const head = await one.call('HEAD', '/v1/memos/changes');
    expect([head.status, head.headers.get('content-type')]).to.deep.equal([200, 'text/event-stream']);
  });

  it('is forgotten also where it waits behind another one of its connection', async () => {
    const socket = connect({ host: '127.0.0.1', port: one.port });
    socket.write('GET /v1/memos/changes HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(2));
    // Both begin together.
    await once(socket, 'data');
    await until('both are counted', async () => (await metric(one, 'memo_change_streams')) === 2);
    socket.destroy();
    await until('none is left', async () => (await metric(one, 'memo_change_streams')) === 0, { seconds: 5 });
  });

  it('ends in good order when the service stops; its client goes on at another replica', async () => {
    const stream = await follow(one);
    const first = await createMemo(one);
    await stream.waitFor('the first', (events) => events.some((event) => idOf(event) === first), { seconds: 5 });
    expect(await one.stop()).to.equal(0);
    await until('it ended', () => stream.ended() !== undefined, { seconds: 2 });
    expect(stream.ended()).to.equal('end');
    const second = await createMemo(two);
    const next = await follow(two, stream.events.at(-1)?.id);
    await next.waitFor('the second', (events) => events.length > 0, { seconds: 5 });
    expect(next.events.map(idOf)).to.deep.equal([second]);
    one = await startService(environment);
  });

  describe('to clients that are slow or silent', () => {
    let own: Database;
    let feed: ChangeFeed;
    let server: Server;
    const stop = new AbortController();

    before(() => {
      own = new Database(parseConfig(environment, () => '').database);
      feed = new ChangeFeed({ database: own, registry: new Registry(), log: pino({ level: 'silent' }) });
    });

    after(async () => {
      stop.abort();
      server.closeAllConnections();
      server.close();
      await own.close();
    });

    async function serve(options: Partial<StreamOptions>): Promise<{ port: number }> {
      const app = express().get('/v1/memos/changes', (request, response) =>
        streamChanges(
          { feed, now: () => new Date(), stop: stop.signal, stalledMs: 30_000, ...options },
          request,
          response,
        ),
      );
      server = createServer(app);
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const address = server.address();
      return { port: typeof address === 'object' ? (address?.port ?? 0) : 0 };
    }

    it('shows that it lives', async () => {
      const stream = await follow(await serve({ heartbeatMs: 30 }));
      await until('comments', () => stream.others.filter((each) => each === ':').length >= 3, { seconds: 5 });
      expect(stream.events).to.deep.equal([]);
      server.closeAllConnections();
      server.close();
    });

    it('is cut when a client takes nothing, and holds none of what it did not take', async () => {
      const from = (await seqs()).at(-1) ?? '0';
      await root.query(
        `INSERT INTO outbox (id, aggregateid, type, version, payload, created_at)
         SELECT UUID(), seq, 'memo_updated', 1, CONCAT('{"memo_id":', seq, ',"title":"', REPEAT('x', 2000), '"}'), UTC_TIMESTAMP(3)
         FROM seq_1_to_20000`,
      );
      const at = await serve({ stalledMs: 200 });
      const stalled = await follow(at, from);
      stalled.pause();
      const reading = await follow(at, from);
      await reading.waitFor('all of it', (events) => events.length === 20_000, { seconds: 30 });
      expect(reading.events.map(idOf)).to.deep.equal(Array.from({ length: 20_000 }, (_, index) => index + 1));
      const open = (): Promise<number> =>
        new Promise((resolve, reject) =>
          server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
        );
      await until('only the one that reads is left', async () => (await open()) === 1, { seconds: 10 });
    });
  });

  it('begins though what it looks for is purged while it begins', async () => {
    for (let made = 0; made < 3; made += 1) await createMemo(one);
    const own = new PurgedMeanwhile(parseConfig(environment, () => '').database, root);
    const feed = new ChangeFeed({ database: own, registry: new Registry(), log: pino({ level: 'silent' }) });
    const stop = new AbortController();
    try {
      const stream = await within(feed.open(undefined), 5_000, 'the stream');
      const id = await createMemo(one);
      const portion = await stream.next(5_000, stop.signal);
      expect(JSON.stringify(portion)).to.include(`"memo_id\\":${id},`);
      stream.close();
    } finally {
      stop.abort();
      await own.close();
    }
  });
});

/** The outbox is purged as soon as a tail has looked where its end is. */
class PurgedMeanwhile extends Database {
  readonly #root: Connection;
  #looks = 0;

  constructor(config: DatabaseConfig, root: Connection) {
    super(config);
    this.#root = root;
  }

  override async withConnection<T>(work: (connection: Session) => Promise<T>, deadlineMs?: number): Promise<T> {
    const result = await super.withConnection(work, deadlineMs);
    this.#looks += 1;
    if (this.#looks === 2) {
      await this.#root.query(
        'UPDATE outbox_purged SET to_seq = (SELECT MAX(seq) FROM outbox) WHERE id = 1; DELETE FROM outbox',
      );
    }
    return result;
  }
}
