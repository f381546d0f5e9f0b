/** Kafka's own console consumer, in the pod of the broker. */
import { names, ports } from '../../../operator/src/api/names.ts';
import type { Kubectl } from '../../../scripts/stack/kubectl.ts';
import type { AppName } from '../../../scripts/stack/memoapp.ts';

const TOOLS = '/opt/kafka/bin';
/** The broker's own settings are in the environment: a second heap of that size, or its log on standard output, will not do. */
const ENVIRONMENT = ['KAFKA_HEAP_OPTS=-Xmx128m', 'KAFKA_GC_LOG_OPTS= ', 'KAFKA_LOG4J_OPTS= ', 'LOG_DIR=/tmp'];

export interface Consumed {
  readonly key: string;
  readonly value: unknown;
}

/** Waits for the oldest event of a topic. @throws CommandError when there is none within the seconds */
export async function firstEvent(kubectl: Kubectl, app: AppName, topic: string, seconds: number): Promise<Consumed> {
  const broker = names(app).events;
  const consumer = [`${TOOLS}/kafka-console-consumer.sh`, '--bootstrap-server', `${broker}:${ports.events}`];
  const what = ['--topic', topic, '--from-beginning', '--max-messages', '1', '--timeout-ms', String(seconds * 1000)];
  const shape = ['--property', 'print.key=true', '--property', 'key.separator=|'];
  const command = ['env', ...ENVIRONMENT, ...consumer, ...what, ...shape];
  const text = await kubectl.run(['exec', '-n', app.namespace, `${broker}-0`, '--', ...command]);
  // Newer consumers speak of deprecated options on standard output first.
  const record = text.split('\n').find((line) => line.includes('|')) ?? '';
  const [key = '', value = ''] = record.split('|', 2);
  return { key, value: JSON.parse(value) };
}
