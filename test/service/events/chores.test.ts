/** Events are published whatever becomes of the relay's chores: here the purge of the trash, which fails or takes too long. */
import { expect } from 'chai';
import type { Connection } from 'mariadb';
import { startKafka } from '../../stores/kafka.ts';
import type { Kafka } from '../../stores/kafka.ts';
import { startMariaDB } from '../../stores/mariadb.ts';
import type { MariaDB } from '../../stores/mariadb.ts';
import { until } from '../../until.ts';
import { createMemo, metric, migrate, runToEnd, startService } from '../harness/service.ts';
import type { Service } from '../harness/service.ts';
import { rootSession } from '../harness/sql.ts';
import { readTopic } from '../harness/topic-reader.ts';
import type { TopicReader } from '../harness/topic-reader.ts';

const FAILURES = 'memo_relay_chore_failures_total{chore="purge memo_trash"}';

describe('events, while the trash cannot be purged', function () {
  this.timeout(60_000);
  let database: MariaDB;
  let kafka: Kafka;
  let root: Connection;
  let reader: TopicReader;
  let service: Service;
  let environment: Record<string, string>;

  before(async () => {
    [database, kafka] = await Promise.all([startMariaDB(), startKafka({ version: '4.2.1' })]);
    environment = { DATABASE_URL: database.url, KAFKA_BOOTSTRAP_SERVERS: kafka.bootstrapServers.join(',') };
    expect(await migrate(environment)).to.include({ status: 0 });
    expect(await runToEnd('topic', environment)).to.include({ status: 0 });
    root = await rootSession(database);
    reader = await readTopic(kafka.bootstrapServers);
  });

  afterEach(async () => {
    await service.stop();
    await root.query('DROP TRIGGER purging; DELETE FROM memo_trash');
  });

  after(async () => {
    await reader.stop();
    root.destroy();
    await Promise.all([database.stop(), kafka.stop()]);
  });

  /** Starts a service that has something to purge. @param each what the purge meets at each row */
  async function startWithOldTrash(rows: number, each: string): Promise<void> {
    await root.query(
      `INSERT INTO memo_trash (id, title, content, version, times_in_utc, deleted_at)
         SELECT 1000000 + seq, 't', 'c', 2, 1, UTC_TIMESTAMP() - INTERVAL 31 DAY FROM seq_1_to_${rows};
       CREATE TRIGGER purging BEFORE DELETE ON memo_trash FOR EACH ROW ${each}`,
    );
    service = await startService(environment);
  }

  async function publishes(): Promise<void> {
    const id = await createMemo(service);
    await reader.waitFor('its event', (events) => events.some(({ key }) => key === String(id)));
  }

  async function trashed(): Promise<number> {
    const [row] = await root.query<{ n: number }[]>('SELECT COUNT(*) AS n FROM memo_trash');
    return row?.n ?? -1;
  }

  it('go on, and the failure is told once', async () => {
    await startWithOldTrash(1, `SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'not this one'`);
    await publishes();
    await until('it is counted', async () => (await metric(service, FAILURES)) === 1);
    await publishes();
    await until('it is in the log', () => service.logs().includes('not this one'));
    expect(service.logs().match(/a chore failed/g)).to.have.length(1);
    expect(await trashed()).to.equal(1);
  });

  it('go on, and what takes too long is purged in smaller portions', async () => {
    await startWithOldTrash(100, 'DO SLEEP(0.03)');
    await publishes();
    await until('all is purged', async () => (await trashed()) === 0);
    await publishes();
    expect(await metric(service, FAILURES)).to.be.at.least(1);
  });
});
