// Kafka 3.9.2 and 4.2.1 in KRaft, and 3.9.2 with ZooKeeper. Brokers are combined: broker and controller in one process.
import { chownSync, existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Certificate } from '../cluster/certificates/certificate.ts';
import { java, kafkaRoot, properties } from './java.ts';
import type { KafkaVersion } from './java.ts';
import { startJail } from './jail.ts';
import { freePort } from './ports.ts';
import { kafkaServes, tlsServes } from './ready.ts';
import { startStore, writeCertificate } from './store.ts';
import type { Store, StoreKind, StoreOptions, StorePorts } from './store.ts';
import { copyTemplate, ensureTemplate } from './template.ts';
import { startZooKeeper } from './zookeeper.ts';

/** Which Kafka, how many brokers, and settings beyond ours. */
export interface KafkaOptions extends StoreOptions {
  readonly version: KafkaVersion;
  /** `zookeeper` only with 3.9.2; absent: `kraft`. */
  readonly mode?: 'kraft' | 'zookeeper';
  /** Absent: 1. */
  readonly brokers?: number;
  /** Broker settings over ours, e.g. `{ 'message.max.bytes': '2000' }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Asks clients for this account by SCRAM-SHA-512; with a `certificate`, and KRaft, only. */
  readonly account?: { readonly username: string; readonly password: string };
}

/** A running cluster. */
export interface Kafka {
  /** `host:port` of every broker. */
  readonly bootstrapServers: readonly string[];
  readonly brokers: readonly Store[];
  readonly zooKeeper: Store | undefined;
  stop(): Promise<void>;
}

const UID = 1000;
const DATA = '/var/lib/kafka/data';
// 16 bytes in base64url, as Kafka wants its cluster ids.
const CLUSTER_ID = Buffer.from('memoapp-loopback').toString('base64url');
const CONTROLLER = { 'process.roles': 'broker,controller', 'controller.listener.names': 'CONTROLLER' };

/** Starts a cluster and waits until every broker takes part in it. */
export async function startKafka(options: KafkaOptions): Promise<Kafka> {
  const { version, mode = 'kraft', brokers: count = 1 } = options;
  if (mode === 'zookeeper' && version !== '3.9.2') throw new Error('Kafka 4 has no ZooKeeper mode');
  const root = await kafkaRoot(version);
  const zooKeeper = mode === 'zookeeper' ? await startZooKeeper(root) : undefined;
  const controllers = await Promise.all(Array.from({ length: count }, freePort));
  const voters = controllers.map((port, index) => `${index + 1}@127.0.0.1:${port}`).join(',');
  const shared = { ...common(count), ...options.settings };
  const starting = controllers.map(async (controller, index) => {
    const node = index + 1;
    const role = zooKeeper
      ? { 'broker.id': String(node), 'zookeeper.connect': zooKeeper.url }
      : { ...CONTROLLER, 'node.id': String(node), 'controller.quorum.voters': voters };
    const template = zooKeeper ? undefined : await formatted(version, root, node, options.account);
    const kind = broker(version, root, template, options.certificate, (ports) => ({
      ...shared,
      ...role,
      ...listeners(ports, zooKeeper ? undefined : controller),
      ...(options.certificate && SECURED),
    }));
    return startStore(kind, options);
  });
  const started = await Promise.allSettled(starting);
  const running = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const stop = async (): Promise<void> => {
    await Promise.all(running.map((store) => store.stop()));
    await zooKeeper?.stop();
  };
  for (const one of started) {
    if (one.status === 'fulfilled') continue;
    await stop();
    throw one.reason;
  }
  return { bootstrapServers: running.map((store) => store.url), brokers: running, zooKeeper, stop };
}

