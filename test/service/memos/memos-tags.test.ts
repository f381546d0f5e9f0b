/** Lists by tags, whoever wrote the memos: on a real MariaDB, against a naive model and against looking at every memo. */
import { expect } from 'chai';
import fc from 'fast-check';
import type { Connection } from 'mariadb';
import { parseConfig } from '../../../service/src/config.ts';
import { Database } from '../../../service/src/db/database.ts';
import { HISTORY_TABLE, MIGRATIONS } from '../../../service/src/db/schema.ts';
import { selectionOf } from '../../../service/src/memos/listing/filters.ts';
import { NEWEST_FIRST, parseOrder, positionOf } from '../../../service/src/memos/listing/order.ts';
import type { Order } from '../../../service/src/memos/listing/order.ts';
import type { Selection } from '../../../service/src/memos/listing/selection.ts';
import { placeOf, rowsOf } from '../../../service/src/memos/listing/statement.ts';
import { TagIndex } from '../../../service/src/memos/listing/tag-index.ts';
import type { MemoRow } from '../../../service/src/memos/storage/rows.ts';
import type { MariaDB } from '../../stores/mariadb.ts';
import { until } from '../../until.ts';
import { matches, queryOf, sorted, sorting } from './list-model.ts';
import type { Asked } from './list-model.ts';
import { walk } from '../harness/paging.ts';
import type { MemoReply } from '../harness/paging.ts';
import { startOnMariaDB, type OnMariaDB } from '../harness/on-mariadb.ts';
import { createMemo, migrate, startService } from '../harness/service.ts';
import type { Service } from '../harness/service.ts';
import { enterTags, rootSession, torn, WHOLE } from '../harness/sql.ts';

/** Alike in one way or another, and each a tag of its own. */
const TAGS = [
  ...['x', 'X', 'x ', ' x', 'ｘ', 'é', 'e\u0301', '', '"', '\\', 'a\u007f\n', '😀', '["x"]'],
  ...['회의', '회의'.normalize('NFD'), '회의록', `${'긴'.repeat(999)}😀`],
];
const tags = fc.subarray(TAGS, { maxLength: 4 });

/** Those of the second kind are somebody's who knows nothing of rows of tags: the release before, the original, an admin. */
const WRITES = [
  ...(['create', 'import', 'retag', 'touch', 'remove', 'restore'] as const),
  ...(['INSERT', 'UPDATE tags', 'UPDATE', 'DELETE'] as const),
];
const write = fc.record({ what: fc.constantFrom(...WRITES), which: fc.nat(), tags, escaped: fc.boolean() });

type Write = typeof write extends fc.Arbitrary<infer T> ? T : never;

