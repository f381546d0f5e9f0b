/** The events of memos while their topic is missing: who runs Kafka may make it after the service, or delete it under it. */
import { expect } from 'chai';
import kafkajs from 'kafkajs';
import type { Connection } from 'mariadb';
import { startKafka } from '../../stores/kafka.ts';
import type { Kafka } from '../../stores/kafka.ts';
import { until } from '../../until.ts';
import { startMariaDB } from '../../stores/mariadb.ts';
import type { MariaDB } from '../../stores/mariadb.ts';
import { createMemo, metric, migrate, runToEnd, startService } from '../harness/service.ts';
import type { Service } from '../harness/service.ts';
import { rootSession } from '../harness/sql.ts';
import { distinct, readTopic, versionsByMemo } from '../harness/topic-reader.ts';

describe('the events of memos without their topic', function () {
  this.timeout(120_000);
  let database: MariaDB;
  let kafka: Kafka;
  let root: Connection;
  let environment: Record<string, string>;
  let service: Service;

  before(async () => {
    [database, kafka] = await Promise.all([startMariaDB(), startKafka({ version: '4.2.1' })]);
    environment = {
      DATABASE_URL: database.url,
      KAFKA_BOOTSTRAP_SERVERS: kafka.bootstrapServers.join(','),
      UPDATE_EVENTS: 'Enabled',
    };
    expect(await migrate(environment)).to.include({ status: 0 });
    root = await rootSession(database);
    service = await startService(environment);
  });

  after(async () => {
    root.destroy();
    await service.stop();
    await Promise.all([database.stop(), kafka.stop()]);
  });

  async function kafkaIs(state: string): Promise<void> {
    await until(`Kafka is ${state} in /health`, async () => {
      const { json, status } = await service.call('GET', '/health');
      return status === 200 && (json as { services: { kafka: string } }).services.kafka === state;
    });
  }

  async function waiting(): Promise<number> {
    const [row] = await root.query<{ n: number }[]>('SELECT COUNT(*) AS n FROM outbox WHERE published_at IS NULL');
    return row?.n ?? -1;
  }

  /** Sees that these versions of the memo wait, makes the topic, and sees that it gets them and no others. */
  async function waitUntilMade(id: number, versions: readonly number[]): Promise<void> {
    await kafkaIs('unhealthy');
    await until('the relay has tried', async () => ((await metric(service, 'memo_relay_failures_total')) ?? 0) > 0);
    expect(await waiting(), 'none is lost').to.equal(versions.length);
    expect((await service.manage('/readyz')).status).to.equal(200);
    expect(await runToEnd('topic', environment)).to.include({ status: 0 });
    const reader = await readTopic(kafka.bootstrapServers);
    try {
      await reader.waitFor('all events', (events) => distinct(events).length >= versions.length);
      expect(versionsByMemo(reader.events)).to.deep.equal(new Map([[String(id), versions]]));
    } finally {
      await reader.stop();
    }
    await until('nothing waits', async () => (await waiting()) === 0);
    await kafkaIs('healthy');
  }

  it('wait, and go in order into one that is made later, be it the first or another', async () => {
    const id = await createMemo(service);
    expect((await service.call('PUT', `/v1/memos/${id}`, { title: '둘' })).status).to.equal(200);
    await waitUntilMade(id, [1, 2]);
    const admin = new kafkajs.Kafka({ brokers: [...kafka.bootstrapServers] }).admin();
    await admin.connect();
    await admin.deleteTopics({ topics: ['memo_events'] });
    await admin.disconnect();
    expect((await service.call('PUT', `/v1/memos/${id}`, { title: '셋' })).status).to.equal(200);
    expect((await service.call('DELETE', `/v1/memos/${id}`)).status).to.equal(204);
    await waitUntilMade(id, [3, 4]);
    expect(await metric(service, 'memo_outbox_poisoned'), 'set aside').to.equal(0);
  });
});
