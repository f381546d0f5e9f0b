/** A hundred thousand memos of the original's, in its own table, read and written by itself and by the service side by side. */
import { expect } from 'chai';
import type { Connection } from 'mariadb';
import { startMariaDB } from '../../stores/mariadb.ts';
import type { MariaDB } from '../../stores/mariadb.ts';
import { until } from '../../until.ts';
import type { MemoReply } from '../harness/paging.ts';
import { createMemo, migrate, startService } from '../harness/service.ts';
import type { Service } from '../harness/service.ts';
import { rootSession } from '../harness/sql.ts';
import { original } from '../original/original.ts';
import type { Original, OriginalMemo } from '../original/original.ts';

const MEMOS = 100_000;
/** On all of the memos, on some, on one, on none; of full-width letters, of one syllable, of two words. */
const WORDS = ['회의', '보고서와', '번호99999', '블루베리', 'full', '점', '메모 77'];

describe(`the original's table, with ${MEMOS.toLocaleString('en')} memos`, function () {
  this.timeout(600_000);
  let database: MariaDB;
  let root: Connection;
  let service: Service;
  let theirs: Original;
  /** As the original read them before anything was altered. */
  let originals: OriginalMemo[];
  let environment: Record<string, string>;

  before(async () => {
    database = await startMariaDB();
    root = await rootSession(database);
    // Its server had another character set by default, in which there are no emoji.
    await root.query('CREATE DATABASE originals CHARACTER SET utf8mb3; USE originals');
    const url = database.rootUrl.replace(/^\w+:(.*)\/[^/]*$/, 'mysql+aiomysql:$1/originals');
    theirs = await original(`${url}?charset=utf8mb4`);
    await theirs.create(MEMOS);
    originals = await theirs.read();
    expect(originals).to.have.length(MEMOS);
    environment = { DATABASE_URL: url, DATABASE_TIME_ZONE: 'Asia/Seoul' };
    expect(await migrate(environment)).to.include({ status: 0 });
    service = await startService(environment);
  });

  after(async () => {
    await service.stop();
    root.destroy();
    await database.stop();
  });

  async function waiting(): Promise<number> {
    const sql = 'SELECT SUM(pending_to) AS n FROM memo_search_backfill WHERE id IN (1, 4)';
    const [row] = await root.query<{ n: string }[]>(sql);
    return Number(row?.n);
  }

  it('is read in full at once, each memo as the original had it', async () => {
    const { status, text } = await service.call('GET', '/v1/memos/export');
    expect(status).to.equal(200);
    const lines = text.trimEnd().split('\n');
    expect(lines).to.have.length(MEMOS);
    const read = new Map(lines.map((line) => JSON.parse(line) as MemoReply).map((memo) => [memo.id, memo]));
    for (const memo of originals) expect(read.get(memo.id)).to.deep.include(expected(memo));
    expect(await waiting(), 'before it is entered into the search').to.be.above(0);
  });

  it('is still what the original reads, and where it writes', async () => {
    const mine = await createMemo(service, { title: '새 서비스', content: '새 서비스의 메모 😀', tags: ['새'] });
    const written = await theirs.write('원래 서비스');
    const now = await theirs.read();
    for (const [index, memo] of originals.entries()) expect(now[index]).to.deep.equal(filled(memo));
    expect(now.slice(MEMOS).map(({ content, id, tags }) => ({ content, id, tags }))).to.deep.equal([
      { content: '새 서비스의 메모 😀', id: mine, tags: ['새'] },
      { content: written.content, id: written.id, tags: ['원래'] },
    ]);
    const reply = await service.call('GET', `/v1/memos/${written.id}`);
    expect(reply.json).to.deep.include(expected(written));
  });

  it('is entered into the search and the rows of tags to the last memo, also when the service is killed meanwhile', async () => {
    const left = await waiting();
    await until('some are entered', async () => (await waiting()) < left, { seconds: 30 });
    await service.kill();
    const atDeath = await waiting();
    expect(atDeath, 'killed in the middle').to.be.above(0);
    service = await startService(environment);
    await until('all are entered', async () => (await waiting()) === 0, { seconds: 500 });
    const all = await theirs.read();
    for (const word of WORDS) {
      const expectedIds = holding(all, word);
      for (const skip of [0, Math.floor(expectedIds.length / 2), Math.max(0, expectedIds.length - 10)]) {
        const path = `/v1/memos/search/?q=${encodeURIComponent(word)}&skip=${skip}&limit=500`;
        const found = ((await service.call('GET', path)).json as MemoReply[]).map(({ id }) => id);
        expect(found, `${word} from ${skip} on`).to.deep.equal(expectedIds.slice(skip, skip + 500));
      }
    }
    const tagged = await service.call('GET', `/v1/memos/?tag=${encodeURIComponent('회의')}&limit=1000000`);
    const bearing = all.filter(({ tags }) => Array.isArray(tags) && tags.includes('회의')).map(({ id }) => id);
    expect((tagged.json as MemoReply[]).map(({ id }) => id)).to.deep.equal(bearing.reverse());
  });
});

/** What it left out is written down as what its readers take it for. */
function filled(memo: OriginalMemo): OriginalMemo {
  return {
    ...memo,
    priority: memo.priority ?? 2,
    is_archived: memo.is_archived ?? false,
    is_favorite: memo.is_favorite ?? false,
    created_at: memo.created_at ?? memo.updated_at,
    updated_at: memo.updated_at ?? memo.created_at,
  };
}

function expected(original: OriginalMemo): MemoReply {
  const memo = filled(original);
  return {
    id: memo.id,
    title: memo.title,
    content: memo.content,
    tags: Array.isArray(memo.tags) ? memo.tags.filter((tag) => typeof tag === 'string') : [],
    priority: memo.priority ?? 0,
    category: memo.category,
    is_archived: memo.is_archived ?? false,
    is_favorite: memo.is_favorite ?? false,
    author: memo.author,
    created_at: inSeoul(memo.created_at ?? memo.updated_at),
    updated_at: inSeoul(memo.updated_at ?? memo.created_at),
  };
}

function inSeoul(time: string | null): string {
  return new Date(`${time}+09:00`).toISOString();
}

/** The ids, newest first. */
function holding(memos: readonly OriginalMemo[], word: string): number[] {
  const folded = ({ content, title }: OriginalMemo): string => `${title}\n${content}`.normalize('NFKC').toLowerCase();
  const found = memos.filter((memo) => folded(memo).includes(word));
  return found.map(({ id }) => id).reverse();
}
