/**
 * What kafkajs does while a broker is killed, restarted, frozen or cut off under it: as it comes, and as the service uses it.
 * `node bench/service/kafka-faults.ts` prints one table; nothing is asserted. docs/adr/0004-kafka-client.md holds a run.
 */
import { setTimeout as delay } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import { parseTopicConfig } from '../../service/src/config.ts';
import { Publisher } from '../../service/src/events/kafka/publisher.ts';
import type { OutboxEvent } from '../../service/src/events/outbox-queue.ts';
import { ensureTopic } from '../../service/src/events/kafka/topic.ts';
import { standardLog } from '../../service/src/observability/log.ts';
import { startKafka } from '../../test/stores/kafka.ts';
import type { Store } from '../../test/stores/store.ts';

interface Client {
  readonly name: string;
  /** Resolves when the record is acknowledged. */
  send(): Promise<void>;
  close(): Promise<void>;
}

interface Fault {
  readonly name: string;
  begin(broker: Store): Promise<void> | void;
  end(broker: Store): Promise<void> | void;
}

/** What a caller without a deadline of its own would still be waiting for. */
const PATIENCE_MS = 60_000;
/** As long as the relay's lock holds for one send. */
const SEND_MS = 9_000;
const FAULTS: readonly Fault[] = [
  { name: 'killed', begin: (broker) => broker.kill(), end: (broker) => broker.restart() },
  { name: 'frozen', begin: (broker) => broker.freeze(), end: (broker) => broker.thaw() },
  { name: 'cut off, silent', begin: (broker) => broker.cut('silent'), end: (broker) => broker.uncut() },
  { name: 'cut off, reset', begin: (broker) => broker.cut('reset'), end: (broker) => broker.uncut() },
];
const { log } = standardLog('error', 'bench');
const event: OutboxEvent = {
  seq: 1,
  id: 'bench',
  memoId: 1,
  type: 'memo_created',
  version: 1,
  payload: '{}',
  traceparent: null,
};

process.on('warning', () => undefined);
console.log('| Kafka | client | fault | a send fails after | answers again, counted from the end of the fault |');
console.log('|---|---|---|---|---|');
for (const version of ['3.9.2', '4.2.1'] as const) {
  const kafka = await startKafka({ version, proxied: true });
  const [broker] = kafka.brokers;
  if (broker === undefined) throw new Error('no broker');
  const environment = { KAFKA_BOOTSTRAP_SERVERS: kafka.bootstrapServers.join(',') };
  const { events } = parseTopicConfig(environment, () => '');
  await ensureTopic(events, log);
  for (const open of [() => asItComes(kafka.bootstrapServers), () => asWeUseIt()]) {
    for (const fault of FAULTS) {
      const client = await open();
      await client.send();
      await fault.begin(broker);
      const failed = await timed(client.send());
      await fault.end(broker);
      const again = await untilSent(client);
      console.log(`| ${version} | ${client.name} | ${fault.name} | ${failed} | ${again} |`);
      await Promise.race([client.close(), delay(2_000)]);
    }
  }
  await kafka.stop();

  function asWeUseIt(): Client {
    const publisher = new Publisher(events, log);
    return {
      name: 'ours',
      send: async () => {
        await publisher.publish([event], () => Promise.resolve(performance.now() + SEND_MS));
      },
      close: () => publisher.close(),
    };
  }
}
process.exit(0);

async function asItComes(brokers: readonly string[]): Promise<Client> {
  const kafka = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING });
  const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  await producer.connect();
  return {
    name: 'kafkajs as it comes',
    send: async () => {
      await producer.send({ topic: 'memo_events', messages: [{ key: String(event.memoId), value: event.payload }] });
    },
    close: () => producer.disconnect(),
  };
}

async function timed(sending: Promise<void>): Promise<string> {
  const began = performance.now();
  const outcome = await Promise.race([
    sending.then(
      () => 'acknowledged',
      () => 'failed',
    ),
    delay(PATIENCE_MS).then(() => 'neither'),
  ]);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  return outcome === 'failed' ? `${seconds} s` : `${outcome} after ${seconds} s`;
}

async function untilSent(client: Client): Promise<string> {
  const began = performance.now();
  const elapsed = (): number => performance.now() - began;
  while (elapsed() < PATIENCE_MS) {
    const sent = await Promise.race([
      client.send().then(
        () => true,
        () => false,
      ),
      delay(PATIENCE_MS - elapsed()).then(() => false),
    ]);
    if (sent) return `${(elapsed() / 1000).toFixed(1)} s`;
    await delay(100);
  }
  return `not within ${PATIENCE_MS / 1000} s`;
}
