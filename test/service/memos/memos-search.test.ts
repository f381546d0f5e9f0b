/** Search among more memos than are looked at one by one, on a real MariaDB. */
import { expect } from 'chai';
import fc from 'fast-check';
import type { Connection } from 'mariadb';
import { startMariaDB } from '../../stores/mariadb.ts';
import type { MariaDB } from '../../stores/mariadb.ts';
import type { MemoReply } from '../harness/paging.ts';
import { createMemo, migrate, startService } from '../harness/service.ts';
import type { Service } from '../harness/service.ts';
import { rootSession } from '../harness/sql.ts';

const MEMOS = 12_000;
/** Every so manieth memo holds the word: among the newest 500 there are hundreds, some, one at most, none. */
const EVERY: Readonly<Record<string, number>> = { 회의: 2, 보고서: 60, 영수증: 700, 블루베리: 5_000, 딱한번: 11_999 };
/** Where a word stands in most of the newest memos and in none before, or the other way round, the newest judge wrongly. */
const [LATELY, LONG_AGO] = ['요즘', '옛날'];

function contentOf(number: number): string {
  const words = Object.keys(EVERY).filter((word) => number % (EVERY[word] ?? 1) === 1);
  return [...words, number > MEMOS - 300 ? LATELY : '', number < 3_000 ? LONG_AGO : '', `메모${number}`].join(' ');
}

describe('search among many memos', function () {
  this.timeout(120_000);
  let database: MariaDB;
  let root: Connection;
  let service: Service;
  let environment: Record<string, string>;
  /** By id. */
  const contents = new Map<number, string>();

  before(async () => {
    database = await startMariaDB();
    root = await rootSession(database);
    environment = { DATABASE_URL: database.url };
    expect(await migrate(environment)).to.include({ status: 0 });
    service = await startService(environment);
    const all = Array.from({ length: MEMOS }, (_, index) => contentOf(index + 1));
    const lines = all.map((content) => JSON.stringify({ title: '제목', content })).join('\n');
    const headers = { 'content-type': 'application/x-ndjson' };
    expect((await service.call('POST', '/v1/memos/import', lines, headers)).json).to.include({ imported: MEMOS });
    const rows = await root.query<{ id: number; content: string }[]>('SELECT id, content FROM memo_app.memos');
    for (const { content, id } of rows) contents.set(id, content);
  });

  after(async () => {
    await root.end();
    await service.stop();
    await database.stop();
  });

  async function expectPage(word: string, skip: number, limit: number): Promise<void> {
    const holding = [...contents].filter(([, content]) => content.includes(word)).map(([id]) => id);
    const path = `/v1/memos/search/?q=${encodeURIComponent(word)}&skip=${skip}&limit=${limit}`;
    const { json, status } = await service.call('GET', path);
    expect(status, path).to.equal(200);
    const page = holding.toSorted((left, right) => right - left).slice(skip, skip + limit);
    expect((json as MemoReply[]).map(({ id }) => id)).to.deep.equal(page);
  }

  it('finds all that hold a word, in order, however frequent it is and wherever the page lies', async () => {
    const words = [...Object.keys(EVERY), LATELY, LONG_AGO, '메모1', '블루', '증', '없는말', '의회'];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...words),
        fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 400 }), fc.integer({ min: 0, max: MEMOS })),
        fc.integer({ min: 1, max: 500 }),
        expectPage,
      ),
      { numRuns: 150 },
    );
  });

  it('finds those that came, changed and went since, near and far', async () => {
    const [oldest = 0] = contents.keys();
    const made = await createMemo(service, { content: '블루베리 다시' });
    contents.set(made, '블루베리 다시');
    expect((await service.call('PUT', `/v1/memos/${oldest}`, { content: '블루베리 옮김' })).status).to.equal(200);
    contents.set(oldest, '블루베리 옮김');
    const last =
      [...contents].findLast(([, content]) => content.includes('블루베리') && content.includes('메모'))?.[0] ?? 0;
    expect((await service.call('DELETE', `/v1/memos/${last}`)).status).to.equal(204);
    contents.delete(last);
    await expectPage('블루베리', 0, 100);
    await expectPage('블루베리', 1, 1);
  });

  it('finds a mark that folding leaves out where it stands, and nowhere else', async () => {
    for (const content of ['나무 e\u0301te\u0301', '나무 \u00e9t\u00e9', '나무 ❤\ufe0f', '나무 100%\u0301']) {
      contents.set(await createMemo(service, { content }), content);
    }
    for (const mark of ['\u0301', '\ufe0f', '\u0300']) await expectPage(mark, 0, 500);
    await expectPage('\u0301', 1, 1);
  });

  it('finds each once after a start, however many ask at once', async () => {
    const ids = [...contents.keys()].toSorted((left, right) => right - left);
    // Two that measured them would hold more than are looked at one by one.
    const last = ids[4_600] ?? 0;
    for (const id of ids.slice(4_600)) contents.delete(id);
    await root.query('DELETE FROM memo_app.memo_search WHERE memo_id <= ?', [last]);
    for (let round = 0; round < 3; round += 1) {
      await service.stop();
      service = await startService(environment);
      await Promise.all(Array.from({ length: 8 }, () => expectPage('없는말', 0, 20)));
      for (const limit of [20, 50, 100]) await expectPage('보고서', 0, limit);
    }
  });
});