describe('memos by their tags', function () {
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

  async function all(of: Service): Promise<MemoReply[]> {
    return (await of.call('GET', '/v1/memos/?limit=1000000')).json as MemoReply[];
  }

  async function perform(on: Service, { escaped, tags: given, what, which }: Write): Promise<void> {
    const json = escaped ? pythonJson(given) : JSON.stringify(given);
    const [rows, thrown] = await root.query<{ id: number }[][]>('SELECT id FROM memos; SELECT id FROM memo_trash');
    const id = rows?.[which % rows.length]?.id ?? 0;
    switch (what) {
      case 'create':
        await createMemo(on, { tags: given });
        return;
      case 'import': {
        const line = JSON.stringify({ title: 'i', content: 'c', tags: given, updated_at: '2024-05-01T00:00:00Z' });
        await on.call('POST', '/v1/memos/import', `${line}\n${line}`, { 'content-type': 'application/x-ndjson' });
        return;
      }
      case 'retag':
        await on.call('PUT', `/v1/memos/${id}`, { tags: given });
        return;
      case 'touch':
        await on.call('PATCH', `/v1/memos/${id}`, { priority: 1 + (which % 4) });
        return;
      case 'remove':
        await on.call('DELETE', `/v1/memos/${id}`);
        return;
      case 'restore':
        await on.call('POST', `/v1/memos/${thrown?.[which % thrown.length]?.id ?? 0}/restore`);
        return;
      case 'INSERT':
        await root.query(`INSERT INTO memos (title, content, tags, times_in_utc) VALUES ('t', 'c', ?, 1)`, [json]);
        return;
      case 'UPDATE tags':
        await root.query('UPDATE memos SET tags = ?, updated_at = NOW(3), version = version + 1 WHERE id = ?', [
          json,
          id,
        ]);
        return;
      case 'UPDATE':
        await root.query('UPDATE memos SET priority = 1 + priority % 4, updated_at = NOW(3) WHERE id = ?', [id]);
        return;
      case 'DELETE':
        await root.query('DELETE FROM memos WHERE id = ?', [id]);
    }
  }

  async function expectLists(of: Service, filters: Asked, sort: readonly string[], limit = 100): Promise<void> {
    const memos = await all(of);
    const query = queryOf(filters, sort);
    const walked = await walk(of, `/v1/memos/?${query.toString()}&limit=${limit}`);
    const expected = sorted(
      memos.filter((memo) => matches(memo, filters)),
      sort,
    );
    expect(walked.flat().map(({ id }) => id)).to.deep.equal(expected.map(({ id }) => id));
  }

  it('are those that have exactly these tags, whoever wrote them last and however, and at once', async () => {
    const asked = fc.record({ tag: fc.subarray(TAGS, { minLength: 1, maxLength: 2 }) });
    const run = fc.record({
      writes: fc.array(write, { minLength: 5, maxLength: 20 }),
      lists: fc.array(fc.tuple(asked, sorting, fc.integer({ min: 1, max: 5 })), { minLength: 3, maxLength: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(run, async ({ lists, writes }) => {
        await root.query('DELETE FROM memos');
        for (const each of writes) {
          await perform(service, each);
          if (each.tags.length > 0) await expectLists(service, { tag: each.tags.slice(0, 2) }, []);
        }
        for (const [filters, sort, limit] of lists) await expectLists(service, filters, sort, limit);
      }),
      { numRuns: 30 },
    );
  });

  it('have their rows to the last one, soon after somebody else wrote them', async () => {
    await root.query('DELETE FROM memos; DELETE FROM memo_search; DELETE FROM memo_tags; DELETE FROM outbox');
    const ids = await Promise.all(TAGS.map((tag) => createMemo(service, { tags: [tag, 'x', tag] })));
    await root.query(`UPDATE memos SET tags = '["x", "new"]', updated_at = '2030-01-01' WHERE id IN (?)`, [
      ids.slice(0, 5),
    ]);
    await until(
      'they are right',
      async () => (await root.query<unknown[]>('SELECT 1 FROM memos WHERE stale_since IS NOT NULL')).length === 0,
    );
    expect(await torn(root)).to.deep.equal(WHOLE);
  });

  it('of a release that wrote no such rows are all found, before and after they are entered, and while it writes on', async () => {
    const environment = { DATABASE_URL: database.rootUrl.replace(/[^/]*$/, 'before_tags'), DATABASE_POOL_MIN: '2' };
    await root.query('CREATE DATABASE before_tags CHARACTER SET utf8mb4; USE before_tags');
    await migrateTo(8, environment);
    await root.query(
      `INSERT INTO memos (title, content, tags, priority, created_at, updated_at, times_in_utc)
       SELECT 't', 'c', ELT(1 + seq % 5, '[]', '["x"]', '["x", "회의"]', NULL, '["X"]'), 1 + seq % 4,
         '2024-05-01' + INTERVAL seq MINUTE, '2024-05-01' + INTERVAL (seq * 7) % 900 MINUTE, 1 FROM seq_1_to_900`,
    );
    expect(await migrate(environment)).to.include({ status: 0 });
    const [untouched] = await root.query<{ n: number }[]>('SELECT COUNT(*) AS n FROM memos WHERE stale_since IS NULL');
    expect(untouched?.n, 'no row is rewritten').to.equal(900);
    const holder = await rootSession(database);
    await holder.query('START TRANSACTION; SELECT * FROM before_tags.memo_search_backfill WHERE id = 4 FOR UPDATE');
    const next = await startService(environment);
    try {
      const writes: readonly Write['what'][] = ['INSERT', 'UPDATE tags', 'UPDATE', 'DELETE', 'retag'];
      const lists = async (): Promise<void> => {
        for (const [index, what] of writes.entries()) {
          await perform(next, { what, which: index * 100, tags: ['회의', '새것'], escaped: index % 2 === 0 });
          await expectLists(next, { tag: ['회의'] }, [['-updated_at'], ['priority'], []][index % 3] ?? []);
          await expectLists(next, { tag: ['x'] }, []);
        }
      };
      await lists();
      const waiting = 'SELECT 1 FROM memo_search_backfill WHERE id = 4 AND pending_to > 0';
      expect(await root.query(waiting), 'none is entered yet').to.have.length(1);
      await holder.query('COMMIT');
      await until('all are entered', async () => (await root.query<unknown[]>(waiting)).length === 0);
      await lists();
      await until(
        'they are right',
        async () => (await root.query<unknown[]>('SELECT 1 FROM memos WHERE stale_since IS NOT NULL')).length === 0,
      );
      await expectLists(next, { tag: ['새것'] }, ['updated_at']);
      expect(await torn(root)).to.include({ tagsWithoutRow: 0 });
    } finally {
      holder.destroy();
      await next.stop();
      await root.query('USE memo_app');
    }
  });

  describe('among twenty thousand', () => {
    let own: Database;

    before(async () => {
      own = new Database(parseConfig({ DATABASE_URL: database.url }, () => '').database);
      await root.query('DELETE FROM memos');
      await root.query(
        `INSERT INTO memos (title, content, tags, priority, category, created_at, updated_at, times_in_utc, stale_since)
         SELECT CONCAT('t', seq * 31 % 200), 'c', CONCAT('["all"', IF(seq % 2, ',"half"', ''), IF(seq % 2500 = 9, ',"few"', ''),
             IF(seq < 300, ',"old"', ''), ']'), 1 + seq % 4, ELT(1 + seq % 3, 'a', 'b', NULL),
           '2024-05-01' + INTERVAL seq SECOND, '2024-05-01' + INTERVAL seq * 7919 % 20000 SECOND, 1, NULL
         FROM seq_1_to_20000 ORDER BY seq`,
      );
      await enterTags(root);
      await root.query('ANALYZE TABLE memos, memo_tags');
    });

    after(() => own.close());

    function selected(tag: string[], sort: string, filters: object = {}): Selection {
      return selectionOf({ tag, ...filters }, orderOf(sort));
    }

    /** Tags on all, on half, on a few of the memos, and on the eldest ones alone. */
    const anyTag = ['all', 'half', 'few', 'old'];
    const stretches = ['-id', 'id', '-created_at', 'created_at', '-updated_at', 'updated_at', '-priority', 'priority'];
    const cases = [
      ...stretches.map((sort) => ({ sort, tags: anyTag, most: 800, deep: [false, true] })),
      ...['title', 'priority,title', '-priority,-updated_at'].map((sort) => {
        return { sort, tags: ['few'], most: 200, deep: [false] };
      }),
    ];
    for (const { deep, most, sort, tags: each } of cases) {
      it(`by ${sort} a page reads no more than its own memos, and none of the tables as a whole`, async () => {
        const [middle] = await root.query<{ id: number }[]>('SELECT MIN(id) + 10000 AS id FROM memos');
        const time = '2024-05-01 02:00:00.000';
        const row = { id: middle?.id ?? 0, created_at: time, updated_at: time, priority: 2, title: 't5' } as MemoRow;
        for (const tag of each) {
          for (const isDeep of deep) {
            const selection = { ...selected([tag], sort), leading: tag };
            const stretch = isDeep ? { after: positionOf(selection.order, row) } : {};
            const { sql, values } = rowsOf(selection, stretch, 100);
            const plan = await root.query<{ table: string; type: string }[]>(`EXPLAIN ${sql}`, [...values]);
            const types = plan.filter(({ table }) => ['memos', 'tagged'].includes(table)).map(({ type }) => type);
            expect(types).to.have.length(4);
            for (const type of types) expect(type).to.be.oneOf(['ref', 'range', 'eq_ref']);
            await root.query('FLUSH STATUS');
            await root.query(sql, [...values]);
            const reads = await root.query<{ Value: string }[]>(`SHOW SESSION STATUS LIKE 'Handler_read%'`);
            expect(reads.reduce((sum, { Value }) => sum + Number(Value), 0)).to.be.below(most);
          }
        }
      });
    }

    it('are led to by the rows of the rarest tag, unless all of them are frequent and no index has what is asked for', async () => {
      const index = new TagIndex(own);
      const leads = async (tag: string[], sort: string, filters: object = {}): Promise<string | undefined> =>
        (await index.ledByTag(selected(tag, sort, filters))).leading;
      expect(await leads(['all'], '-updated_at')).to.equal('all');
      expect(await leads(['all'], '-created_at', { created_before: new Date('2024-05-01T03:00:00Z') })).to.equal('all');
      expect(await leads(['all', 'few', 'half'], '-id')).to.equal('few');
      expect(await leads(['all', 'old'], 'title')).to.equal('old');
      expect(await leads(['few'], '-priority,title', { category: 'a' })).to.equal('few');
      expect(await leads(['all'], 'title')).to.equal(undefined);
      expect(await leads(['all'], '-id', { is_archived: false })).to.equal('all');
      expect(await leads(['all'], '-id', { is_archived: false, category: 'a' }), 'few of the category').to.equal(
        undefined,
      );
      expect(await leads(['none such', 'all'], 'title')).to.equal('none such');
    });

    it('are the same on either way there', async () => {
      // Some that somebody else wrote are among them: as long as a transaction holds them they stay so.
      const holder = await rootSession(database);
      await holder.query('START TRANSACTION; UPDATE memos SET priority = 5 - priority WHERE id % 50 = 0');
      const filters = fc.record(
        {
          priority: fc.integer({ min: 1, max: 4 }),
          category: fc.constantFrom('a', 'b'),
          created_after: fc.nat(20_000).map((second) => new Date(Date.UTC(2024, 4, 1) + second * 1000)),
        },
        { requiredKeys: [] },
      );
      const lists = fc.record({
        tag: fc.subarray(['all', 'half', 'few', 'old'], { minLength: 1, maxLength: 3 }),
        sort: sorting,
        filters,
        leading: fc.nat(),
        rows: fc.integer({ min: 1, max: 60 }),
        from: fc.option(fc.nat(19_999)),
      });
      try {
        await fc.assert(
          fc.asyncProperty(lists, async ({ filters: given, from, leading, rows, sort, tag }) => {
            const selection = selected(tag, sort.join(), given);
            const led = { ...selection, leading: tag[leading % tag.length] ?? '' };
            const [row] = await holder.query<MemoRow[]>(
              `SELECT id, title, priority, CAST(created_at AS CHAR) AS created_at, CAST(updated_at AS CHAR) AS updated_at
               FROM memos LIMIT 1 OFFSET ?`,
              [from ?? 0],
            );
            const after = from === null || row === undefined ? undefined : positionOf(selection.order, row);
            for (const statement of [rowsOf, placeOf]) {
              const [looked, found] = await Promise.all(
                [selection, led].map(async (each) => {
                  const { sql, values } = statement(each, { after }, rows);
                  return (await holder.query<MemoRow[]>(sql, [...values])).map((one) =>
                    positionOf(selection.order, one),
                  );
                }),
              );
              expect(found).to.deep.equal(looked);
            }
          }),
          { numRuns: 60 },
        );
      } finally {
        holder.destroy();
      }
    });
  });
});

/** As Python writes JSON unless it is told otherwise. */
function pythonJson(value: unknown): string {
  const escaped = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(value).replace(/[^ -~]/g, escaped);
}

function orderOf(sort: string): Order {
  return sort === '' ? NEWEST_FIRST : (parseOrder(sort) ?? NEWEST_FIRST);
}

/** The schema of an earlier release. */
async function migrateTo(version: number, environment: Record<string, string>): Promise<void> {
  const database = new Database(parseConfig(environment, () => '').database);
  await database.withConnection((connection) => connection.run(HISTORY_TABLE));
  for (const migration of MIGRATIONS.filter((each) => each.version <= version)) {
    await database.withConnection(async (connection) => {
      await migration.up(connection);
      const sql = 'INSERT INTO schema_migrations (version, name, applied_at) VALUES (?, ?, NOW(3))';
      await connection.run(sql, [migration.version, migration.name]);
    });
  }
  await database.close();
}
