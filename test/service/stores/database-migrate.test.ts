/** The `migrate` command: twice, killed in the middle, on a newer schema, on a database that comes late or freezes. */
import { expect } from 'chai';
import type { Connection } from 'mariadb';
import { startMariaDB } from '../../stores/mariadb.ts';
import type { MariaDB } from '../../stores/mariadb.ts';
import { until } from '../../until.ts';
import { MIGRATIONS } from '../../../service/src/db/schema.ts';
import { begin, migrate, startService } from '../harness/service.ts';
import type { Running } from '../harness/service.ts';
import { rootSession } from '../harness/sql.ts';

const ALL = MIGRATIONS.map(({ version }) => version);

/** The table as the original made it, with two memos. */
const ORIGINAL = `CREATE TABLE memos (
  id INTEGER NOT NULL AUTO_INCREMENT, title VARCHAR(100) NOT NULL, content TEXT NOT NULL, tags JSON, priority INTEGER,
  category VARCHAR(50), is_archived BOOL, is_favorite BOOL, author VARCHAR(100), created_at DATETIME DEFAULT now(),
  updated_at DATETIME DEFAULT now(), PRIMARY KEY (id)
); INSERT INTO memos (title, content, tags) VALUES ('하나', '내용', '["가"]'), ('둘', '내용', NULL)`;

