/** Nodes whose clocks are wrong, and one whose clock is set back: ids and versions say what came first, not times. */
import { expect } from 'chai';
import type { Connection } from 'mariadb';
import { startMariaDB } from '../../stores/mariadb.ts';
import type { MariaDB } from '../../stores/mariadb.ts';
import { until } from '../../until.ts';
import { startRedis } from '../../stores/redis.ts';
import type { Store } from '../../stores/store.ts';
import { clockAhead, DAY, MINUTE, setClockBack } from '../harness/clock.ts';
import { openEventStream } from '../harness/event-stream.ts';
import type { EventStream } from '../harness/event-stream.ts';
import { nextOf, walk } from '../harness/paging.ts';
import type { MemoReply } from '../harness/paging.ts';
import { createMemo, metric, migrate, startService } from '../harness/service.ts';
import type { Reply, Service } from '../harness/service.ts';
import { rootSession, torn, WHOLE } from '../harness/sql.ts';

const memo = { title: 't', content: 'c' };

describe('the clocks of the nodes', function () {
  this.timeout(60_000);
  let database: MariaDB;
  let redis: Store;
  let root: Connection;
  let environment: Record<string, string>;

  before(async () => {
    [database, redis] = await Promise.all([startMariaDB(), startRedis()]);
    environment = { DATABASE_URL: database.url, REDIS_URL: redis.url };
    expect(await migrate(environment)).to.include({ status: 0 });
    root = await rootSession(database);
  });

  after(async () => {
    root.destroy();
    await Promise.all([database.stop(), redis.stop()]);
  });

  async function start(ahead: number): Promise<Service> {
    const service = await startService({ ...environment, ...clockAhead(ahead) });
    await until('the cache is in use', async () => (await metric(service, 'memo_cache_up')) === 1);
    return service;
  }

  async function timeAt(service: Service): Promise<number> {
    return Date.parse(((await service.call('GET', '/health')).json as { timestamp: string }).timestamp);
  }

  function idOf({ json }: Reply): number {
    return (json as MemoReply).id;
  }

  function idsOf(pages: readonly (readonly MemoReply[])[]): number[] {
    return pages.flat().map(({ id }) => id);
  }

  /** The memos of a stream's events, in their order. */
  function memosOf({ events }: Pick<EventStream, 'events'>): number[] {
    return events.map(({ data }) => (JSON.parse(data) as { memo_id: number }).memo_id);
  }

  async function allReplayed(): Promise<void> {
    const open = 'SELECT 1 FROM outbox WHERE replayed_at IS NULL LIMIT 1';
    await until('all is replayed', async () => (await root.query<unknown[]>(open)).length === 0);
  }

  function put(service: Service, id: number, title: string, etag: string): Promise<Reply> {
    return service.call('PUT', `/v1/memos/${id}`, { title }, { 'if-match': etag });
  }

  describe('that are twenty minutes apart', () => {
    let behind: Service;
    let ahead: Service;
    /** Asks them in turn, as a load balancer does. */
    let either: Service;

    before(async () => {
      [behind, ahead] = [await start(-10 * MINUTE), await start(10 * MINUTE)];
      let turn = 0;
      either = { ...behind, call: (...call) => ((turn += 1) % 2 === 0 ? behind : ahead).call(...call) };
      expect((await timeAt(ahead)) - (await timeAt(behind))).to.be.within(19 * MINUTE, 21 * MINUTE);
    });

    after(async () => {
      await Promise.all([behind.stop(), ahead.stop()]);
    });

    it('neither leave a memo out of the pages of a list nor show one twice, while both write', async () => {
      for (let made = 0; made < 12; made += 1) await createMemo(either);
      for (const sort of ['-id', 'created_at', '-created_at', 'updated_at', '-updated_at', 'priority,-created_at']) {
        const known = idsOf([(await behind.call('GET', '/v1/memos/?limit=1000')).json as MemoReply[]]);
        const seen = idsOf(
          await walk(either, `/v1/memos/?sort=${sort}&limit=5`, async () => {
            await Promise.all([createMemo(behind), createMemo(ahead)]);
          }),
        );
        expect(new Set(seen).size, `${sort}: twice`).to.equal(seen.length);
        expect(seen, sort).to.include.members(known);
      }
    });

    it('do not matter to who changes a memo by its version, and nobody reads what was replaced', async () => {
      const id = await createMemo(ahead);
      const path = `/v1/memos/${id}`;
      let etag = `"${id}-1"`;
      for (const [turn, service] of [behind, ahead, behind, ahead].entries()) {
        for (const each of [behind, ahead]) {
          expect((await each.call('GET', path, undefined, { 'if-none-match': etag })).status).to.equal(304);
        }
        const changed = await put(service, id, `t${turn}`, etag);
        expect([changed.status, changed.headers.get('etag')]).to.deep.equal([200, `"${id}-${turn + 2}"`]);
        for (const each of [behind, ahead]) {
          expect((await put(each, id, 'late', etag)).status).to.equal(412);
          expect((await each.call('GET', path)).text).to.equal(changed.text);
        }
        etag = `"${id}-${turn + 2}"`;
      }
    });

    it('do not matter to a create that is sent again', async () => {
      for (const [key, first, second] of [
        ['one', behind, ahead],
        ['two', ahead, behind],
      ] as const) {
        const made = await first.call('POST', '/v1/memos/', memo, { 'idempotency-key': key });
        expect(made.status).to.equal(201);
        const again = await second.call('POST', '/v1/memos/', memo, { 'idempotency-key': key });
        expect([again.status, again.text]).to.deep.equal([201, made.text]);
      }
    });

    it('do not matter to a stream that goes from one to the other', async () => {
      const made: number[] = [];
      const seen: number[] = [];
      let last: Record<string, string> = {};
      for (const service of [ahead, behind, ahead]) {
        const stream = await openEventStream(service.port, last);
        // Without an id a stream begins perhaps a little before it is open.
        const from = (): number[] => memosOf(stream).filter((id) => id >= (made[0] ?? Infinity) && !seen.includes(id));
        try {
          for (let turn = 0; turn < 4; turn += 1) made.push(await createMemo(either));
          await stream.waitFor('all of them', () => seen.length + from().length === made.length);
          if (seen.length > 0) expect(memosOf(stream), 'once').to.deep.equal(from());
          seen.push(...from());
          last = { 'last-event-id': stream.events.at(-1)?.id ?? '' };
        } finally {
          stream.close();
        }
      }
      expect(seen).to.deep.equal(made);
    });

    it('do not matter to what is in the trash', async () => {
      const ids: number[] = [];
      for (let made = 0; made < 6; made += 1) ids.push(await createMemo(either));
      for (const id of ids) expect((await either.call('DELETE', `/v1/memos/${id}`)).status).to.equal(204);
      const seen = idsOf(await walk(either, '/v1/memos/trash/?limit=2'));
      expect(seen).to.have.members(ids);
      const [first = 0, second = 0] = ids;
      for (const [service, id] of [[behind, first] as const, [ahead, second] as const]) {
        const restored = await service.call('POST', `/v1/memos/${id}/restore`);
        expect([restored.status, restored.headers.get('etag')]).to.deep.equal([200, `"${id}-3"`]);
        // An event that it was deleted is there, and torn() takes a memo for deleted then.
        expect((await either.call('DELETE', `/v1/memos/${id}`)).status).to.equal(204);
      }
      expect(await torn(root)).to.deep.equal(WHOLE);
    });

    it('do not matter to who follows the changes by the time of the last one', async () => {
      const path = `/v1/memos/${await createMemo(ahead)}`;
      const follow = async (since: string): Promise<MemoReply[]> =>
        (await either.call('GET', `/v1/memos/?sort=updated_at&updated_after=${since}`)).json as MemoReply[];
      let last = (await behind.call('GET', path)).json as MemoReply;
      const changes: ((service: Service) => Promise<Reply>)[] = [
        (service) => service.call('PUT', path, { title: 'changed' }),
        (service) => service.call('POST', '/v1/memos/', memo),
        (service) => service.call('POST', '/v1/memos/', memo, { 'idempotency-key': `follow ${last.id}` }),
        async (service) => {
          expect((await service.call('DELETE', path)).status).to.equal(204);
          return await service.call('POST', `${path}/restore`);
        },
      ];
      for (const change of changes) {
        for (const service of [behind, ahead, behind]) {
          const changed = (await change(service)).json as MemoReply;
          expect(idsOf([await follow(last.updated_at)])).to.deep.equal([changed.id]);
          last = changed;
        }
      }
    });
  });

  it("may be wrong by weeks in those that purge: what is not old stays, be it a key, a stream's changes or the trash", async () => {
    await root.query('DELETE FROM outbox; DELETE FROM memo_trash; DELETE FROM idempotency_keys');
    const behind = await start(-40 * DAY);
    const stream = await openEventStream(behind.port);
    const keyed = await behind.call('POST', '/v1/memos/', memo, { 'idempotency-key': 'kept' });
    const made = [idOf(keyed), await createMemo(behind), await createMemo(behind)];
    const deleted = made.at(-1) ?? 0;
    expect((await behind.call('DELETE', `/v1/memos/${deleted}`)).status).to.equal(204);
    await stream.waitFor('its events', () => stream.events.length > made.length);
    const [seen] = stream.events;
    await allReplayed();
    stream.close();
    await behind.stop();

    await root.query(
      `INSERT INTO idempotency_keys (key_hash, body_hash, created_at)
         VALUES (REPEAT('k', 32), REPEAT('b', 32), UTC_TIMESTAMP(3) - INTERVAL 25 HOUR);
       INSERT INTO memo_trash (id, title, content, version, times_in_utc, deleted_at)
         VALUES (1000000, 't', 'c', 2, 1, UTC_TIMESTAMP(3) - INTERVAL 31 DAY)`,
    );
    const ahead = await start(40 * DAY);
    try {
      const old = `SELECT 1 FROM idempotency_keys WHERE key_hash = REPEAT('k', 32)
        UNION SELECT 1 FROM memo_trash WHERE id = 1000000`;
      await until('what is old is purged', async () => (await root.query<unknown[]>(old)).length === 0);
      const again = await ahead.call('POST', '/v1/memos/', memo, { 'idempotency-key': 'kept' });
      expect([again.status, again.text]).to.deep.equal([201, keyed.text]);
      expect((await ahead.call('POST', `/v1/memos/${deleted}/restore`)).status).to.equal(200);
      const next = await openEventStream(ahead.port, { 'last-event-id': seen?.id ?? '' });
      try {
        await next.waitFor('what came after', () => next.events.length > made.length);
        expect(memosOf(next)).to.deep.equal([...memosOf(stream).slice(1), deleted]);
      } finally {
        next.close();
      }
    } finally {
      await ahead.stop();
    }
  });

  it('may be set back under a service: pages, versions, keys and streams go on', async () => {
    await root.query('DELETE FROM memos; DELETE FROM memo_search; DELETE FROM memo_tags; DELETE FROM outbox');
    const service = await start(0);
    const stream = await openEventStream(service.port);
    try {
      const ids: number[] = [];
      for (let made = 0; made < 5; made += 1) ids.push(await createMemo(service));
      const [id = 0] = ids;
      const path = `/v1/memos/${id}`;
      const read = await service.call('GET', path);
      const page = await service.call('GET', '/v1/memos/?sort=created_at&limit=2');
      const keyed = await service.call('POST', '/v1/memos/', memo, { 'idempotency-key': 'before' });
      const before = await timeAt(service);
      setClockBack(service);
      await until('its clock is set back', async () => (await timeAt(service)) < before - 5 * MINUTE);

      const later = [await createMemo(service), await createMemo(service)];
      const listed = (await service.call('GET', '/v1/memos/')).json as MemoReply[];
      expect(listed.map((each) => each.id)).to.deep.equal(listed.map((each) => each.id).toSorted((a, b) => b - a));
      expect(idsOf([listed]).slice(0, 2)).to.deep.equal(later.toReversed());
      const rest = idsOf([page.json as MemoReply[], ...(await walk(service, nextOf(page) ?? ''))]);
      expect(new Set(rest).size, 'twice').to.equal(rest.length);
      expect(rest).to.include.members(ids);

      const etag = read.headers.get('etag') ?? '';
      const changed = await put(service, id, 'changed', etag);
      expect([changed.status, changed.headers.get('etag')]).to.deep.equal([200, `"${id}-2"`]);
      expect((await put(service, id, 'late', etag)).status).to.equal(412);
      expect((await service.call('GET', path)).text).to.equal(changed.text);
      const again = await service.call('POST', '/v1/memos/', memo, { 'idempotency-key': 'before' });
      expect([again.status, again.text]).to.deep.equal([201, keyed.text]);
      const made = [...ids, idOf(keyed), ...later, id];
      await stream.waitFor('all changes', (events) => events.length >= made.length);
      expect(memosOf(stream)).to.deep.equal(made);
      await allReplayed();
      expect(await torn(root)).to.deep.equal(WHOLE);
    } finally {
      stream.close();
      await service.stop();
    }
  });
});
