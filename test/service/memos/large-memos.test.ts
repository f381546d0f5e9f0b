/** Memos of a megabyte, on a process that has less memory than a page of them takes. */
import { expect } from 'chai';
import type { Connection, UpsertResult } from 'mariadb';
import { once } from 'node:events';
import { connect } from 'node:net';
import { startMariaDB } from '../../stores/mariadb.ts';
import type { MariaDB } from '../../stores/mariadb.ts';
import { until } from '../../until.ts';
import { endOf, sip } from '../harness/raw.ts';
import { createMemo, migrate, startService } from '../harness/service.ts';
import type { Service } from '../harness/service.ts';
import { rootSession } from '../harness/sql.ts';

const COUNT = 120;
const LARGE = 349_000;

describe('memos of a megabyte', function () {
  this.timeout(60_000);
  let database: MariaDB;
  let root: Connection;
  let service: Service;

  before(async () => {
    database = await startMariaDB();
    const environment = { DATABASE_URL: database.url };
    expect(await migrate(environment)).to.include({ status: 0 });
    root = await rootSession(database);
    await root.query(
      `INSERT INTO memos (title, content, tags, times_in_utc)
       SELECT CONCAT('large ', seq), REPEAT('가', ${LARGE}), '["tag"]', 1 FROM seq_1_to_${COUNT}`,
    );
    await root.query(`INSERT INTO memo_search (memo_id, folded, grams) SELECT id, 'needle', 'gzzzzzzzz' FROM memos`);
    service = await startService({ ...environment, NODE_OPTIONS: '--max-old-space-size=64' });
  });

  after(async () => {
    root.destroy();
    expect(await service.stop()).to.equal(0);
    await database.stop();
  });

  /** The titles of an array that is too large to be kept. */
  async function titles(path: string): Promise<string[]> {
    const response = await fetch(`http://127.0.0.1:${service.port}${path}`);
    expect(response.status).to.equal(200);
    const found: string[] = [];
    let rest = '';
    for await (const text of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      rest += text;
      for (const [, title = ''] of rest.matchAll(/"title":"([^"]*)","content"/g)) found.push(title);
      // A title is short: what may be the beginning of one is kept.
      const begun = rest.lastIndexOf('"title":"');
      rest = begun >= 0 && !rest.slice(begun).includes('","content"') ? rest.slice(begun) : rest.slice(-8);
    }
    return found;
  }

  const newestFirst = Array.from({ length: COUNT }, (_, index) => `large ${COUNT - index}`);

  it('are listed and found, whole and in order, however many are asked for', async () => {
    expect(await titles('/v1/memos/')).to.deep.equal(newestFirst.slice(0, 100));
    expect(await titles('/v1/memos/?limit=500')).to.deep.equal(newestFirst);
    expect(await titles('/v1/memos/search/?q=needle&limit=500')).to.deep.equal(newestFirst);
    const [one] = (await service.call('GET', '/v1/memos/?limit=1&skip=3')).json as {
      content: string;
      tags: string[];
    }[];
    expect(one?.content).to.equal('가'.repeat(LARGE));
    expect(one?.tags).to.deep.equal(['tag']);
  });

  it('are not kept for a client that takes none of them for REQUEST_TIMEOUT, and it does not take what it has for all', async () => {
    const short = await startService({ DATABASE_URL: database.url, REQUEST_TIMEOUT: '1s' });
    const paths = ['/v1/memos/?limit=500', '/v1/memos/search/?q=needle&limit=500', '/v1/memos/export'];
    // A reply to HTTP/1.0 has no length, and no chunks of which the last one could be missing.
    const asked = ['1.0', '1.1'].flatMap((version) => paths.map((path) => `GET ${path} HTTP/${version}`));
    const sockets = asked.map((line) => {
      const socket = connect({ host: '127.0.0.1', port: short.port });
      // Without a listener for data nothing is read from it.
      socket.write(`${line}\r\nHost: x\r\n\r\n`);
      return socket;
    });
    try {
      await until('all are cut off', () => short.logs().match(/"client gone"/g)?.length === asked.length, {
        seconds: 20,
      });
      const ends = await Promise.all(sockets.map(endOf));
      expect(ends).to.deep.equal(asked.map(() => 'ECONNRESET'));
    } finally {
      for (const socket of sockets) socket.destroy();
      await short.stop();
    }
  });

  it('are sent for as long as a client takes of them, however slowly, though one takes it longer than REQUEST_TIMEOUT', async () => {
    // In JSON each byte is six.
    const length = 4_000_000;
    const { insertId: id } = await root.query<UpsertResult>(
      `INSERT INTO memos (title, content, tags, times_in_utc, created_at)
       VALUES ('slow', REPEAT(CHAR(1), ${length}), '[]', 1, '2001-01-01')`,
    );
    const slow = await startService({ DATABASE_URL: database.url, REQUEST_TIMEOUT: '2s' });
    try {
      const line = 'GET /v1/memos/export?created_before=2002-01-01T00:00:00Z HTTP/1.0';
      expect(await sip(slow.port, `${line}\r\n\r\n`)).to.be.above(6 * length);
    } finally {
      await slow.stop();
      await root.query('DELETE FROM memos WHERE id = ?', [id]);
    }
  });

  it('are cut by a reset where a client closes its half of the connection, which ends the reply', async () => {
    const paths = ['/v1/memos/?limit=500', '/v1/memos/search/?q=needle&limit=500', '/v1/memos/export'];
    const sockets = paths.map((path) => {
      const socket = connect({ host: '127.0.0.1', port: service.port });
      socket.write(`GET ${path} HTTP/1.0\r\n\r\n`);
      return socket;
    });
    const ends = sockets.map(async (socket) => {
      await once(socket, 'readable');
      socket.end();
      await once(socket, 'finish');
      return await endOf(socket);
    });
    expect(await Promise.all(ends)).to.deep.equal(paths.map(() => 'ECONNRESET'));
  });

  it('stand between small ones in the order of their ids', async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, () => createMemo(service)));
    const listed = await service.call('GET', '/v1/memos/?limit=22');
    expect((listed.json as { id: number }[]).map(({ id }) => id)).to.deep.equal([
      ...ids.toSorted((a, b) => b - a),
      COUNT,
      COUNT - 1,
    ]);
  });

  it('and such of the first service with very many tags go into the trash, come back and lose them', async () => {
    const tags = Array.from({ length: 20_000 }, (_, index) => `tag ${index}`);
    const { insertId: id } = await root.query<UpsertResult>(
      `INSERT INTO memos (title, content, tags) VALUES ('tags', 'c', ?)`,
      [JSON.stringify(tags)],
    );
    const rows = async (): Promise<number> => {
      const [row] = await root.query<{ n: number }[]>('SELECT COUNT(*) AS n FROM memo_tags WHERE memo_id = ?', [id]);
      return row?.n ?? -1;
    };
    await until('they are entered', async () => (await rows()) === tags.length);
    expect((await service.call('DELETE', `/v1/memos/${id}`)).status).to.equal(204);
    expect(await rows()).to.equal(0);
    const restored = await service.call('POST', `/v1/memos/${id}/restore`);
    expect(restored.json).to.deep.include({ tags });
    expect((await service.call('PUT', `/v1/memos/${id}`, { tags: ['a'] })).status).to.equal(200);
    expect(await rows()).to.equal(1);
    expect((await service.call('PUT', `/v1/memos/${id}`, { tags })).status, 'sent back').to.equal(422);
    await root.query('DELETE FROM memos WHERE id = ?', [id]);
  });

  it('hold up no other request while they are written, and are found by any part', async () => {
    const content = `${'\u05d0\u05b0\u05b1\u05bc'.repeat(120_000)} 끝말`;
    const state = { over: false };
    const writing = service.call('POST', '/v1/memos/', { title: 'slow', content }).finally(() => (state.over = true));
    let between = 0;
    while (!state.over) {
      expect((await service.call('GET', '/health')).status).to.equal(200);
      between += 1;
    }
    const { id } = (await writing).json as { id: number };
    expect(between).to.be.above(3);
    const renamed = await service.call('PUT', `/v1/memos/${id}`, { title: 'renamed' });
    expect(renamed.status).to.equal(200);
    for (const query of ['끝말', 'renamed', '\u05b0\u05b1\u05bc']) {
      const found = await service.call('GET', `/v1/memos/search/?q=${encodeURIComponent(query)}&limit=1`);
      expect((found.json as { id: number }[])[0]?.id, query).to.equal(id);
    }
  });
});
