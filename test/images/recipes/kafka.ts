import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Coordinates } from '../making/maven.ts';
import { copyJars } from '../making/maven.ts';
import { JAVA_ENV, jre } from './jre.ts';
import type { Recipe } from './recipe.ts';

/** The command-line tools that the operator, the tests and an admin use, with their main classes. */
const TOOLS = {
  'kafka-server-start.sh': 'kafka.Kafka',
  'kafka-storage.sh': 'kafka.tools.StorageTool',
  'kafka-topics.sh': 'org.apache.kafka.tools.TopicCommand',
  'kafka-configs.sh': 'kafka.admin.ConfigCommand',
  'kafka-console-consumer.sh': 'org.apache.kafka.tools.consumer.ConsoleConsumer',
  'kafka-console-producer.sh': 'org.apache.kafka.tools.ConsoleProducer',
  'kafka-consumer-groups.sh': 'org.apache.kafka.tools.consumer.group.ConsumerGroupCommand',
  'kafka-broker-api-versions.sh': 'org.apache.kafka.tools.BrokerApiVersionsCommand',
  'kafka-metadata-quorum.sh': 'org.apache.kafka.tools.MetadataQuorumCommand',
};

interface KafkaVersion {
  readonly version: string;
  /** The folder of stand-ins with this line's logging configuration. */
  readonly logging: string;
  /** Jars of the official distribution that no pom asks for. */
  readonly more: readonly Coordinates[];
  /** Main classes that are elsewhere in this line. */
  readonly moved: Partial<Record<keyof typeof TOOLS, string>>;
}

function kafka({ version, logging, more, moved }: KafkaVersion): Recipe {
  const jars: Coordinates[] = [
    `org.apache.kafka:kafka_2.13:${version}`,
    `org.apache.kafka:kafka-tools:${version}`,
    ...more,
  ];
  const scripts = Object.entries({ ...TOOLS, ...moved }).map(([name, main]) => ({
    name,
    text: toolScript(name, main),
  }));
  return {
    name: `kafka-${version}`,
    reference: `apache/kafka:${version}`,
    parent: jre,
    pins: [...jars, ...scripts.flatMap(({ name, text }) => [name, text])],
    files: ['kafka', logging],
    async prepare(root, log) {
      await copyJars(join(root, 'opt/kafka/libs'), jars, { log });
      const bin = join(root, 'opt/kafka/bin');
      await mkdir(bin, { recursive: true });
      for (const { name, text } of scripts) await writeFile(join(bin, name), text, { mode: 0o755 });
    },
    script: `groupadd -g 1000 appuser
useradd -m -g appuser -u 1000 -s /bin/bash appuser
mkdir -p /opt/kafka/config /opt/kafka/logs /var/lib/kafka/data /etc/kafka/secrets /usr/logs /mnt/shared/config
cp /etc/kafka/docker/*log4j* /etc/kafka/docker/server.properties /opt/kafka/config/
chown -R appuser:appuser /opt/kafka /usr/logs /mnt/shared/config
chown -R appuser:root /var/lib/kafka /etc/kafka
chmod -R ug+w /var/lib/kafka /etc/kafka
`,
    check: `test -e /opt/kafka/libs/kafka_2.13-${version}.jar && test "$(id -u appuser):$(id -g appuser)" = 1000:1000`,
    config: {
      User: 'appuser',
      Env: JAVA_ENV,
      Cmd: ['/etc/kafka/docker/run'],
      Volumes: ['/etc/kafka/secrets', '/var/lib/kafka/data', '/mnt/shared/config'],
      ExposedPorts: ['9092/tcp'],
    },
  };
}

function toolScript(name: string, main: string): string {
  const run = `exec "$(dirname "$0")/kafka-run-class.sh"`;
  if (name === 'kafka-server-start.sh') {
    return `#!/bin/bash
export KAFKA_HEAP_OPTS=\${KAFKA_HEAP_OPTS:--Xmx1G -Xms1G}
${run} -name kafkaServer -loggc ${main} "$@"
`;
  }
  const heap = name.startsWith('kafka-console-') ? 'export KAFKA_HEAP_OPTS=${KAFKA_HEAP_OPTS:--Xmx512M}\n' : '';
  return `#!/bin/bash\n${heap}${run} ${main} "$@"\n`;
}

/** The last line that can use ZooKeeper. */
export const kafka3 = kafka({
  version: '3.9.2',
  logging: 'kafka-3',
  more: [],
  moved: {
    'kafka-console-producer.sh': 'kafka.tools.ConsoleProducer',
    'kafka-broker-api-versions.sh': 'kafka.admin.BrokerApiVersionsCommand',
  },
});

/** KRaft alone. Its logging needs the bridge from slf4j. */
export const kafka4 = kafka({
  version: '4.2.1',
  logging: 'kafka-4',
  more: ['org.apache.logging.log4j:log4j-slf4j-impl:2.25.4', 'org.apache.logging.log4j:log4j-1.2-api:2.25.4'],
  moved: {},
});
