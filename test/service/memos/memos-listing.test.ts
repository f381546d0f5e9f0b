/** Filters, sorting and paging by cursor, against a naive model, on a real MariaDB. */
import { expect } from 'chai';
import fc from 'fast-check';
import type { Connection } from 'mariadb';
import { selectionOf } from '../../../service/src/memos/listing/filters.ts';
import type { Filters } from '../../../service/src/memos/listing/filters.ts';
import { NEWEST_FIRST, parseOrder } from '../../../service/src/memos/listing/order.ts';
import { placeOf, rowsOf } from '../../../service/src/memos/listing/statement.ts';
import type { Statement } from '../../../service/src/memos/listing/statement.ts';
import type { MariaDB } from '../../stores/mariadb.ts';
import { originalTable } from '../../original.ts';
import { until } from '../../until.ts';
import { matches, queryOf, sorted, sorting } from './list-model.ts';
import type { Asked } from './list-model.ts';
import { nextOf, walk } from '../harness/paging.ts';
import type { MemoReply } from '../harness/paging.ts';
import { startOnMariaDB, type OnMariaDB } from '../harness/on-mariadb.ts';
import { createMemo, migrate, startService } from '../harness/service.ts';
import type { Service } from '../harness/service.ts';

/** Few values, so that filters match and sort keys tie. */
const time = fc.constantFrom(...[0, 1, 2, 3].map((second) => `2024-05-01T00:00:0${second}.000Z`));
const asked: fc.Arbitrary<Asked> = fc.record(
  {
    tag: fc.subarray(['x', 'Y', '회의'], { minLength: 1 }),
    priority: fc.integer({ min: 1, max: 4 }),
    category: fc.constantFrom('work', 'Work', '일', 'none such'),
    author: fc.constantFrom('김', 'lee'),
    is_archived: fc.boolean(),
    is_favorite: fc.boolean(),
    created_after: time,
    created_before: time,
    updated_after: time,
    updated_before: time,
  },
  { requiredKeys: [] },
);