describe('the migration of the database', function () {
  this.timeout(60_000);
  let database: MariaDB;
  let root: Connection;
  let environment: Record<string, string>;

  before(async () => {
    database = await startMariaDB();
    environment = { DATABASE_URL: database.url, MIGRATION_PATIENCE: '1s' };
  });

  beforeEach(async () => {
    root = await rootSession(database);
    const name = database.database;
    await root.query(`DROP DATABASE ${name}; CREATE DATABASE ${name} CHARACTER SET utf8mb4; USE ${name}`);
  });

  afterEach(() => root.destroy());
  after(() => database.stop());

  async function applied(): Promise<number[]> {
    const rows = await root.query<{ version: number }[]>('SELECT version FROM schema_migrations ORDER BY version');
    return rows.map(({ version }) => version);
  }

  /** Begins to migrate and resolves once that has waited so long for our lock on `memos`. */
  async function untilAltering(seconds = 0): Promise<Running> {
    const migration = begin('migrate', environment);
    const sql = `SELECT 1 FROM information_schema.PROCESSLIST WHERE INFO LIKE 'ALTER TABLE memos%' AND TIME_MS >= ?`;
    const altering = async (): Promise<boolean> => (await root.query<unknown[]>(sql, [seconds * 1000])).length > 0;
    await until('the table is being altered', altering, { seconds: 15 });
    return migration;
  }

  it('killed in the middle is finished by the next run, and every row is there', async () => {
    await root.query(ORIGINAL);
    await root.query('LOCK TABLES memos READ');
    const first = await untilAltering();
    await first.kill();
    const second = migrate(environment);
    await root.query('UNLOCK TABLES');
    expect(await second).to.include({ status: 0 });
    expect(await applied()).to.deep.equal(ALL);
    const rows = await root.query<{ title: string; version: number }[]>('SELECT title, version FROM memos ORDER BY id');
    expect(rows.map(({ title, version }) => ({ title, version }))).to.deep.equal([
      { title: '하나', version: 1 },
      { title: '둘', version: 1 },
    ]);
  });

  it('takes as long as it must while the database answers, and ends when that freezes; the next run finishes it', async () => {
    await root.query(ORIGINAL);
    await root.query('LOCK TABLES memos READ');
    const { ended } = await untilAltering(3);
    await database.freeze();
    try {
      const { status, stderr } = await ended;
      expect({ status, stderr }).to.deep.equal({
        status: 1,
        stderr: 'the database is not available: no answer for 1 s\n',
      });
    } finally {
      database.thaw();
    }
    await root.query('UNLOCK TABLES');
    expect(await migrate(environment)).to.include({ status: 0 });
    expect(await applied()).to.deep.equal(ALL);
  });

  it('sees to it that the account of the service can work, and says which cannot', async () => {
    await root.query(`CREATE OR REPLACE USER reader IDENTIFIED BY 'secret'`);
    await root.query('GRANT SELECT ON *.* TO reader');
    const account = { DATABASE_SERVICE_USERNAME: 'reader', DATABASE_SERVICE_PASSWORD: 'secret' };
    const words = `the schema is there, but the service's account cannot work with it`;
    expect(await migrate({ ...environment, ...account })).to.include({
      status: 1,
      stderr: `${words}: a privilege is missing: INSERT on memos\n`,
    });
    expect(await applied()).to.deep.equal(ALL);
    const wrong = await migrate({ ...environment, ...account, DATABASE_SERVICE_PASSWORD: 'another' });
    expect(wrong).to.include({ status: 1, stderr: `${words}: access denied\n` });
    expect(wrong.stdout).not.to.include('another');
    const tables = await root.query<{ name: string }[]>(
      'SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()',
    );
    for (const { name } of tables) await root.query(`GRANT INSERT, UPDATE, DELETE ON ${name} TO reader`);
    for (const name of ['memo_trash', 'idempotency_keys', 'outbox']) {
      await root.query(`REVOKE DELETE ON ${name} FROM reader`);
      const { stderr } = await migrate({ ...environment, ...account });
      expect(stderr, 'what is purged').to.equal(`${words}: a privilege is missing: DELETE on ${name}\n`);
      await root.query(`GRANT DELETE ON ${name} TO reader`);
    }
    expect(await migrate({ ...environment, ...account })).to.include({ status: 0 });
    expect(await migrate({ ...environment, DATABASE_SERVICE_USERNAME: 'reader' })).to.include({ status: 2 });
  });

  it('says why it cannot get through', async () => {
    const { status, stderr } = await migrate({
      ...environment,
      DATABASE_URL: 'mysql://memo:secret@absent.invalid/memo',
    });
    expect(status).to.equal(1);
    expect(stderr).to.match(/^the database is not available: no answer for 1 s: getaddrinfo E\w+ absent\.invalid\n$/);
  });

  it('ends when the database is frozen from the start', async () => {
    await database.freeze();
    try {
      const { status, stderr } = await migrate(environment);
      expect(status).to.equal(1);
      expect(stderr).to.equal('the database is not available: no answer for 1 s\n');
    } finally {
      database.thaw();
    }
  });

  it('whose database is killed in the middle fails, and the next run finishes it', async () => {
    await root.query(ORIGINAL);
    await root.query('LOCK TABLES memos READ');
    const { ended } = await untilAltering();
    await database.kill();
    expect(await ended).to.include({ status: 1 });
    await database.restart();
    root = await rootSession(database);
    expect(await migrate(environment)).to.include({ status: 0 });
    expect(await applied()).to.deep.equal(ALL);
    const [row] = await root.query<{ n: number }[]>('SELECT COUNT(*) AS n FROM memos');
    expect(row?.n).to.equal(2);
  });

  it('happens once when several begin, changes nothing again, and refuses the schema of a newer release by an exit code', async () => {
    const together = await Promise.all([1, 2, 3].map(() => migrate(environment)));
    expect(together.map(({ status }) => status)).to.deep.equal([0, 0, 0]);
    const before = await root.query<unknown[]>('SELECT * FROM schema_migrations ORDER BY version');
    expect(await migrate(environment)).to.include({ status: 0 });
    expect(await root.query<unknown[]>('SELECT * FROM schema_migrations ORDER BY version')).to.deep.equal(before);
    await root.query(`INSERT INTO schema_migrations (version, name, applied_at) VALUES (99, '0099-later', NOW(3))`);
    const refused = await migrate(environment);
    expect(refused.status).to.equal(3);
    expect(refused.stderr).to.match(/schema 99 .* release/);
    expect(await applied()).to.deep.equal([...ALL, 99]);
  });

  it('never holds up the original for long while it waits for its table', async () => {
    await root.query(ORIGINAL);
    const reader = await rootSession(database);
    await reader.query('START TRANSACTION');
    await reader.query('SELECT COUNT(*) FROM memos');
    const { ended } = await untilAltering();
    const stuck = `SELECT 1 FROM information_schema.PROCESSLIST
      WHERE INFO LIKE 'ALTER TABLE memos%' AND STATE LIKE 'Waiting for table metadata%'`;
    await until('it waits', async () => (await root.query<unknown[]>(stuck)).length > 0, { seconds: 15 });
    // Queues behind the waiting ALTER, and is let through while the long transaction is still open.
    await root.query(`INSERT INTO memos (title, content) VALUES ('셋', '내용')`);
    await reader.query('COMMIT');
    expect(await ended).to.include({ status: 0 });
    reader.destroy();
    expect(await applied()).to.deep.equal(ALL);
  });

  it('lets the original go on writing beside the service: its memos are found, and what it changes, too', async () => {
    await root.query(ORIGINAL);
    expect(await migrate(environment)).to.include({ status: 0 });
    await root.query(`INSERT INTO memos (title, content) VALUES ('사이에', '적은 메모')`);
    const service = await startService(environment);
    try {
      const found = async (text: string): Promise<number[]> => {
        const reply = await service.call('GET', `/v1/memos/search/?q=${encodeURIComponent(text)}`);
        return (reply.json as { id: number }[]).map(({ id }) => id);
      };
      await until('what was there before', async () => (await found('하나')).includes(1));
      await until('what was written between', async () => (await found('적은')).includes(3));
      const tagged = async (tag: string): Promise<number[]> =>
        ((await service.call('GET', `/v1/memos/?tag=${encodeURIComponent(tag)}`)).json as { id: number }[]).map(
          ({ id }) => id,
        );
      expect(await tagged('가')).to.deep.equal([1]);
      await root.query(`INSERT INTO memos (title, content, tags) VALUES ('나중에', '또 적은 것', '[1, "b", null]')`);
      await until('what is written meanwhile', async () => (await found('또')).includes(4), { seconds: 15 });
      const sent = await service.call('PUT', '/v1/memos/4', { priority: 3 });
      expect(sent.json).to.deep.include({ tags: ['b'], priority: 3 });
      const [row] = await root.query<{ tags: unknown }[]>('SELECT tags FROM memos WHERE id = 4');
      expect(row?.tags, 'what was not sent').to.deep.equal([1, 'b', null]);
      await root.query(`UPDATE memos SET tags = '["\\\\ub098"]', updated_at = NOW() WHERE id IN (1, 4)`);
      expect(await tagged('나'), 'as Python writes it').to.deep.equal([4, 1]);
      expect([...(await tagged('가')), ...(await tagged('b'))]).to.deep.equal([]);
    } finally {
      await service.stop();
    }
    await root.query(`UPDATE memos SET content = '고친 내용', updated_at = NOW() WHERE id = 3`);
    const again = await startService(environment);
    try {
      await until('what was changed', async () => {
        const reply = await again.call('GET', `/v1/memos/search/?q=${encodeURIComponent('고친')}`);
        return (reply.json as unknown[]).length === 1;
      });
    } finally {
      await again.stop();
    }
  });

  it('waits for a database that is still starting', async () => {
    await database.kill();
    const waiting = migrate({ ...environment, MIGRATION_PATIENCE: '30s' });
    await database.restart();
    expect(await waiting).to.include({ status: 0 });
    root = await rootSession(database);
    expect(await applied()).to.deep.equal(ALL);
  });
});
