/** The end of the outbox as streams read it, on a real MariaDB. */
import { expect } from 'chai';
import type { Connection } from 'mariadb';
import { OutboxTail } from '../../../service/src/changes/outbox-tail.ts';
import { parseConfig } from '../../../service/src/config.ts';
import { Database } from '../../../service/src/db/database.ts';
import { startMariaDB } from '../../stores/mariadb.ts';
import type { MariaDB } from '../../stores/mariadb.ts';
import { noFiles } from '../harness/faults.ts';
import { migrate } from '../harness/service.ts';
import { rootSession } from '../harness/sql.ts';

describe('the tail of the outbox', function () {
  this.timeout(60_000);
  let mariadb: MariaDB;
  let root: Connection;
  let database: Database;

  before(async () => {
    mariadb = await startMariaDB();
    const environment = { DATABASE_URL: mariadb.url };
    expect(await migrate(environment)).to.include({ status: 0 });
    root = await rootSession(mariadb);
    database = new Database(parseConfig(environment, noFiles).database);
  });

  after(async () => {
    root.destroy();
    await database.close();
    await mariadb.stop();
  });

  async function insert(from: number, to: number): Promise<void> {
    await root.query(
      `INSERT INTO outbox (seq, id, aggregateid, type, version, payload, created_at)
       SELECT numbers.seq, UUID(), 1, 'memo_created', 1, '{"memo_id":1}', UTC_TIMESTAMP(3)
       FROM seq_${from}_to_${to} AS numbers`,
    );
  }

  it('leaves out none of more than are read at once, when a number before them comes late', async () => {
    let now = 0;
    const tail = await OutboxTail.open(database, () => now);
    const next = async (): Promise<number[]> => {
      // A gap is waited for no longer than this.
      now += 1_000;
      return (await tail.next()).map(({ seq }) => seq);
    };
    await insert(2, 2_100);
    expect(await next(), 'behind the gap').to.deep.equal([]);
    await insert(1, 1);
    const read = [...(await next()), ...(await next())];
    expect(read).to.deep.equal(Array.from({ length: 2_100 }, (_, index) => index + 1));
  });
});