function broker(
  version: KafkaVersion,
  root: string,
  template: string | undefined,
  certificate: Certificate | undefined,
  settings: (ports: StorePorts) => Record<string, string>,
): StoreKind {
  return {
    name: 'kafka',
    uid: UID,
    grace: 20_000,
    serves: certificate ? tlsServes : kafkaServes,
    url: (port) => `127.0.0.1:${port}`,
    jail: async (ports, folder) => {
      if (template !== undefined && !existsSync(join(folder, 'logs')))
        await copyTemplate(template, join(folder, 'logs'));
      if (certificate) await writeCertificate(folder, certificate);
      await writeFile(join(folder, 'server.properties'), properties(settings(ports)));
      const command = java(version, 'kafka.Kafka', `${DATA}/server.properties`);
      return { root, uid: UID, command, binds: { [DATA]: folder } };
    },
  };
}

/** Clients come in by TLS and SCRAM; the one broker talks to nobody but itself. */
const SECURED = {
  'listener.security.protocol.map': 'PLAINTEXT:SASL_SSL,CONTROLLER:PLAINTEXT',
  'ssl.keystore.type': 'PEM',
  'ssl.keystore.location': `${DATA}/server.pem`,
  // A broker tries its own certificate at the start.
  'ssl.truststore.type': 'PEM',
  'ssl.truststore.location': `${DATA}/trusted.pem`,
  'sasl.enabled.mechanisms': 'SCRAM-SHA-512',
  'sasl.mechanism.inter.broker.protocol': 'SCRAM-SHA-512',
  'listener.name.plaintext.scram-sha-512.sasl.jaas.config':
    'org.apache.kafka.common.security.scram.ScramLoginModule required;',
};

function listeners(ports: StorePorts, controller: number | undefined): Record<string, string> {
  const plain = `PLAINTEXT://127.0.0.1:${ports.listen}`;
  return {
    listeners: controller === undefined ? plain : `${plain},CONTROLLER://127.0.0.1:${controller}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${ports.clients}`,
    'inter.broker.listener.name': 'PLAINTEXT',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
  };
}

/** Small and quick, as far as it changes nothing a client can see; topics are never made by accident. */
function common(brokers: number): Record<string, string> {
  const replicas = String(Math.min(3, brokers));
  return {
    'log.dirs': `${DATA}/logs`,
    'auto.create.topics.enable': 'false',
    'offsets.topic.replication.factor': replicas,
    'offsets.topic.num.partitions': '3',
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': '1',
    'transaction.state.log.num.partitions': '3',
    'group.initial.rebalance.delay.ms': '0',
    // A killed broker is let in again as soon as its session has run out: 9 s by default.
    'broker.session.timeout.ms': '3000',
    'broker.heartbeat.interval.ms': '500',
  };
}

/** An empty KRaft data folder for this node, or one that knows an account, by Kafka's own storage tool. */
function formatted(
  version: KafkaVersion,
  root: string,
  node: number,
  account: KafkaOptions['account'],
): Promise<string> {
  const { username, password } = account ?? {};
  const scram = account ? ['--add-scram', `SCRAM-SHA-512=[name=${username},password=${password}]`] : [];
  const name = account ? `kafka-${version}-node-${node}-${username}-${password}` : `kafka-${version}-node-${node}`;
  return ensureTemplate(name, root, async (folder) => {
    chownSync(folder, UID, UID);
    const file = `${DATA}/format.properties`;
    const settings = {
      ...CONTROLLER,
      'node.id': String(node),
      'controller.quorum.voters': `${node}@127.0.0.1:9093`,
      'log.dirs': DATA,
      listeners: 'PLAINTEXT://127.0.0.1:9092,CONTROLLER://127.0.0.1:9093',
      'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    };
    await writeFile(join(folder, 'format.properties'), properties(settings));
    const command = java(version, 'kafka.tools.StorageTool', 'format', '-t', CLUSTER_ID, '-c', file, ...scram);
    const jail = await startJail({ root, uid: UID, command, binds: { [DATA]: folder } });
    await jail.ended();
    if (!existsSync(join(folder, 'meta.properties'))) throw new Error(`Kafka's storage tool failed: ${jail.logs()}`);
  });
}
