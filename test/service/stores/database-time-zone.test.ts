/** Times are right whatever the database's server takes for its own zone, and whatever the original left in its rows. */
import { expect } from 'chai';
import type { Connection } from 'mariadb';
import { startMariaDB } from '../../stores/mariadb.ts';
import type { MariaDB } from '../../stores/mariadb.ts';
import { until } from '../../until.ts';
import type { MemoReply } from '../harness/paging.ts';
import { createMemo, migrate, startService } from '../harness/service.ts';
import type { Reply, Service } from '../harness/service.ts';
import { rootSession } from '../harness/sql.ts';

const HOUR_MS = 3_600_000;

describe('a database server in another zone than UTC', function () {
  this.timeout(60_000);
  let database: MariaDB;
  let root: Connection;
  let service: Service;

  before(async () => {
    database = await startMariaDB({ settings: { default_time_zone: '+09:00' } });
    root = await rootSession(database);
    const environment = { DATABASE_URL: database.url };
    expect(await migrate(environment)).to.include({ status: 0 });
    service = await startService(environment);
  });

  after(async () => {
    root.destroy();
    await service.stop();
    await database.stop();
  });

  /** Not hours away. */
  function expectNow(time: string | undefined): void {
    expect(Math.abs(Date.parse(time ?? '') - Date.now()), time).to.be.below(HOUR_MS / 2);
  }

  async function list(path: string): Promise<MemoReply[]> {
    const { json, status } = await service.call('GET', path);
    expect(status).to.equal(200);
    return json as MemoReply[];
  }

  it('changes no time of a memo, nor what a filter of times finds', async () => {
    const id = await createMemo(service);
    const made = (await service.call('GET', `/v1/memos/${id}`)).json as MemoReply;
    const changed = (await service.call('PUT', `/v1/memos/${id}`, { title: 'u' })).json as MemoReply;
    for (const time of [made.created_at, made.updated_at, changed.updated_at]) expectNow(time);
    expect(changed.created_at).to.equal(made.created_at);
    const [before, after] = [-1, 1].map((hours) => new Date(Date.now() + hours * HOUR_MS).toISOString());
    for (const field of ['created', 'updated']) {
      expect(
        (await list(`/v1/memos/?${field}_after=${before}&${field}_before=${after}`)).map((memo) => memo.id),
      ).to.include(id);
      expect(await list(`/v1/memos/?${field}_after=${after}`)).to.deep.equal([]);
      expect(await list(`/v1/memos/?${field}_before=${before}`)).to.deep.equal([]);
    }
    const [event] = await root.query<{ payload: string }[]>('SELECT payload FROM outbox ORDER BY seq LIMIT 1');
    expectNow((JSON.parse(event?.payload ?? '') as { timestamp: string }).timestamp);
    expect((await service.call('DELETE', `/v1/memos/${id}`)).status).to.equal(204);
    const [trashed] = await list('/v1/memos/trash/');
    expectNow(trashed?.deleted_at);
  });

  it('purges nothing early and nothing late', async () => {
    const [early, late] = [await createMemo(service), await createMemo(service)];
    for (const id of [early, late]) expect((await service.call('DELETE', `/v1/memos/${id}`)).status).to.equal(204);
    const age = (id: number, hours: number): Promise<unknown> =>
      root.query('UPDATE memo_trash SET deleted_at = UTC_TIMESTAMP(3) - INTERVAL ? HOUR WHERE id = ?', [hours, id]);
    await age(early, 30 * 24 - 1);
    await age(late, 30 * 24 + 1);
    await service.stop();
    service = await startService({ DATABASE_URL: database.url });
    const there = async (): Promise<number[]> => (await list('/v1/memos/trash/')).map(({ id }) => id);
    await until('the one is purged', async () => !(await there()).includes(late));
    expect(await there()).to.include(early);
  });

  for (const zone of ['UTC', 'Asia/Seoul']) {
    it(`reads and changes a memo of the original's whose time is no date, in ${zone}`, async () => {
      const zoned = await startService({ DATABASE_URL: database.url, DATABASE_TIME_ZONE: zone });
      try {
        const id = await createMemo(zoned);
        const path = `/v1/memos/${id}`;
        const spoil = async (table: string): Promise<unknown> =>
          await root.query(`UPDATE ${table} SET updated_at = 0, times_in_utc = 0 WHERE id = ?`, [id]);
        const isNow = ({ json, status }: Reply): void => {
          expect(status).to.equal(200);
          expectNow((json as MemoReply).updated_at);
        };
        await spoil('memos');
        expect((await zoned.call('GET', path)).status).to.equal(200);
        isNow(await zoned.call('PUT', path, { title: 'u' }));
        await spoil('memos');
        isNow(await zoned.call('PATCH', path, { title: 'v' }));
        expect((await zoned.call('DELETE', path)).status).to.equal(204);
        await spoil('memo_trash');
        isNow(await zoned.call('POST', `${path}/restore`));
      } finally {
        await zoned.stop();
      }
    });
  }
});
