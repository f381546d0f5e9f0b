/** A client of the service that this one replaces, unchanged: what it sends, on each form of a path, and what it reads. */
import { expect } from 'chai';
import { startOnMariaDB, type OnMariaDB } from '../harness/on-mariadb.ts';
import type { MemoReply } from '../harness/paging.ts';
import type { Reply, Service } from '../harness/service.ts';

/** Where such a client finds the memos: its base, and whether it ends a path with a slash. */
interface Form {
  readonly base: string;
  readonly slash: string;
}

/** Before and after the original had a version; under `/api` behind its ingress. */
const FORMS: readonly Form[] = ['/v1', '', '/api/v1', '/api'].flatMap((base) =>
  ['/', ''].map((slash) => ({ base, slash })),
);
/** A memo as the original stored it, every field sent. */
const SENT = {
  title: '회의록',
  content: '월요일 10시',
  tags: ['회의', 'work'],
  priority: 3,
  category: '일',
  is_archived: false,
  is_favorite: true,
  author: '김',
};
const FIELDS = [...Object.keys(SENT), 'id', 'created_at', 'updated_at'];
const NO_ID = 999_999_999;

describe('a client of the original', function () {
  this.timeout(60_000);
  let on: OnMariaDB;
  let service: Service;

  before(async () => {
    on = await startOnMariaDB();
    ({ service } = on);
  });

  after(async () => await on.stop());

  function memosOf({ base, slash }: Form): string {
    return `${base}/memos${slash}`;
  }

  function memoOf({ base, slash }: Form, id: number | string): string {
    return `${base}/memos/${id}${slash}`;
  }

  function searchOf({ base, slash }: Form, query: string): string {
    return `${base}/memos/search${slash}?${query}`;
  }

  /** A JSON reply with this status; a redirect would be another one. */
  function expectJson(reply: Reply, status: number): unknown {
    expect(reply.status, reply.text).to.equal(status);
    expect(reply.headers.get('content-type')).to.match(/^application\/json\b/);
    return reply.json;
  }

  function expectMemo(reply: Reply, status: number): MemoReply {
    const memo = expectJson(reply, status) as MemoReply;
    expect(memo).to.have.all.keys(FIELDS);
    expect(memo.id).to.be.a('number');
    for (const time of [memo.created_at, memo.updated_at]) expect(Date.parse(time)).to.be.a('number').and.not.NaN;
    return memo;
  }

  function expectList(reply: Reply): MemoReply[] {
    const memos = expectJson(reply, 200);
    expect(memos).to.be.an('array');
    for (const memo of memos as MemoReply[]) expect(memo).to.have.all.keys(FIELDS);
    return memos as MemoReply[];
  }

  function expectText(reply: Reply, status: number): void {
    const body = expectJson(reply, status);
    expect(body).to.have.all.keys('detail').and.to.have.property('detail').that.is.a('string').and.not.empty;
  }

  /** Faults as FastAPI says them, whatever else stands beside. */
  function expectFaults(reply: Reply, ...locations: readonly (readonly string[])[]): void {
    const { detail } = expectJson(reply, 422) as { detail: { loc: string[]; msg: string; type: string }[] };
    expect(detail.map(({ loc }) => loc)).to.deep.equal(locations);
    for (const { msg, type } of detail) for (const text of [msg, type]) expect(text).to.be.a('string').and.not.empty;
  }

  async function made(form: Form, fields: object = {}): Promise<MemoReply> {
    return expectMemo(await service.call('POST', memosOf(form), { ...SENT, ...fields }), 201);
  }

  const operations: readonly (readonly [what: string, operation: (form: Form) => Promise<void>])[] = [
    [
      'creates a memo and reads back what it sent',
      async (form) => {
        const reply = await service.call('POST', memosOf(form), SENT);
        const memo = expectMemo(reply, 201);
        expect(memo).to.deep.include(SENT);
        expect(reply.headers.get('location')).to.equal(`${form.base}/memos/${memo.id}`);
        expect(expectMemo(await service.call('GET', memoOf(form, memo.id)), 200)).to.deep.equal(memo);
      },
    ],
    [
      'creates with the defaults, and with tags that are null',
      async (form) => {
        const memo = await service.call('POST', memosOf(form), { title: 't', content: 'c', tags: null });
        expect(expectMemo(memo, 201)).to.deep.include({
          tags: [],
          priority: 2,
          category: null,
          is_archived: false,
          is_favorite: false,
          author: null,
        });
      },
    ],
    [
      'is told which fields of a memo are at fault',
      async (form) => {
        expectFaults(await service.call('POST', memosOf(form), { priority: 9 }), ...faultsOf('title content priority'));
        const { id } = await made(form);
        expectFaults(await service.call('PUT', memoOf(form, id), { title: '' }), ['body', 'title']);
      },
    ],
    [
      'lists a bare array from the newest down, by skip and limit or without',
      async (form) => {
        const [older, newer] = [await made(form), await made(form)];
        const page = expectList(await service.call('GET', `${memosOf(form)}?skip=0&limit=2`));
        expect(page.map(({ id }) => id)).to.deep.equal([newer.id, older.id]);
        expect(expectList(await service.call('GET', `${memosOf(form)}?skip=1&limit=1`))).to.deep.equal([older]);
        expect(expectList(await service.call('GET', memosOf(form)))[0]).to.deep.equal(newer);
        expectFaults(
          await service.call('GET', `${memosOf(form)}?skip=-1&limit=x`),
          ['query', 'skip'],
          ['query', 'limit'],
        );
      },
    ],
    [
      'changes what it sends and keeps the rest',
      async (form) => {
        const memo = await made(form);
        const changed = expectMemo(await service.call('PUT', memoOf(form, memo.id), { title: '고침' }), 200);
        expect(changed).to.deep.include({ ...SENT, title: '고침', id: memo.id, created_at: memo.created_at });
        const all = { ...SENT, content: 'x', tags: [], is_archived: true };
        expect(expectMemo(await service.call('PUT', memoOf(form, memo.id), all), 200)).to.deep.include(all);
        expectText(await service.call('PUT', memoOf(form, memo.id), {}), 400);
        expectText(await service.call('PUT', memoOf(form, NO_ID), { title: 'x' }), 404);
      },
    ],
    [
      'deletes with 204 and nothing in it, once',
      async (form) => {
        const { id } = await made(form);
        const gone = await service.call('DELETE', memoOf(form, id));
        expect([gone.status, gone.text]).to.deep.equal([204, '']);
        expectText(await service.call('DELETE', memoOf(form, id)), 404);
        expectText(await service.call('GET', memoOf(form, id)), 404);
        expectFaults(await service.call('GET', memoOf(form, 'abc')), ['path', 'memo_id']);
      },
    ],
    [
      'finds by a part of the title or the content',
      async (form) => {
        const mark = `표식${FORMS.indexOf(form)}`;
        const [inTitle, inContent] = [await made(form, { title: mark }), await made(form, { content: `a ${mark} b` })];
        await made(form);
        const query = new URLSearchParams({ q: mark }).toString();
        expect(expectList(await service.call('GET', searchOf(form, query)))).to.deep.equal([inContent, inTitle]);
        const second = expectList(await service.call('GET', searchOf(form, `${query}&skip=1&limit=1`)));
        expect(second).to.deep.equal([inTitle]);
        expectFaults(await service.call('GET', searchOf(form, '')), ['query', 'q']);
        expectFaults(await service.call('GET', searchOf(form, `${query}&limit=501`)), ['query', 'limit']);
      },
    ],
  ];
  for (const form of FORMS) {
    describe(`at ${memosOf(form)}`, () => {
      for (const [what, operation] of operations) it(what, () => operation(form));
    });
  }

  for (const path of ['/health', '/health/', '/api/health', '/api/health/']) {
    it(`reads the state of each store at ${path}`, async () => {
      const health = expectJson(await service.call('GET', path), 200);
      expect(health).to.have.all.keys('status', 'timestamp', 'services');
      expect(health).to.deep.include({
        status: 'healthy',
        services: { database: 'healthy', redis: 'not_configured', kafka: 'not_configured' },
      });
    });
  }

  it('reads the same bytes as ever', async () => {
    const { headers, text } = await service.call('POST', '/v1/memos/', SENT);
    const id = /\d+$/.exec(headers.get('location') ?? '')?.[0] ?? '';
    const time = /"created_at":"([^"]+)"/.exec(text)?.[1] ?? '';
    const memo =
      `{"id":${id},"title":"회의록","content":"월요일 10시","tags":["회의","work"],"priority":3,"category":"일",` +
      `"is_archived":false,"is_favorite":true,"author":"김","created_at":"${time}","updated_at":"${time}"}`;
    const snapshot: readonly (readonly [what: string, reply: Reply, text: string])[] = [
      ['a memo', await service.call('GET', `/v1/memos/${id}`), memo],
      ['a list', await service.call('GET', '/v1/memos/?limit=1'), `[${memo}]`],
      ['an empty search', await service.call('GET', '/v1/memos/search/?q=nowhere'), '[]'],
      [
        'no such memo',
        await service.call('GET', `/v1/memos/${NO_ID}`),
        '{"detail":"There is no memo with this id: list or search the memos to find its id."}',
      ],
      [
        'a fault',
        await service.call('GET', '/v1/memos/?skip=-1'),
        '{"detail":[{"loc":["query","skip"],"msg":"Input should be greater than or equal to 0","type":"greater_than_equal"}]}',
      ],
    ];
    expect(text).to.equal(memo);
    for (const [what, reply, expected] of snapshot) expect(reply.text, what).to.equal(expected);
  });

  it('is given a hundred memos where it asks for no number, and as many as it asks for', async () => {
    const form = { base: '/v1', slash: '/' };
    await Promise.all(Array.from({ length: 101 }, () => made(form, { title: '백하나' })));
    expect(expectList(await service.call('GET', memosOf(form)))).to.have.length(100);
    expect(expectList(await service.call('GET', `${memosOf(form)}?limit=101`))).to.have.length(101);
    const query = new URLSearchParams({ q: '백하나' }).toString();
    expect(expectList(await service.call('GET', searchOf(form, query)))).to.have.length(100);
    expect(expectList(await service.call('GET', searchOf(form, `${query}&limit=500`)))).to.have.length(101);
  });

  it('finds no health under a version, which it never had', async () => {
    for (const base of ['/v1', '/api/v1']) expectText(await service.call('GET', `${base}/health`), 404);
  });
});

function faultsOf(fields: string): string[][] {
  return fields.split(' ').map((field) => ['body', field]);
}
