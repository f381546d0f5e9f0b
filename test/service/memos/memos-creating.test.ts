/** Creates that come at once, and share transactions: none has anything of another's. */
import { expect } from 'chai';
import type { Connection } from 'mariadb';
import { startMariaDB } from '../../stores/mariadb.ts';
import type { MariaDB } from '../../stores/mariadb.ts';
import { migrate, startService } from '../harness/service.ts';
import type { Reply, Service } from '../harness/service.ts';
import { rootSession, torn, WHOLE } from '../harness/sql.ts';

describe('memos that are created at once', function () {
  this.timeout(60_000);
  let database: MariaDB;
  let service: Service;
  let root: Connection;

  before(async () => {
    database = await startMariaDB();
    expect(await migrate({ DATABASE_URL: database.url })).to.include({ status: 0 });
    service = await startService({ DATABASE_URL: database.url });
    root = await rootSession(database);
  });

  afterEach(async () => {
    await root.query('DROP TRIGGER IF EXISTS before_memo');
    expect(await torn(root)).to.deep.equal(WHOLE);
  });

  after(async () => {
    await root.end();
    expect(await service.stop()).to.equal(0);
    await database.stop();
  });

  function create(title: string, more: object = {}, headers: Record<string, string> = {}): Promise<Reply> {
    return service.call('POST', '/v1/memos/', { title, content: `${title}의 내용`, ...more }, headers);
  }

  async function commits(): Promise<number> {
    const [row] = await root.query<{ Value: string }[]>("SHOW GLOBAL STATUS LIKE 'Com_commit'");
    return Number(row?.Value);
  }

  /** @param reaction what the database does before a memo with this title is inserted */
  async function reactingTo(title: string, reaction: string): Promise<void> {
    await root.query(
      `CREATE TRIGGER before_memo BEFORE INSERT ON memos FOR EACH ROW IF NEW.title = '${title}' THEN ${reaction}; END IF`,
    );
  }

  it('have each their own text, tags, place in the search and trace, in fewer transactions than they are', async () => {
    const wanted = Array.from({ length: 300 }, (_, index) => {
      const trace = `00-4bf92f3577b34da6a3ce929d0e0e${String(index).padStart(4, '0')}-00f067aa0ba902b7-01`;
      const long = index % 50 === 0 ? { content: `긴 글 ${index} `.repeat(3_000) } : {};
      return { title: `동시에${index}번`, more: { tags: [`꼬리표${index}`, '모두'], ...long }, trace };
    });
    const began = await commits();
    const replies = await Promise.all(
      wanted.map(({ more, title, trace }) => create(title, more, { traceparent: trace })),
    );
    expect((await commits()) - began).to.be.below(150);
    const ids = replies.map(({ json }) => (json as { id: number }).id);
    expect(new Set(ids).size).to.equal(300);
    for (const [index, { more, title, trace }] of wanted.entries()) {
      const id = ids[index];
      const { json, text } = await service.call('GET', `/v1/memos/${id}`);
      expect(text).to.equal(replies[index]?.text);
      expect(json).to.include({ title }).and.deep.include(more);
      const found = await service.call('GET', `/v1/memos/search/?q=${encodeURIComponent(title)}`);
      expect((found.json as { id: number }[]).map((memo) => memo.id)).to.deep.equal([id]);
      const tagged = await service.call('GET', `/v1/memos/?tag=${encodeURIComponent(`꼬리표${index}`)}`);
      expect((tagged.json as { id: number }[]).map((memo) => memo.id)).to.deep.equal([id]);
      const [event] = await root.query<{ payload: string; traceparent: string }[]>(
        'SELECT payload, traceparent FROM outbox WHERE aggregateid = ?',
        [id],
      );
      expect(event?.traceparent).to.equal(trace);
      expect(JSON.parse(event?.payload ?? '')).to.include({ memo_id: id, title });
    }
  });

  it('do not suffer from one that the database refuses', async () => {
    await reactingTo('못쓴다', "SIGNAL SQLSTATE '45000'");
    const titles = Array.from({ length: 60 }, (_, index) => (index % 20 === 7 ? '못쓴다' : `쓴다${index}`));
    const replies = await Promise.all(titles.map((title) => create(title)));
    expect(replies.map(({ status }) => status)).to.deep.equal(titles.map((title) => (title === '못쓴다' ? 500 : 201)));
  });

  it('do not wait for one that the database is long about', async () => {
    await reactingTo('오래', 'DO SLEEP(1)');
    const order: string[] = [];
    const created = ['오래', '금방'].map(async (title) => {
      expect((await create(title)).status).to.equal(201);
      order.push(title);
    });
    await Promise.all(created);
    expect(order).to.deep.equal(['금방', '오래']);
  });
});
