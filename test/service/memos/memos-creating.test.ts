/** Creates that come at once, and share transactions: none has anything of another's. */
import { expect } from 'chai';
import type { Connection } from 'mariadb';
import { until } from '../../until.ts';
import { startOnMariaDB, type OnMariaDB } from '../harness/on-mariadb.ts';
import type { Reply, Service } from '../harness/service.ts';
import { torn, WHOLE } from '../harness/sql.ts';

describe('memos that are created at once', function () {
  this.timeout(60_000);
  let on: OnMariaDB;
  let service: Service;
  let root: Connection;

  before(async () => {
    on = await startOnMariaDB();
    ({ root, service } = on);
  });

  afterEach(async () => {
    await root.query('DROP TRIGGER IF EXISTS before_memo');
    expect(await torn(root)).to.deep.equal(WHOLE);
  });

  after(async () => await on.stop());

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

  it('do not suffer from one that meets a key, or is held by somebody else', async () => {
    await reactingTo('늦는다', 'DO SLEEP(0.2)');
    await root.query('ALTER TABLE memos ADD UNIQUE KEY one_of_each (title)');
    try {
      // The first holds up the others, which so become a group.
      const titles = [
        '늦는다',
        ...Array.from({ length: 30 }, (_, index) => (index % 10 === 3 ? '같은' : `다른${index}`)),
      ];
      const replies = await Promise.all(titles.map((title) => create(title)));
      const refused = titles.filter((_, index) => replies[index]?.status === 503);
      expect(refused).to.deep.equal(['같은', '같은']);
      expect(replies.filter(({ status }) => status === 201)).to.have.length(titles.length - 2);
    } finally {
      await root.query('ALTER TABLE memos DROP KEY one_of_each');
    }
  });

  it('do not wait for one that the database is long about', async () => {
    await reactingTo('오래', 'DO SLEEP(1)');
    const order: string[] = [];
    const created = async (title: string): Promise<void> => {
      expect((await create(title)).status).to.equal(201);
      order.push(title);
    };
    const long = created('오래');
    const sleeps = "SELECT 1 FROM information_schema.PROCESSLIST WHERE STATE = 'User sleep'";
    await until('the database is at it', async () => (await root.query<unknown[]>(sleeps)).length > 0);
    await created('금방');
    await long;
    expect(order).to.deep.equal(['금방', '오래']);
  });

  it('do not fail for others that have very many tags', async () => {
    const tags = Array.from({ length: 1_000 }, (_, index) => `${'긴꼬리표'.repeat(100)}${index}`);
    const replies = await Promise.all(
      Array.from({ length: 24 }, (_, index) => create(`꼬리${index}`, index % 2 === 0 ? { tags } : {})),
    );
    expect(replies.map(({ status }) => status)).to.deep.equal(replies.map(() => 201));
  });
});
