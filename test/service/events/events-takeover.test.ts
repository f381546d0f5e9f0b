/** The active relay, and the one that was: what reaches the topic from a replica that has lost the lock of the outbox. */
import { expect } from 'chai';
import type { Connection } from 'mariadb';
import { randomUUID } from 'node:crypto';
import { parseTopicConfig } from '../../../service/src/config.ts';
import { Publisher } from '../../../service/src/events/kafka/publisher.ts';
import { standardLog } from '../../../service/src/observability/log.ts';
import { startKafka } from '../../stores/kafka.ts';
import type { Kafka } from '../../stores/kafka.ts';
import { startMariaDB } from '../../stores/mariadb.ts';
import type { MariaDB } from '../../stores/mariadb.ts';
import { until } from '../../until.ts';
import type { Store } from '../../stores/store.ts';
import { createMemo, metric, migrate, runToEnd, startService } from '../harness/service.ts';
import type { Service } from '../harness/service.ts';
import { sessionAt } from '../harness/sql.ts';
import { readTopic, versionsByMemo } from '../harness/topic-reader.ts';
import type { ReadEvent } from '../harness/topic-reader.ts';

/** Until when the lock is held. */
type Confirm = () => Promise<number> | number;

describe('a relay that has lost the lock', function () {
  this.timeout(120_000);
  let database: MariaDB;
  let kafka: Kafka;
  let broker: Store;
  let sql: Connection;
  let environment: Record<string, string>;

  before(async () => {
    [database, kafka] = await Promise.all([startMariaDB(), startKafka({ version: '3.9.2', proxied: true })]);
    const [first] = kafka.brokers;
    if (first === undefined) throw new Error('no broker');
    broker = first;
    environment = {
      DATABASE_URL: database.url,
      KAFKA_BOOTSTRAP_SERVERS: kafka.bootstrapServers.join(','),
      UPDATE_EVENTS: 'Enabled',
    };
    expect(await migrate(environment)).to.include({ status: 0 });
    expect(await runToEnd('topic', environment)).to.include({ status: 0 });
    sql = await sessionAt(database.url);
  });

  after(async () => {
    await sql.end();
    await Promise.all([database.stop(), kafka.stop()]);
  });

  async function change(service: Service, id: number, title: string): Promise<void> {
    expect((await service.call('PUT', `/v1/memos/${id}`, { title })).status).to.equal(200);
  }

  async function published(id: number, version: number): Promise<boolean> {
    const asked = 'SELECT 1 FROM outbox WHERE aggregateid = ? AND version = ? AND published_at IS NOT NULL';
    return (await sql.query<unknown[]>(asked, [id, version])).length === 1;
  }

  /** Reads the topic from its beginning until `enough`. */
  async function read(enough: (events: readonly ReadEvent[]) => boolean): Promise<readonly ReadEvent[]> {
    const reader = await readTopic(kafka.bootstrapServers);
    await reader.waitFor('the events', enough);
    await reader.stop();
    return reader.events;
  }

  function versionsOf(id: number, events: readonly ReadEvent[]): number[] {
    return events.filter(({ key }) => key === String(id)).map(({ headers }) => Number(headers['version']));
  }

  it('leaves at worst a late copy of what it had sent, which its id and its version tell', async () => {
    const frozen = await startService(environment);
    await until('it relays', async () => (await metric(frozen, 'memo_relay_active')) === 1);
    const successor = await startService(environment);
    try {
      const id = await createMemo(frozen);
      await until('its connection to Kafka is in use', () => published(id, 1));
      broker.network.stall();
      await change(frozen, id, 'on its way');
      await until('it is on its way', () => broker.network.heldBack > 0);
      process.kill(frozen.pid, 'SIGSTOP');
      await change(successor, id, 'newer');
      await until('the successor has sent both', () => published(id, 3));
      broker.network.release();
      process.kill(frozen.pid, 'SIGCONT');
      await until('it has found out', async () => (await metric(frozen, 'memo_relay_active')) === 0);
      await change(frozen, id, 'newest');
      const events = await read((all) => versionsOf(id, all).length === 5);
      expect(versionsOf(id, events)).to.deep.equal([1, 2, 3, 2, 4]);
      expect(versionsByMemo(events).get(String(id))).to.deep.equal([1, 2, 3, 4]);
      expect(await metric(successor, 'memo_relay_active')).to.equal(1);
    } finally {
      process.kill(frozen.pid, 'SIGCONT');
      await Promise.all([frozen.stop(), successor.stop()]);
    }
  });

  describe('sends nothing that it had not sent', () => {
    const { log } = standardLog('error', 'test');
    let publisher: Publisher;
    let memoId = 1_000_000;

    beforeEach(() => {
      memoId += 1;
      publisher = new Publisher(parseTopicConfig(environment, () => '').events, log);
    });

    afterEach(() => publisher.close());

    async function publish(version: number, confirm: Confirm = () => performance.now() + 9_000): Promise<void> {
      const event = { seq: version, id: randomUUID(), memoId, type: 'memo_created', version, payload: '{}' } as const;
      await publisher.publish([{ ...event, traceparent: null }], async () => await confirm());
    }

    /** Why a send failed. */
    async function failure(sending: Promise<void>): Promise<string> {
      return await sending.then(
        () => 'it did not',
        (error: unknown) => String(error),
      );
    }

    it('when it stood still after it had made sure of the lock', async () => {
      await publish(1);
      const failed = await failure(
        publish(2, () => {
          const end = performance.now() + 50;
          queueMicrotask(() => {
            while (performance.now() < end);
          });
          return end;
        }),
      );
      expect(failed).to.include('too late');
      await publish(3);
      expect(versionsOf(memoId, await read((all) => versionsOf(memoId, all).includes(3)))).to.deep.equal([1, 3]);
    });

    it('when a broker that was frozen answers after the send was given up', async () => {
      const failed = await failure(
        publish(1, async () => {
          await broker.freeze();
          return performance.now() + 300;
        }),
      );
      broker.thaw();
      expect(failed).to.include('no answer');
      await publish(2);
      await publish(3);
      expect(versionsOf(memoId, await read((all) => versionsOf(memoId, all).includes(3)))).to.deep.equal([2, 3]);
    });
  });
});
