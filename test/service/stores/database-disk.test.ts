/** The API while the disk of its database is full. */
import { expect } from 'chai';
import type { Connection } from 'mariadb';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { startMariaDB } from '../../stores/mariadb.ts';
import type { MariaDB } from '../../stores/mariadb.ts';
import { until } from '../../until.ts';
import { createMemo, migrate, startService, timed } from '../harness/service.ts';
import type { Reply, Service } from '../harness/service.ts';
import { rootSession, torn, WHOLE } from '../harness/sql.ts';

/** Waiting for a connection, using it, and a margin for a busy machine. */
const DEADLINE_MS = 4_500;
/** Within a page of InnoDB: MariaDB 11.8 itself may end when a longer text, which is kept apart, finds no room. */
const CONTENT = '긴 글 '.repeat(250);

describe('the API while the disk of its database is full', function () {
  this.timeout(60_000);
  let database: MariaDB;
  let root: Connection;
  let service: Service;

  before(async () => {
    database = await startMariaDB({ diskMiB: 128 });
    expect(await migrate({ DATABASE_URL: database.url })).to.include({ status: 0 });
    service = await startService({ DATABASE_URL: database.url });
    root = await rootSession(database);
  });

  after(async () => {
    root.destroy();
    await service.stop();
    await database.stop();
  });

  /** Puts a file of somebody else's on the same disk, as large as there is room. */
  async function fillDisk(): Promise<{ free(): Promise<void> }> {
    const path = `/proc/${database.pid}/root/var/lib/mysql/filler`;
    const file = createWriteStream(path);
    const full = once(file, 'error');
    const write = (): void => {
      file.write(Buffer.alloc(65_536), (error) => {
        if (!error) write();
      });
    };
    write();
    const [error] = (await full) as [NodeJS.ErrnoException];
    expect(error.code).to.equal('ENOSPC');
    return { free: () => rm(path, { force: true }) };
  }

  it('answers 503 to what finds no room, serves what is there, and writes again when there is room', async () => {
    const [id, deleted] = [await createMemo(service), await createMemo(service)];
    await service.call('DELETE', `/v1/memos/${deleted}`);
    /** What was acknowledged, by memo. */
    const known = new Map<number, string>();
    let imported = 0;
    const write = async (...call: Parameters<Service['call']>): Promise<Reply> => {
      const [method, path] = call;
      const { ms, reply } = await timed(service.call(...call));
      expect(ms, `${method} ${path}`).to.be.below(DEADLINE_MS);
      expect(reply.status, `${method} ${path}: ${reply.text.slice(0, 200)}`).to.be.oneOf([200, 201, 503]);
      if (reply.status === 503) {
        expect(reply.headers.get('retry-after')).to.match(/^\d+$/);
        expect((reply.json as { detail: string }).detail).to.not.match(/sql|table|disk/i);
      } else if (path.endsWith('import')) imported += 1;
      else known.set((reply.json as { id: number }).id, reply.text);
      return reply;
    };
    const create = (): Promise<Reply> => write('POST', '/v1/memos/', { title: 't', content: CONTENT });
    const writes: readonly (() => Promise<Reply>)[] = [
      create,
      () => write('PUT', `/v1/memos/${id}`, { content: CONTENT }),
      () => write('PATCH', `/v1/memos/${id}`, { content: CONTENT }),
      () =>
        write('POST', '/v1/memos/import', JSON.stringify({ title: 't', content: CONTENT }), {
          'content-type': 'application/x-ndjson',
        }),
    ];
    const disk = await fillDisk();
    try {
      // Some find room in what was set aside before.
      for (const each of writes) while ((await each()).status !== 503);
      for (const path of [`/v1/memos/${id}`, '/v1/memos/', '/v1/memos/search/?q=t', '/v1/memos/export', '/health']) {
        expect((await service.call('GET', path)).status, path).to.equal(200);
      }
      expect((await service.manage('/readyz')).status, '/readyz').to.equal(200);
    } finally {
      await disk.free();
    }
    await until('there is room', async () => (await create()).status === 201, { seconds: 10 });
    for (const each of writes) expect((await each()).status).to.be.oneOf([200, 201]);
    for (const [each, text] of known) {
      expect((await service.call('GET', `/v1/memos/${each}`)).text, `memo ${each}, as acknowledged`).to.equal(text);
    }
    const [row] = await root.query<{ n: number }[]>('SELECT COUNT(*) AS n FROM memos');
    expect(row?.n, 'and no other').to.equal(known.size + imported);
    expect(await torn(root)).to.deep.equal(WHOLE);
  });
});
