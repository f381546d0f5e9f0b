/** The one file that knows kafkajs: its clients with a deadline on every wait, its log lines in ours. */
import kafkajs from 'kafkajs';
import type { Admin, LogEntry } from 'kafkajs';
import type { EventsConfig } from '../config.ts';
import type { Log } from '../observability/log.ts';

const CONNECTION_TIMEOUT_MS = 3000;
const REQUEST_TIMEOUT_MS = 10_000;

/** kafkajs' own numbers for what a config describes and where a value of it was set. */
export const topicResource = kafkajs.ConfigResourceTypes.TOPIC;
export const setOnTopic = kafkajs.ConfigSource.TOPIC_CONFIG;

/** A connected admin client; it never tries again by itself, so that its callers' deadlines hold. */
export async function connectAdmin({ bootstrapServers }: EventsConfig, log: Log): Promise<Admin> {
  const kafka = new kafkajs.Kafka({
    clientId: 'memo-service',
    brokers: [...bootstrapServers],
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    // Without it kafkajs does not look at requestTimeout.
    enforceRequestTimeout: true,
    retry: { retries: 0 },
    logLevel: kafkajs.logLevel.WARN,
    logCreator: () => (entry) => forward(entry, log),
  });
  const admin = kafka.admin();
  try {
    await admin.connect();
  } catch (error) {
    await admin.disconnect();
    throw error;
  }
  return admin;
}

/** Its errors come to the caller as exceptions too: here they are details. */
function forward({ namespace, log: { message } }: LogEntry, log: Log): void {
  log.debug({ 'log.logger': `kafkajs.${namespace}` }, message);
}
