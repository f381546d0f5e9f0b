/** SQL through everything that a client can send: it is text like any other, or it is refused. */
import { expect } from 'chai';
import { startOnMariaDB } from '../harness/on-mariadb.ts';
import type { OnMariaDB } from '../harness/on-mariadb.ts';
import { openEventStream } from '../harness/event-stream.ts';
import { walk } from '../harness/paging.ts';
import type { MemoReply } from '../harness/paging.ts';
import { createMemo } from '../harness/service.ts';
import type { Reply, Service } from '../harness/service.ts';
import { torn, WHOLE } from '../harness/sql.ts';

/** None is a number, a time, a field to sort by or a cursor. A SLEEP is longer than any statement may take. */
const INJECTIONS = [
  "'",
  '"',
  '`',
  '\\',
  "\\'",
  '?',
  '%',
  '_',
  '*',
  '--',
  '/* */',
  "' OR '1'='1",
  "' OR 1=1 -- ",
  '" OR ""="',
  '1 OR 1=1',
  '1) OR (1=1',
  '1; DROP TABLE memos; -- ',
  "'; DROP TABLE memos; -- ",
  '0 UNION SELECT 1,2,3,4,5,6,7,8,9,10,11,12',
  "' UNION SELECT user, password FROM mysql.user -- ",
  "' AND SLEEP(20) AND '1'='1",
  'id, SLEEP(20)',
  'id DESC; SELECT 1',
  "%' ESCAPE '|' OR 1=1 -- ",
  '+a -b "c" (d) ~e >f <g @2',
  // What a server that takes bytes for GBK reads as one character and a quotation mark.
  "뿿'",
  "¿' OR 1=1 -- ",
];
/** What can stand in a header. */
const IN_HEADERS = INJECTIONS.map((text) => text.trim()).filter((text) => /^[\x21-\x7e][\x20-\x7e]*$/.test(text));

interface Parameter {
  readonly name: string;
  readonly in: string;
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly parameters?: readonly Parameter[] }>>>>;
}

