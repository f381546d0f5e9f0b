/**
 * Kafka 3 with ZooKeeper. The official image's entrypoint formats KRaft storage at every start and so cannot run such a
 * broker: its start script is called directly, with properties of our own.
 */
import { names, ports } from '../../api/names.ts';
import type { ManagedEvents, ResolvedApp, ResolvedZooKeeper } from '../../api/resolved.ts';
import { advertisedListener, commonProperties, jvmEnvironment, kafkaPort, type BrokerContainer } from './container.ts';
import { ensembleAddress } from './zookeeper.ts';

const folder = '/etc/kafka/memo';

export function legacyContainer(app: ResolvedApp, events: ManagedEvents): BrokerContainer {
  return {
    command: [
      '/opt/kafka/bin/kafka-server-start.sh',
      `${folder}/server.properties`,
      '--override',
      'broker.id=$(POD_INDEX)',
      '--override',
      `advertised.listeners=${advertisedListener(app)}`,
    ],
    env: [
      ...jvmEnvironment(events),
      { name: 'KAFKA_LOG4J_OPTS', value: `-Dlog4j.configuration=file:${folder}/log4j.properties` },
      // Without it the start script adds garbage collection logs to a folder that cannot be written.
      { name: 'KAFKA_GC_LOG_OPTS', value: ' ' },
    ],
    ports: [kafkaPort],
    mounts: [{ name: 'properties', mountPath: folder, readOnly: true }],
    volumes: [{ name: 'properties', configMap: { name: names(app).events } }],
  };
}

/** The files of the broker, for its ConfigMap. */
export function legacyFiles(
  app: ResolvedApp,
  events: ManagedEvents,
  zooKeeper: ResolvedZooKeeper,
): Record<string, string> {
  return { 'log4j.properties': log4jProperties, 'server.properties': serverProperties(app, events, zooKeeper) };
}

function serverProperties(app: ResolvedApp, events: ManagedEvents, zooKeeper: ResolvedZooKeeper): string {
  const properties = {
    ...commonProperties(events),
    'listener.security.protocol.map': 'BROKER:PLAINTEXT',
    listeners: `BROKER://:${ports.events}`,
    'zookeeper.connect': ensembleAddress(app, zooKeeper),
  };
  return Object.entries(properties)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

/** To standard output, where `kubectl logs` looks. */
const log4jProperties = [
  'log4j.rootLogger=INFO, stdout',
  'log4j.appender.stdout=org.apache.log4j.ConsoleAppender',
  'log4j.appender.stdout.layout=org.apache.log4j.PatternLayout',
  'log4j.appender.stdout.layout.ConversionPattern=[%d] %p %m (%c)%n',
  '',
].join('\n');
