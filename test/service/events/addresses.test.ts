/** Brokers at an IPv6 address, which has colons of its own before that of its port. */
import { createServer, connect } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { expect } from 'chai';
import { startKafka } from '../../stores/kafka.ts';
import type { Kafka } from '../../stores/kafka.ts';
import { startMariaDB } from '../../stores/mariadb.ts';
import type { MariaDB } from '../../stores/mariadb.ts';
import { until } from '../../until.ts';
import { createMemo, migrate, runToEnd, startService } from '../harness/service.ts';
import type { Service } from '../harness/service.ts';
import { readTopic } from '../harness/topic-reader.ts';

describe('brokers at an IPv6 address', function () {
  this.timeout(60_000);
  let database: MariaDB;
  let kafka: Kafka;
  let forward: Server;
  let service: Service | undefined;

  before(async () => {
    [database, kafka] = await Promise.all([startMariaDB(), startKafka({ version: '4.2.1' })]);
    forward = createServer((client) => {
      const broker = connect({ host: '127.0.0.1', port: kafka.brokers[0]?.port ?? 0 });
      client.pipe(broker).pipe(client);
      client.on('error', () => broker.destroy());
      broker.on('error', () => client.destroy());
    });
    await new Promise<void>((resolve) => forward.listen(0, '::1', resolve));
  });

  after(async () => {
    await service?.stop();
    forward.close();
    await Promise.all([database.stop(), kafka.stop()]);
  });

  it('are reached by every command, and said to be well', async () => {
    const { port } = forward.address() as AddressInfo;
    const environment = { DATABASE_URL: database.url, KAFKA_BOOTSTRAP_SERVERS: `[::1]:${port}` };
    expect(await migrate(environment)).to.include({ status: 0 });
    expect(await runToEnd('topic', environment)).to.include({ status: 0, stderr: '' });
    const started = (service = await startService(environment));
    await until('healthy', async () => {
      const { json } = await started.call('GET', '/health');
      return (json as { services: { kafka: string } }).services.kafka === 'healthy';
    });
    const id = await createMemo(started);
    const reader = await readTopic(kafka.bootstrapServers);
    await reader.waitFor('the event', (events) => events.some(({ key }) => key === String(id)));
    await reader.stop();
  });
});