describe('SQL that a client sends', function () {
  this.timeout(60_000);
  let on: OnMariaDB;
  let service: Service;
  let document: Document;
  let witness: Reply;

  before(async () => {
    on = await startOnMariaDB();
    ({ service } = on);
    document = (await service.call('GET', '/openapi.json')).json as Document;
    const id = await createMemo(service, { title: 'witness', content: 'untouched', author: 'witness' });
    witness = await service.call('GET', `/v1/memos/${id}`);
  });

  afterEach(async () => {
    const again = await service.call('GET', `/v1/memos/${idOf(witness)}`);
    expect([again.text, again.headers.get('etag')]).to.deep.equal([witness.text, witness.headers.get('etag')]);
    expect(await torn(on.root)).to.deep.equal(WHOLE);
  });

  after(async () => await on.stop());

  function idOf({ json }: Reply): number {
    return (json as MemoReply).id;
  }

  function inQuery(path: string, name: string, value: string): string {
    return `${path}?${name}=${encodeURIComponent(value)}${path.endsWith('search') && name !== 'q' ? '&q=t' : ''}`;
  }

  it('is kept and found as text, by every filter, the search and every page', async () => {
    for (const text of INJECTIONS) {
      const memo = { title: text, content: text, tags: [text], category: text, author: text };
      expect((await service.call('POST', '/v1/memos/', memo)).json).to.deep.include(memo);
    }
    const all = (await service.call('GET', '/v1/memos/?limit=1000')).json as MemoReply[];
    const titles = async (path: string): Promise<string[]> => {
      const { json, status, text } = await service.call('GET', path);
      expect(status, `${path}: ${text.slice(0, 200)}`).to.equal(200);
      return (json as MemoReply[]).map(({ title }) => title);
    };
    for (const text of INJECTIONS) {
      for (const name of ['tag', 'category', 'author']) {
        expect(await titles(inQuery('/v1/memos', name, text)), `${name} ${text}`).to.deep.equal([text]);
      }
      const holding = all.filter(({ title }) => title.toLowerCase().includes(text.toLowerCase()));
      expect(await titles(inQuery('/v1/memos/search', 'q', text)), `q ${text}`).to.deep.equal(
        holding.map(({ title }) => title),
      );
      const { text: exported } = await service.call('GET', inQuery('/v1/memos/export', 'author', text));
      expect((JSON.parse(exported) as MemoReply).title).to.equal(text);
    }
    // Each cursor holds the title that its page ends with.
    for (const sort of ['title', '-title']) {
      const pages = (await walk(service, `/v1/memos/?sort=${sort}&limit=1`)).flat();
      expect(pages).to.have.length(all.length);
      expect(pages).to.deep.equal((await service.call('GET', `/v1/memos/?sort=${sort}&limit=1000`)).json);
    }
  });

  it('is refused by every parameter that takes no text, whatever the path', async () => {
    const tried = new Set<string>();
    for (const [path, operations] of Object.entries(document.paths)) {
      for (const { in: place, name } of operations['get']?.parameters ?? []) {
        if (place !== 'query' || ['tag', 'category', 'author', 'q'].includes(name)) continue;
        tried.add(name);
        for (const text of INJECTIONS) {
          const { status } = await service.call('GET', inQuery(path, name, text));
          expect(status, `${path} ${name} ${text}`).to.equal(422);
        }
      }
    }
    expect([...tried]).to.include.members([
      'skip',
      'limit',
      'cursor',
      'sort',
      'priority',
      'is_archived',
      'created_after',
    ]);
  });

  it('is no id in a path', async () => {
    for (const text of INJECTIONS) {
      const path = `/v1/memos/${encodeURIComponent(text)}`;
      const replies = [
        await service.call('GET', path),
        await service.call('PUT', path, { title: 'x' }),
        await service.call('PATCH', path, { title: 'x' }),
        await service.call('DELETE', path),
        await service.call('POST', `${path}/restore`),
      ];
      expect(new Set(replies.map(({ status }) => status)), text).to.deep.equal(new Set([422]));
    }
  });

  it('is a key, a version or an event like any other in a header', async () => {
    const made = new Set<number>();
    const path = `/v1/memos/${idOf(witness)}`;
    for (const text of IN_HEADERS) {
      const memo = { title: 't', content: 'c' };
      const traced = { 'idempotency-key': text, traceparent: text };
      const first = await service.call('POST', '/v1/memos/', memo, traced);
      expect(first.status, text).to.equal(201);
      expect((await service.call('POST', '/v1/memos/', memo, traced)).text, text).to.equal(first.text);
      made.add(idOf(first));
      const any = text === '*';
      if (!any) {
        for (const method of ['PUT', 'PATCH', 'DELETE']) {
          const body = method === 'DELETE' ? undefined : { title: 'x' };
          expect((await service.call(method, path, body, { 'if-match': text })).status, text).to.equal(412);
        }
      }
      const read = await service.call('GET', path, undefined, { 'if-none-match': text });
      expect(read.status, text).to.equal(any ? 304 : 200);
      const stream = await openEventStream(service.port, { 'last-event-id': text });
      try {
        await stream.waitFor('a reset', (events) => events[0]?.type === 'reset', { seconds: 5 });
      } finally {
        stream.close();
      }
    }
    expect(made.size, 'one memo a key').to.equal(IN_HEADERS.length);
  });

  it('is text, or a fault of its line, in an import', async () => {
    const lines = INJECTIONS.flatMap((text) => {
      const memo = { title: text, content: text, tags: [text], category: text, author: text };
      return [memo, { ...memo, id: text }, { ...memo, created_at: text }, { ...memo, priority: text }];
    });
    const body = lines.map((line) => JSON.stringify(line)).join('\n');
    const type = { 'content-type': 'application/x-ndjson' };
    const { json, status } = await service.call('POST', '/v1/memos/import', body, type);
    expect(status).to.equal(207);
    const good = INJECTIONS.length;
    expect(json).to.deep.include({ imported: good, failed: 3 * good, complete: true });
    const newest = (await service.call('GET', `/v1/memos/?limit=${good}`)).json as MemoReply[];
    expect(newest.map(({ title }) => title)).to.deep.equal(INJECTIONS.toReversed());
  });
});
