import { ensureRootfs } from '../images/rootfs.ts';

/** The two lines of Kafka we run: the last with ZooKeeper, and the current one. */
export type KafkaVersion = '3.9.2' | '4.2.1';

export function kafkaRoot(version: KafkaVersion): Promise<string> {
  return ensureRootfs(`kafka-${version}`);
}

/** A class of Kafka's own jars, with a small heap and a JVM that starts quickly; warnings go to the standard error. */
export function java(version: KafkaVersion, main: string, ...args: string[]): string[] {
  const logging =
    version === '3.9.2'
      ? '-Dlog4j.configuration=file:/opt/kafka/config/tools-log4j.properties'
      : '-Dlog4j2.configurationFile=/opt/kafka/config/tools-log4j2.yaml';
  const jvm = ['-Xms64m', '-Xmx384m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xshare:auto'];
  return ['/usr/bin/env', 'java', ...jvm, logging, '-cp', '/opt/kafka/libs/*', main, ...args];
}

/** A `.properties` file; our values need no escaping but the backslash's. */
export function properties(settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value.replaceAll('\\', '\\\\')}\n`)
    .join('');
}
