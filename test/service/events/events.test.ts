/** The events of memos from the outbox to real brokers, with MariaDB, the service and the brokers failing under them. */
import { expect } from 'chai';
import kafkajs from 'kafkajs';
import type { Connection } from 'mariadb';
import { startKafka } from '../../stores/kafka.ts';
import type { Kafka } from '../../stores/kafka.ts';
import { startMariaDB } from '../../stores/mariadb.ts';
import type { MariaDB } from '../../stores/mariadb.ts';
import { until } from '../../until.ts';
import { createMemo, metric, migrate, runToEnd, startService } from '../harness/service.ts';
import type { Service } from '../harness/service.ts';
import { rootSession, sessionAt } from '../harness/sql.ts';
import { distinct, readTopic, versionsByMemo } from '../harness/topic-reader.ts';
import type { TopicReader } from '../harness/topic-reader.ts';

for (const version of ['3.9.2', '4.2.1'] as const) {
  describe(`the events of memos, Kafka ${version}`, function () {
    this.timeout(120_000);
    let database: MariaDB;
    let kafka: Kafka;
    let sql: Connection;
    let root: Connection;
    let reader: TopicReader;
    let environment: Record<string, string>;
    const running = new Set<Service>();

    before(async () => {
      [database, kafka] = await Promise.all([startMariaDB(), startKafka({ version })]);
      environment = {
        DATABASE_URL: database.url,
        DATABASE_POOL_MIN: '2',
        KAFKA_BOOTSTRAP_SERVERS: kafka.bootstrapServers.join(','),
        UPDATE_EVENTS: 'Enabled',
      };
      expect(await migrate(environment)).to.include({ status: 0 });
      expect(await runToEnd('topic', environment)).to.include({ status: 0 });
      [sql, root] = [await sessionAt(database.url), await rootSession(database)];
      reader = await readTopic(kafka.bootstrapServers);
    });

    afterEach(async () => {
      await Promise.all([...running].map((service) => service.stop()));
      running.clear();
    });

    after(async () => {
      await reader.stop();
      await Promise.all([sql.end(), root.end()]);
      await Promise.all([database.stop(), kafka.stop()]);
    });

    async function start(extra: Record<string, string> = {}): Promise<Service> {
      const service = await startService({ ...environment, ...extra });
      running.add(service);
      return service;
    }

    async function kill(service: Service): Promise<void> {
      running.delete(service);
      await service.kill();
    }

    async function change(service: Service, id: number, title: string): Promise<void> {
      const { status } = await service.call('PUT', `/v1/memos/${id}`, { title });
      expect(status).to.equal(200);
    }

    async function remove(service: Service, id: number): Promise<void> {
      expect((await service.call('DELETE', `/v1/memos/${id}`)).status).to.equal(204);
    }

    async function kafkaHealth(service: Service): Promise<string> {
      const { json, status } = await service.call('GET', '/health');
      expect(status).to.equal(200);
      return (json as { services: { kafka: string } }).services.kafka;
    }

    function ofMemo(id: number): string[] {
      return reader.events.filter(({ key }) => key === String(id)).map(({ value }) => value);
    }

    it('are published as the original published them, with what is new in headers', async () => {
      const service = await start();
      const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
      const fields = { title: '회의록 ✓', content: 'c', author: '김' };
      const { json } = await service.call('POST', '/v1/memos/', fields, { traceparent });
      const { id } = json as { id: number };
      await change(service, id, '고침');
      await remove(service, id);
      await reader.waitFor('three events', () => ofMemo(id).length === 3);
      const times = ofMemo(id).map((value) => (JSON.parse(value) as { timestamp: string }).timestamp);
      for (const time of times) expect(time).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      expect(ofMemo(id)).to.deep.equal([
        `{"event_type":"memo_created","memo_id":${id},"title":"회의록 ✓","author":"김","timestamp":"${times[0]}"}`,
        `{"event_type":"memo_updated","memo_id":${id},"title":"고침","author":"김","timestamp":"${times[1]}"}`,
        `{"event_type":"memo_deleted","memo_id":${id},"timestamp":"${times[2]}"}`,
      ]);
      const events = reader.events.filter(({ key }) => key === String(id));
      expect(new Set(events.map((event) => event.id)).size).to.equal(3);
      expect(versionsByMemo(events).get(String(id))).to.deep.equal([1, 2, 3]);
      // The trace that each change was a part of, where its request named one.
      expect(events.map(({ headers }) => headers['traceparent']?.toString())).to.deep.equal([
        traceparent,
        undefined,
        undefined,
      ]);
      expect(await kafkaHealth(service)).to.equal('healthy');
      // Nor of timers set to a time in the past, by which an idle connection of kafkajs keeps a processor busy.
      expect(service.logs()).to.not.include('Node warns');
    });

    it('leave updates out where they are not switched on, and the queue is empty all the same', async () => {
      const service = await start({ UPDATE_EVENTS: 'Disabled' });
      const id = await createMemo(service);
      await change(service, id, '둘');
      await remove(service, id);
      await reader.waitFor('two events', () => ofMemo(id).length === 2);
      expect(versionsByMemo(reader.events).get(String(id))).to.deep.equal([1, 3]);
      await drained();
    });

    it('wait in the outbox while the broker is down, and follow in order', async () => {
      const service = await start();
      const [broker] = kafka.brokers;
      const id = await createMemo(service);
      await reader.waitFor('the first event', () => ofMemo(id).length === 1);
      await broker?.kill();
      for (let index = 2; index <= 20; index += 1) await change(service, id, `${index}`);
      await until('degraded', async () => (await kafkaHealth(service)) === 'unhealthy', { seconds: 2 });
      await until('backlog shown', async () => ((await metric(service, 'memo_outbox_backlog')) ?? 0) >= 19);
      expect(await metric(service, 'memo_outbox_lag_seconds')).to.be.greaterThan(0);
      await broker?.restart();
      await reader.waitFor('all events', () => distinctOf(id) === 20);
      expect(versionsByMemo(reader.events).get(String(id))).to.deep.equal(Array.from({ length: 20 }, (_, i) => i + 1));
      await until('no lag', async () => (await metric(service, 'memo_outbox_lag_seconds')) === 0);
      await until('healthy', async () => (await kafkaHealth(service)) === 'healthy', { seconds: 5 });
    });

    it('wait for a broker that is not there when the service starts', async () => {
      const [broker] = kafka.brokers;
      await broker?.kill();
      const service = await start();
      const id = await createMemo(service);
      await change(service, id, '둘');
      expect(await kafkaHealth(service)).to.equal('unhealthy');
      expect((await service.manage('/readyz')).status).to.equal(200);
      await broker?.restart();
      await reader.waitFor('both events', () => distinctOf(id) === 2);
      expect(versionsByMemo(reader.events).get(String(id))).to.deep.equal([1, 2]);
      await until('healthy', async () => (await kafkaHealth(service)) === 'healthy', { seconds: 5 });
    });

    it('wait while the broker is frozen; health and writes answer in time', async () => {
      const service = await start();
      const [broker] = kafka.brokers;
      const id = await createMemo(service);
      await reader.waitFor('the first event', () => ofMemo(id).length === 1);
      expect(await kafkaHealth(service)).to.equal('healthy');
      await broker?.freeze();
      try {
        await until('degraded', async () => (await kafkaHealth(service)) === 'unhealthy', { seconds: 3 });
        const began = performance.now();
        await change(service, id, '얼음');
        expect(await kafkaHealth(service)).to.equal('unhealthy');
        // A frozen broker's own deadlines are seconds.
        expect(performance.now() - began).to.be.below(2_500);
      } finally {
        broker?.thaw();
      }
      await reader.waitFor('the second event', () => distinctOf(id) === 2);
      await until('healthy', async () => (await kafkaHealth(service)) === 'healthy', { seconds: 5 });
    });

    it('are sent again with the same id when the relay died between send and mark', async () => {
      const service = await start();
      const id = await createMemo(service);
      await reader.waitFor('the first event', () => ofMemo(id).length === 1);
      await drained();
      await root.query(
        `CREATE TRIGGER memo_app.nobody_marks BEFORE UPDATE ON memo_app.outbox FOR EACH ROW
         IF OLD.published_at IS NULL AND NEW.published_at IS NOT NULL THEN SIGNAL SQLSTATE '45000'; END IF`,
      );
      await change(service, id, '둘');
      await reader.waitFor('the second event', () => distinctOf(id) === 2);
      await kill(service);
      await root.query('DROP TRIGGER memo_app.nobody_marks');
      expect(await waiting()).to.equal(1);
      const seen = ofMemo(id).length;
      const again = await start();
      await change(again, id, '셋');
      await reader.waitFor('the second event again, and the third', () => ofMemo(id).length >= seen + 2);
      expect(versionsByMemo(reader.events).get(String(id))).to.deep.equal([1, 2, 3]);
    });

    it('survive kill -9 of the service at any moment under writes', async () => {
      const acknowledged: number[] = [];
      const [last] = await sql.query<{ seq: number | null }[]>('SELECT MAX(seq) AS seq FROM outbox');
      for (let round = 0; round < 5; round += 1) {
        const service = await start();
        const target = acknowledged.length + 40;
        const writers = Array.from({ length: 4 }, async () => {
          while (acknowledged.length < target) {
            const reply = await service
              .call('POST', '/v1/memos/', { title: '쓰기', content: `${round}` })
              .catch(() => undefined);
            if (reply === undefined) return;
            const { id } = reply.json as { id: number };
            await service.call('PUT', `/v1/memos/${id}`, { title: '고침' }).catch(() => undefined);
            acknowledged.push(id);
          }
        });
        await until('writes', () => acknowledged.length > target - 20 - round * 3);
        await kill(service);
        await Promise.all(writers);
      }
      await start();
      await drained();
      const rows = await sql.query<{ id: string }[]>('SELECT id FROM outbox WHERE seq > ?', [last?.seq ?? 0]);
      await reader.waitFor('every row of the outbox', (events) => {
        const read = new Set(events.map((event) => event.id));
        return rows.every((row) => read.has(row.id));
      });
      expect(acknowledged.filter((id) => !versionsByMemo(reader.events).has(String(id)))).to.deep.equal([]);
      for (const seen of versionsByMemo(reader.events).values()) {
        expect(seen).to.deep.equal(seen.toSorted((a, b) => a - b));
      }
    });

    it('are published by one of two replicas, and by the other when that one dies', async () => {
      const [one, two] = [await start(), await start()];
      const active = async (service: Service): Promise<boolean> => (await metric(service, 'memo_relay_active')) === 1;
      await until('an active relay', async () => (await active(one)) || (await active(two)));
      expect([await active(one), await active(two)].filter(Boolean)).to.have.length(1);
      const [first, second] = (await active(one)) ? [one, two] : [two, one];
      const id = await createMemo(second);
      await reader.waitFor('the event of the other replica', () => ofMemo(id).length === 1);
      await kill(first);
      await change(second, id, '둘');
      await reader.waitFor('the event after the takeover', () => distinctOf(id) === 2, { seconds: 8 });
      expect(await active(second)).to.equal(true);
    });

    it('that Kafka refuses are set aside and seen, and hold up no other', async () => {
      await setOnTopic('max.message.bytes', '400');
      const service = await start();
      const ids: number[] = [];
      try {
        for (const title of ['앞', '길'.repeat(100), '뒤']) ids.push(await createMemo(service, { title }));
        const [before = 0, tooLong = 0, behind = 0] = ids;
        await reader.waitFor('both others', () => distinctOf(before) === 1 && distinctOf(behind) === 1);
        await until('it is shown', async () => (await metric(service, 'memo_outbox_poisoned')) === 1);
        await until('it is logged, some time after', () => service.logs().includes('it is set aside'));
        expect(ofMemo(tooLong)).to.deep.equal([]);
        expect(service.logs()).not.to.include('길길');
      } finally {
        await setOnTopic('max.message.bytes', '1048588');
      }
      await sql.query('UPDATE outbox SET poisoned_at = NULL WHERE poisoned_at IS NOT NULL');
      await reader.waitFor('the one that was set aside', () => distinctOf(ids[1] ?? 0) === 1);
    });

    it('wait while Kafka refuses the time that the relay gives them, and are not set aside', async () => {
      const service = await start();
      const times = 'message.timestamp.before.max.ms';
      let id = 0;
      // Whatever needs a millisecond to get there is too old.
      await setOnTopic(times, '0');
      try {
        await until('one is refused', async () => {
          id = await createMemo(service);
          return ((await metric(service, 'memo_relay_failures_total')) ?? 0) > 0;
        });
        const aside = await sql.query<unknown[]>('SELECT 1 FROM outbox WHERE poisoned_at IS NOT NULL');
        expect(aside, 'set aside').to.deep.equal([]);
      } finally {
        await setOnTopic(times, '9223372036854775807');
      }
      await reader.waitFor('the last event', () => distinctOf(id) === 1);
      await drained();
    });

    it('are purged a day after they were published, and never before', async () => {
      const service = await start();
      const [old, fresh] = [await createMemo(service), await createMemo(service)];
      await drained();
      await sql.query('UPDATE outbox SET published_at = published_at - INTERVAL 25 HOUR WHERE aggregateid = ?', [old]);
      await sql.query(
        `INSERT INTO outbox (id, aggregateid, type, version, payload, created_at, poisoned_at)
         VALUES (UUID(), 1, 'memo_created', 1, '{}', UTC_TIMESTAMP(3) - INTERVAL 99 HOUR, UTC_TIMESTAMP(3))`,
      );
      await service.stop();
      running.delete(service);
      await start();
      await until('purged', async () => (await rowsOf(old)) === 0);
      expect(await rowsOf(fresh)).to.equal(1);
      expect(await rowsOf(1)).to.be.at.least(1);
      await sql.query('DELETE FROM outbox WHERE poisoned_at IS NOT NULL');
    });

    it('are sent by a service that is asked to stop, before it ends', async () => {
      const service = await start();
      const ids = await Promise.all(Array.from({ length: 50 }, () => createMemo(service)));
      expect(await service.stop()).to.equal(0);
      running.delete(service);
      expect(await waiting()).to.equal(0);
      await reader.waitFor('all', () => ids.every((id) => distinctOf(id) === 1));
    });

    it('make their topic where the service is told to', async () => {
      const service = await start({
        KAFKA_TOPIC: 'made_here',
        KAFKA_TOPIC_CREATE: 'true',
        KAFKA_TOPIC_PARTITIONS: '2',
      });
      await createMemo(service);
      await until('healthy', async () => (await kafkaHealth(service)) === 'healthy', { seconds: 10 });
      await drained();
    });

    function distinctOf(id: number): number {
      return distinct(reader.events.filter(({ key }) => key === String(id))).length;
    }

    async function waiting(): Promise<number> {
      const [row] = await sql.query<{ n: number }[]>('SELECT COUNT(*) AS n FROM outbox WHERE published_at IS NULL');
      return row?.n ?? -1;
    }

    async function drained(): Promise<void> {
      await until('an empty queue', async () => (await waiting()) === 0);
    }

    async function rowsOf(id: number): Promise<number> {
      const [row] = await sql.query<{ n: number }[]>('SELECT COUNT(*) AS n FROM outbox WHERE aggregateid = ?', [id]);
      return row?.n ?? -1;
    }

    async function setOnTopic(name: string, value: string): Promise<void> {
      const admin = new kafkajs.Kafka({
        brokers: [...kafka.bootstrapServers],
        logLevel: kafkajs.logLevel.NOTHING,
      }).admin();
      await admin.connect();
      const configEntries = [{ name, value }];
      const resource = { type: kafkajs.ConfigResourceTypes.TOPIC, name: 'memo_events', configEntries };
      await admin.alterConfigs({ validateOnly: false, resources: [resource] });
      await admin.disconnect();
    }
  });
}