describe('lists of memos', function () {
  this.timeout(60_000);
  let on: OnMariaDB;
  let database: MariaDB;
  let root: Connection;
  let service: Service;

  before(async () => {
    on = await startOnMariaDB();
    ({ database, root, service } = on);
  });

  after(async () => await on.stop());

  async function insert(count: number): Promise<void> {
    await root.query('DELETE FROM memos');
    await root.query(
      `INSERT INTO memos (title, content, tags, priority, category, is_archived, is_favorite, author, created_at, updated_at, times_in_utc)
       SELECT ELT(1 + seq % 6, 'a', 'A', 'b', 'c', '가', '나'), 'text',
         ELT(1 + seq % 7, '[]', '["x"]', '["x","Y"]', '["y"]', '["회의","x"]', '["회의록"]', NULL),
         1 + seq % 4, ELT(1 + seq % 5, 'work', 'Work', '일', NULL, 'work '), seq % 3 = 0, seq % 11 = 0,
         ELT(1 + seq % 3, '김', 'lee', NULL),
         '2024-05-01' + INTERVAL (seq * 7) % 5 SECOND, '2024-05-01' + INTERVAL (seq * 3) % 4 SECOND, 1
       FROM seq_1_to_${count}`,
    );
    await root.query('ANALYZE TABLE memos');
  }

  async function all(): Promise<MemoReply[]> {
    return (await service.call('GET', '/v1/memos/?limit=1000000')).json as MemoReply[];
  }

  it('give by Link exactly what a naive filter and sort of all memos gives', async () => {
    await insert(120);
    const memos = await all();
    expect(memos).to.have.length(120);
    const pages = fc.record({ filters: asked, sort: sorting, limit: fc.integer({ min: 1, max: 40 }), skip: fc.nat(5) });
    await fc.assert(
      fc.asyncProperty(pages, async ({ filters, limit, skip, sort }) => {
        const query = queryOf(filters, sort);
        const walked = await walk(service, `/v1/memos/?${query.toString()}&limit=${limit}&skip=${skip}`);
        const expected = sorted(
          memos.filter((memo) => matches(memo, filters)),
          sort,
        ).slice(skip);
        expect(walked.flat().map(({ id }) => id)).to.deep.equal(expected.map(({ id }) => id));
        expect(walked.slice(0, -1).every((page) => page.length === limit)).to.equal(true);
      }),
      { numRuns: 150 },
    );
  });

  it('repeat nothing and leave nothing out while memos come, change and go', async () => {
    const changes = fc.array(fc.constantFrom('create', 'remove', 'change'), { minLength: 0, maxLength: 3 });
    const walks = fc.record({ sort: sorting, limit: fc.integer({ min: 3, max: 12 }), turns: fc.array(changes) });
    await fc.assert(
      fc.asyncProperty(walks, fc.infiniteStream(fc.nat()), async ({ limit, sort, turns }, choices) => {
        await insert(30);
        const memos = await all();
        const touched = new Set<number>();
        const changed = new Set<number>();
        const choose = (): number => memos[Number(choices.next().value) % memos.length]?.id ?? 0;
        const queue = [...turns];
        const walked = await walk(service, `/v1/memos/?${queryOf({}, sort).toString()}&limit=${limit}`, async () => {
          for (const what of queue.shift() ?? []) {
            const id = choose();
            if (what === 'create') touched.add(await createMemo(service, { title: 'b', priority: 3 }));
            else if (what === 'remove') await service.call('DELETE', `/v1/memos/${id}`);
            else await service.call('PUT', `/v1/memos/${id}`, { priority: 1, title: '나' });
            if (what === 'change') changed.add(id);
            touched.add(id);
          }
        });
        const ids = walked.flat().map(({ id }) => id);
        const untouched = sorted(memos, sort)
          .map(({ id }) => id)
          .filter((id) => !touched.has(id));
        expect(ids.filter((id) => !touched.has(id))).to.deep.equal(untouched);
        // One that moves in the order may be met again where it is now.
        const still = ids.filter((id) => !changed.has(id));
        expect(new Set(still).size).to.equal(still.length);
      }),
      { numRuns: 20 },
    );
  });

  it('have a Link to the next page of the same request on every form of the path, and none on the last', async () => {
    await insert(5);
    const first = await service.call('GET', '/api/memos?limit=2&skip=1&tag=x&unknown=1');
    expect(nextOf(first)).to.match(/^\/api\/memos\/\?limit=2&tag=x&unknown=1&cursor=[\w-]+$/);
    expect(nextOf(await service.call('GET', '/v1/memos/?limit=4'))).to.match(/^\/v1\/memos\/\?limit=4&cursor=/);
    for (const query of ['', '?limit=6', '?limit=0', '?limit=5&skip=2', '?priority=4']) {
      expect(nextOf(await service.call('GET', `/v1/memos/${query}`)), query).to.equal(undefined);
    }
  });

  it('refuse a cursor that was changed, or is of another request', async () => {
    const next = nextOf(await service.call('GET', '/v1/memos/?limit=2&sort=-priority&priority=2')) ?? '';
    expect((await service.call('GET', next)).status).to.equal(200);
    const refused = async (path: string): Promise<void> => {
      const { json, status } = await service.call('GET', path);
      expect([status, json], path).to.deep.equal([
        422,
        {
          detail: [
            {
              loc: ['query', 'cursor'],
              msg: 'Input should be the cursor of a Link header, with the filters and the sort that it was given for',
              type: 'cursor_invalid',
            },
          ],
        },
      ]);
    };
    await refused(next.replace('priority=2', 'priority=3'));
    await refused(next.replace('sort=-priority', 'sort=priority'));
    await refused(next.replace('/memos/', '/memos/trash/'));
    const cursor = new URLSearchParams(next.split('?')[1]).get('cursor') ?? '';
    await fc.assert(
      fc.asyncProperty(fc.nat(cursor.length - 1), fc.constantFrom('A', 'q', '-', '%20', ''), async (at, put) => {
        const other = cursor.slice(0, at) + put + cursor.slice(at + 1);
        fc.pre(other !== cursor);
        await refused(next.replace(cursor, other));
      }),
      { numRuns: 40 },
    );
    for (const text of ['', 'x', '===', 'W10', '0'.repeat(4000)]) await refused(next.replace(cursor, text));
  });

  it('name every parameter that cannot be read', async () => {
    const { json, status } = await service.call(
      'GET',
      '/v1/memos/?priority=5&is_archived=maybe&created_after=yesterday&sort=content&limit=-1&tag=%00',
    );
    const faults = (json as { detail: { loc: string[]; type: string }[] }).detail;
    expect([status, ...faults.map(({ loc, type }) => `${loc.join('.')} ${type}`).sort()]).to.deep.equal([
      422,
      'query.created_after datetime_parsing',
      'query.is_archived bool_parsing',
      'query.limit greater_than_equal',
      'query.priority less_than_equal',
      'query.sort sort_unknown',
      'query.tag string_nul',
    ]);
    for (const text of ['2024-13-01T00:00:00Z', '9999-12-31T23:59:59-12:00', '2024-01-01', '2024-01-01T00:00:00']) {
      expect((await service.call('GET', `/v1/memos/?updated_before=${text}`)).status, text).to.equal(422);
    }
    for (const text of ['2024-01-01T09:00:00+09:00', '2024-01-01T09:00:00%2B09:00', '2024-01-01t00:00:00.123456z']) {
      expect((await service.call('GET', `/v1/memos/?updated_before=${text}`)).status, text).to.equal(200);
    }
  });

  it('have a next page also where a page of large memos is sent in portions', async () => {
    await root.query('DELETE FROM memos');
    await root.query(`INSERT INTO memos (title, content) SELECT 'large', REPEAT('x', 700000) FROM seq_1_to_9`);
    const pages = await walk(service, '/v1/memos/?limit=4');
    expect(pages.map(({ length }) => length)).to.deep.equal([4, 4, 1]);
    const ids = pages.flat().map(({ id }) => id);
    expect(ids).to.deep.equal(ids.toSorted((a, b) => b - a));
    expect(new Set(ids).size).to.equal(9);
  });

  describe('among twenty thousand memos', () => {
    before(() => insert(20_000));

    const rare: Filters = { category: '일', is_favorite: true };
    const newest = selectionOf({}, NEWEST_FIRST);
    const byTime = { ...newest, order: parseOrder('-updated_at') ?? [] };
    const cases: readonly (readonly [what: string, most: number, statement: (deep: number) => Statement])[] = [
      ['the first page', 200, () => rowsOf(newest, {}, 100)],
      ['a deep page by cursor', 200, (deep) => rowsOf(newest, { after: [deep] }, 100)],
      ...['-created_at', 'updated_at', '-priority', 'title'].map(
        (sort) =>
          [
            `the first page by ${sort}`,
            300,
            () => rowsOf({ ...newest, order: parseOrder(sort) ?? [] }, {}, 100),
          ] as const,
      ),
      ['a deep page by time', 300, (deep) => rowsOf(byTime, { after: ['2024-05-01 00:00:02.000', deep] }, 100)],
      ...(
        [{ category: 'work' }, { author: '김' }, { priority: 3 }, { is_favorite: true }, { is_archived: true }] as const
      ).map(
        (filter) =>
          [
            `the first page with ${Object.keys(filter).join()}`,
            500,
            () => rowsOf(selectionOf(filter, NEWEST_FIRST), {}, 100),
          ] as const,
      ),
      [
        'a deep page with a filter',
        500,
        (deep) => rowsOf(selectionOf({ priority: 3 }, NEWEST_FIRST), { after: [deep] }, 100),
      ],
      ['two filters', 8_000, () => rowsOf(selectionOf(rare, NEWEST_FIRST), {}, 100)],
      ['the place that a skip leads to, by the thin index', 15_100, () => placeOf(newest, {}, 15_000)],
    ];
    for (const [what, most, statement] of cases) {
      it(`${what} reads no more of the table than it has to`, async () => {
        const [row] = await root.query<{ id: number }[]>('SELECT MIN(id) + 2000 AS id FROM memos');
        const { sql, values } = statement(row?.id ?? 0);
        const [plan] = await root.query<{ type: string; Extra: string }[]>(`EXPLAIN ${sql}`, [...values]);
        expect(plan?.type).not.to.equal('ALL');
        expect(plan?.Extra).not.to.include('temporary');
        await root.query('FLUSH STATUS');
        await root.query(sql, [...values]);
        const reads = await root.query<{ Value: string }[]>(`SHOW SESSION STATUS LIKE 'Handler_read%'`);
        expect(reads.reduce((sum, { Value }) => sum + Number(Value), 0)).to.be.below(most);
      });
    }
  });

  it('compare the times of adopted memos as what they stand for', async () => {
    await root.query('CREATE DATABASE adopted CHARACTER SET utf8mb4; USE adopted');
    await root.query(
      `${originalTable} INSERT INTO memos (title, content, tags, created_at, updated_at) VALUES
        ('아침', '내용', '["\\\\ud68c\\\\uc758"]', '2024-05-01 09:00:00', '2024-05-01 09:30:00'), ('시각 없음', '내용', NULL, NULL, NULL)`,
    );
    const environment = {
      DATABASE_URL: database.rootUrl.replace(/[^/]*$/, 'adopted'),
      DATABASE_TIME_ZONE: 'Asia/Seoul',
      DATABASE_POOL_MIN: '1',
    };
    expect(await migrate(environment)).to.include({ status: 0 });
    // For a day the original may still run, and reads the times as its own.
    await root.query('UPDATE adopted.schema_migrations SET applied_at = applied_at - INTERVAL 2 DAY');
    const adopting = await startService(environment);
    try {
      const settled = async (): Promise<boolean> =>
        (await root.query<unknown[]>('SELECT 1 FROM memos WHERE times_in_utc = 0')).length === 0;
      await until('the times are in UTC', settled);
      const titles = async (query: string): Promise<string[]> =>
        ((await adopting.call('GET', `/v1/memos/?${query}`)).json as MemoReply[]).map(({ title }) => title);
      expect(await titles('created_before=2024-05-01T00:00:01Z&created_after=2024-04-30T23:59:59Z')).to.deep.equal([
        '아침',
      ]);
      expect(await titles('tag=회의')).to.deep.equal(['아침']);
      expect(await titles('priority=2&is_archived=false&sort=updated_at&limit=1')).to.deep.equal(['시각 없음']);
      const [morning] = (await adopting.call('GET', '/v1/memos/?tag=회의')).json as MemoReply[];
      expect(morning).to.deep.include({ updated_at: '2024-05-01T00:30:00.000Z', tags: ['회의'] });
    } finally {
      await adopting.stop();
      await root.query('USE memo_app');
    }
  });
});
