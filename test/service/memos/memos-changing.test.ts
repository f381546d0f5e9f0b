/** PATCH, the trash, and creates that are sent again: on a real MariaDB and Redis, through two replicas. */
import { expect } from 'chai';
import type { Connection } from 'mariadb';
import { startMariaDB } from '../../stores/mariadb.ts';
import type { MariaDB } from '../../stores/mariadb.ts';
import { until } from '../../until.ts';
import { startRedis } from '../../stores/redis.ts';
import type { Store } from '../../stores/store.ts';
import { nextOf, walk } from '../harness/paging.ts';
import type { MemoReply } from '../harness/paging.ts';
import { createMemo, migrate, startService } from '../harness/service.ts';
import type { Reply, Service } from '../harness/service.ts';
import { rootSession } from '../harness/sql.ts';

describe('memos that change', function () {
  this.timeout(60_000);
  let database: MariaDB;
  let redis: Store;
  let root: Connection;
  let environment: Record<string, string>;
  let one: Service;
  let two: Service;

  before(async () => {
    [database, redis] = await Promise.all([startMariaDB(), startRedis()]);
    environment = { DATABASE_URL: database.url, REDIS_URL: redis.url, DATABASE_POOL_MIN: '2' };
    expect(await migrate(environment)).to.include({ status: 0 });
    [root, one, two] = [await rootSession(database), await startService(environment), await startService(environment)];
  });

  after(async () => {
    root.destroy();
    await Promise.all([one.stop(), two.stop()]);
    await Promise.all([database.stop(), redis.stop()]);
  });

  async function eventsOf(id: number): Promise<{ type: string; version: number }[]> {
    return root.query('SELECT type, version FROM outbox WHERE aggregateid = ? ORDER BY seq', [id]);
  }

  async function count(table: string, id: number): Promise<number> {
    const column = ['memo_search', 'memo_tags'].includes(table) ? 'memo_id' : 'id';
    const [row] = await root.query<{ n: number }[]>(`SELECT COUNT(*) AS n FROM ${table} WHERE ${column} = ?`, [id]);
    return row?.n ?? -1;
  }

  function faultsOf({ json }: Reply): string[] {
    return (json as { detail: { loc: string[]; type: string }[] }).detail.map(
      ({ loc, type }) => `${loc.join('.')} ${type}`,
    );
  }

  describe('by PATCH', () => {
    const patch = { 'content-type': 'application/merge-patch+json' };

    it('sets what was sent, clears by null, keeps the rest, on every form of the path', async () => {
      const fields = { title: '전', content: '내용', tags: ['a'], category: '일', author: '김', priority: 4 };
      const id = await createMemo(one, fields);
      const changed = await one.call(
        'PATCH',
        `/v1/memos/${id}`,
        { title: '후', category: null, tags: ['b', 'c'] },
        patch,
      );
      expect(changed.status).to.equal(200);
      expect(changed.json).to.deep.include({ ...fields, id, title: '후', category: null, tags: ['b', 'c'] });
      expect(changed.headers.get('etag')).to.equal(`"${id}-2"`);
      expect((await two.call('GET', `/v1/memos/${id}`)).text).to.equal(changed.text);
      for (const path of ['/v1/memos', '/memos', '/api/v1/memos', '/api/memos']) {
        for (const slash of ['', '/']) {
          expect((await one.call('PATCH', `${path}/${id}${slash}`, { is_favorite: true })).status).to.equal(200);
        }
      }
      expect((await eventsOf(id)).map(({ version }) => version)).to.deep.equal([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    });

    it('is refused where a PUT is: no field 400, null or nonsense 422, a stale ETag 412, nobody 404', async () => {
      const id = await createMemo(one);
      const send = (body: unknown, headers = {}): Promise<Reply> =>
        one.call('PATCH', `/v1/memos/${id}`, body, { ...patch, ...headers });
      expect((await send({})).status).to.equal(400);
      expect((await send({ unknown: 1 })).status).to.equal(400);
      const nulls = await send({ title: null, content: null, priority: null, is_archived: null });
      expect([nulls.status, ...faultsOf(nulls)]).to.deep.equal([
        422,
        'body.title string_type',
        'body.content string_type',
        'body.priority int_type',
        'body.is_archived bool_type',
      ]);
      for (const body of ['[]', 'null', '"x"', '{']) expect((await send(body)).status, body).to.equal(422);
      expect((await send({ title: 'late' }, { 'if-match': `"${id}-7"` })).status).to.equal(412);
      expect((await send({ title: 'first' }, { 'if-match': `"${id}-1"` })).status).to.equal(200);
      expect((await send({ title: 'late' }, { 'if-match': `"${id}-1"` })).status).to.equal(412);
      expect((await one.call('PATCH', '/v1/memos/999999', { title: 'x' })).status).to.equal(404);
      expect((await one.call('GET', `/v1/memos/${id}`)).json).to.include({ title: 'first' });
    });

    it('takes a merge patch and no other kind, and says so', async () => {
      const id = await createMemo(one);
      for (const type of ['application/json-patch+json', 'text/plain', 'application/ld+json']) {
        const refused = await one.call('PATCH', `/v1/memos/${id}`, '{"title":"x"}', { 'content-type': type });
        expect([refused.status, refused.headers.get('accept-patch')], type).to.deep.equal([
          415,
          'application/merge-patch+json, application/json',
        ]);
      }
      const options = await one.call('OPTIONS', `/v1/memos/${id}`);
      expect(options.headers.get('accept-patch')).to.include('application/merge-patch+json');
      for (const type of ['application/json', 'application/merge-patch+json; charset=utf-8']) {
        const taken = await one.call('PATCH', `/v1/memos/${id}`, '{"title":"x"}', { 'content-type': type });
        expect(taken.status, type).to.equal(200);
      }
    });
  });

  describe('by going into the trash', () => {
    it('are nowhere but there, and come back the same with a new version', async () => {
      const id = await createMemo(one, {
        title: '되살릴 메모',
        content: '본문',
        tags: ['a'],
        category: 'c',
        priority: 3,
      });
      const before = (await one.call('PUT', `/v1/memos/${id}`, { author: '이' })).json as MemoReply;
      expect((await one.call('DELETE', `/v1/memos/${id}`)).status).to.equal(204);
      expect((await two.call('GET', `/v1/memos/${id}`)).status).to.equal(404);
      const rows: number[] = [];
      for (const table of ['memos', 'memo_search', 'memo_tags', 'memo_trash']) rows.push(await count(table, id));
      expect(rows).to.deep.equal([0, 0, 0, 1]);
      const [thrown] = (await two.call('GET', '/v1/memos/trash/?limit=1')).json as MemoReply[];
      expect(thrown?.deleted_at).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      expect(thrown).to.deep.equal({ ...before, deleted_at: thrown?.deleted_at });

      const restored = await two.call('POST', `/v1/memos/${id}/restore`);
      expect(restored.status).to.equal(200);
      expect(restored.headers.get('etag')).to.equal(`"${id}-4"`);
      const { updated_at, ...rest } = restored.json as MemoReply;
      const { updated_at: earlier, ...same } = before;
      expect(rest).to.deep.equal(same);
      expect(updated_at > earlier, 'who follows updated_after sees it').to.equal(true);
      expect((await one.call('GET', `/v1/memos/${id}`)).text).to.equal(restored.text);
      const found = (await one.call('GET', `/v1/memos/search/?q=${encodeURIComponent('살릴')}`)).json as MemoReply[];
      expect(found.map((memo) => memo.id)).to.deep.equal([id]);
      expect(await count('memo_tags', id)).to.equal(1);
      expect(await eventsOf(id)).to.deep.equal([
        { type: 'memo_created', version: 1 },
        { type: 'memo_updated', version: 2 },
        { type: 'memo_deleted', version: 3 },
        { type: 'memo_created', version: 4 },
      ]);
    });

    it('can be restored once, and only from there; a stale ETag throws nothing away', async () => {
      const id = await createMemo(one);
      expect((await one.call('POST', `/v1/memos/${id}/restore`)).status).to.equal(404);
      expect((await one.call('DELETE', `/v1/memos/${id}`, undefined, { 'if-match': '"1-99"' })).status).to.equal(412);
      expect(await count('memo_trash', id)).to.equal(0);
      await one.call('DELETE', `/v1/memos/${id}`);
      const replies = await Promise.all(
        [one, two, one, two].map((service) => service.call('POST', `/v1/memos/${id}/restore/`)),
      );
      expect(replies.map(({ status }) => status).sort()).to.deep.equal([200, 404, 404, 404]);
      for (const path of ['abc', '0', '99999999999999999999']) {
        expect((await one.call('POST', `/v1/memos/${path}/restore`)).status).to.equal(path === 'abc' ? 422 : 404);
      }
      expect((await one.call('GET', `/v1/memos/${id}/restore`)).headers.get('allow')).to.equal('OPTIONS, POST');
    });

    it('are listed by their deletion, the last one first, by cursor', async () => {
      await root.query('DELETE FROM memo_trash');
      const ids: number[] = [];
      for (let index = 0; index < 7; index += 1) ids.push(await createMemo(one, { title: `${index}` }));
      const order = [3, 0, 6, 2, 5, 1, 4].map((index) => ids[index] ?? 0);
      for (const id of order) await one.call('DELETE', `/v1/memos/${id}`);
      const walked = await walk(one, '/v1/memos/trash/?limit=3');
      const listed = walked.flat();
      expect(walked.map(({ length }) => length)).to.deep.equal([3, 3, 1]);
      const expected = [...listed].sort((a, b) =>
        a.deleted_at === b.deleted_at ? b.id - a.id : (a.deleted_at ?? '') < (b.deleted_at ?? '') ? 1 : -1,
      );
      expect(listed).to.deep.equal(expected);
      expect(listed.map(({ id }) => id)).to.have.members(order);
      expect(nextOf(await one.call('GET', '/v1/memos/trash/?limit=8'))).to.equal(undefined);
    });

    it('are purged after thirty days; their ids are never used again, not after a restart either', async () => {
      const [old, fresh] = [await createMemo(one), await createMemo(one)];
      await one.call('DELETE', `/v1/memos/${old}`);
      await one.call('DELETE', `/v1/memos/${fresh}`);
      await root.query('UPDATE memo_trash SET deleted_at = deleted_at - INTERVAL 721 HOUR WHERE id = ?', [old]);
      await root.query('UPDATE memo_trash SET deleted_at = deleted_at - INTERVAL 719 HOUR WHERE id = ?', [fresh]);
      // Whoever holds the relay's lock looks when it begins, and once a minute after that.
      await Promise.all([one.stop(), two.stop()]);
      [one, two] = await Promise.all([startService(environment), startService(environment)]);
      await until('purged', async () => (await count('memo_trash', old)) === 0);
      expect(await count('memo_trash', fresh)).to.equal(1);
      expect((await one.call('POST', `/v1/memos/${old}/restore`)).status).to.equal(404);
      await root.query('DELETE FROM memo_trash');
      await database.kill();
      await database.restart();
      root = await rootSession(database);
      await until(
        'writes',
        async () => (await one.call('POST', '/v1/memos/', { title: 't', content: 'c' })).status === 201,
      );
      expect(await createMemo(one)).to.be.above(fresh);
    });
  });

  describe('by a create that is sent again', () => {
    const memo = { title: '한 번만', content: '내용', tags: ['a'] };
    let keys = 0;

    function post(service: Service, key: string, body: unknown = memo): Promise<Reply> {
      return service.call('POST', '/v1/memos/', body, { 'idempotency-key': key });
    }

    function newKey(): string {
      keys += 1;
      return `"key ${keys} ${process.hrtime.bigint()}"`;
    }

    async function made(): Promise<number> {
      const [row] = await root.query<{ n: number }[]>('SELECT COUNT(*) AS n FROM memos WHERE title = ?', [memo.title]);
      return row?.n ?? -1;
    }

    it('make one memo; the reply is the stored one, though the memo has changed since', async () => {
      const key = newKey();
      const first = await post(one, key);
      expect(first.status).to.equal(201);
      const { id } = first.json as MemoReply;
      await one.call('PUT', `/v1/memos/${id}`, { title: '다른 제목' });
      for (const body of [memo, ` ${JSON.stringify(memo)} `]) {
        const again = await post(two, key, body);
        expect([again.status, again.text]).to.deep.equal([201, first.text]);
        for (const name of ['etag', 'location']) expect(again.headers.get(name)).to.equal(first.headers.get(name));
      }
      expect(await eventsOf(id)).to.have.length(2);
      await one.call('DELETE', `/v1/memos/${id}`);
      expect((await post(one, key)).text, 'the reply, not the memo').to.equal(first.text);
      const other = await post(one, newKey());
      expect((other.json as MemoReply).id).to.be.above(id);
    });

    it('are refused when something else is sent under the key, or the key is none', async () => {
      const key = newKey();
      await post(one, key);
      const other = await post(two, key, { ...memo, priority: 1 });
      expect([other.status, ...faultsOf(other)]).to.deep.equal([422, 'body idempotency_key_reused']);
      for (const bad of ['', ' ', 'x'.repeat(256), '\u00e9']) expect((await post(one, bad)).status, bad).to.equal(400);
      const faulty = newKey();
      expect((await post(one, faulty, { title: '' })).status).to.equal(422);
      expect((await post(one, faulty)).status, 'a refused request takes no key').to.equal(201);
    });

    it('make one memo, however deep a field is nested that nobody knows', async () => {
      const depth = 20_000;
      // A key that is a number is what JSON is written again by recursion for.
      const nested = (inside: string): string => `${'{"0":'.repeat(depth)}${inside}${'}'.repeat(depth)}`;
      const deep = (title: string): string => `{"title":"${title}","content":"c","unknown":${nested('1')}}`;
      const key = newKey();
      const first = await post(one, key, deep('깊이'));
      expect(first.status).to.equal(201);
      expect((await post(two, key, deep('깊이'))).text).to.equal(first.text);
      expect((await post(two, key, deep('다른 것'))).status).to.equal(422);
      const { id } = first.json as MemoReply;
      expect((await one.call('PUT', `/v1/memos/${id}`, deep('고침'))).status).to.equal(200);
      const inTags = `{"title":"t","content":"c","tags":${nested('1')}}`;
      expect((await post(one, newKey(), inTags)).status).to.equal(422);
    });

    it('make one memo and one event of twenty at once at two replicas; who comes too early is told so', async () => {
      const [key, before] = [newKey(), await made()];
      const events = await root.query<unknown[]>('SELECT 1 FROM outbox');
      const replies = await Promise.all(
        Array.from({ length: 20 }, (_, index) => post(index % 2 === 0 ? one : two, key)),
      );
      const statuses = new Set(replies.map(({ status }) => status));
      expect([...statuses].filter((status) => status !== 201 && status !== 409)).to.deep.equal([]);
      const created = replies.filter(({ status }) => status === 201);
      expect(new Set(created.map(({ text }) => text)).size).to.equal(1);
      expect(await made()).to.equal(before + 1);
      expect(await eventsOf((created[0]?.json as MemoReply).id)).to.have.length(1);
      expect(await root.query<unknown[]>('SELECT 1 FROM outbox'), 'of no other').to.have.length(events.length + 1);
    });

    it('are answered 409 at once while the first is still running', async () => {
      const key = newKey();
      await root.query('LOCK TABLES memo_search WRITE');
      const first = post(one, key);
      const open = `SELECT 1 FROM information_schema.PROCESSLIST WHERE USER = 'memo' AND STATE LIKE 'Waiting for table%'`;
      await until('it waits', async () => (await root.query<unknown[]>(open)).length > 0, { seconds: 2 });
      const second = await post(two, key);
      expect([second.status, second.headers.get('retry-after')]).to.deep.equal([409, '1']);
      await root.query('UNLOCK TABLES');
      expect((await first).status).to.equal(201);
      expect((await post(two, key)).text).to.equal((await first).text);
    });

    it('make one memo, however often the service is killed', async () => {
      for (let round = 0; round < 3; round += 1) {
        const [key, before] = [newKey(), await made()];
        const lost = Promise.all(Array.from({ length: 5 }, () => post(two, key).catch(() => undefined)));
        await until('something was begun', async () => {
          const [row] = await root.query<{ n: number }[]>('SELECT COUNT(*) AS n FROM memos WHERE title = ?', [
            memo.title,
          ]);
          return round % 2 === 0 || (row?.n ?? 0) > before;
        });
        await two.kill();
        await lost;
        let reply = await post(one, key);
        // The server may not have noticed yet that the other one is dead.
        await until('not running any more', async () => (reply = await post(one, key)).status !== 409);
        expect(reply.status).to.equal(201);
        expect(await made()).to.equal(before + 1);
        two = await startService(environment);
      }
    });

    it('are forgotten after a day and not before', async () => {
      const [old, fresh] = [newKey(), newKey()];
      const first = (await post(one, old)).json as MemoReply;
      await root.query('UPDATE idempotency_keys SET created_at = created_at - INTERVAL 25 HOUR');
      const kept = await post(one, fresh);
      await Promise.all([one.stop(), two.stop()]);
      [one, two] = await Promise.all([startService(environment), startService(environment)]);
      await until('forgotten', async () => ((await post(one, old)).json as MemoReply).id > first.id);
      expect((await post(one, fresh)).text).to.equal(kept.text);
    });
  });
});
