/** The `topic` command: brings the topic of the events to what is asked, and takes nothing from an existing one. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Admin } from 'kafkajs';
import type { EventsConfig } from '../config.ts';
import type { Log } from '../observability/log.ts';
import { connectAdmin, setOnTopic, takeLeave, topicResource } from './kafkajs.ts';

const RETENTION = 'retention.ms';
/** Brokers start beside us. After this the caller, a Job, decides whether to begin again. */
const PATIENCE_MS = 120_000;
const PAUSE_MS = 1000;

/**
 * Makes the topic, or gives an existing one more partitions and the asked retention; again changes nothing.
 * @throws Error when the brokers did not answer or did not agree within two minutes: the last fault is its cause.
 */
export async function ensureTopic(config: EventsConfig, log: Log): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  for (let said = ''; ;) {
    try {
      await settleTopic(config, log);
      return;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (performance.now() > deadline) {
        const brokers = config.bootstrapServers.join(',');
        throw new Error(`topic ${config.topic} on ${brokers} is not as asked: ${reason}`, { cause: error });
      }
      if (reason !== said) log.warn({ 'error.message': reason }, 'not yet: trying again');
      said = reason;
    }
    await delay(PAUSE_MS);
  }
}

/** One attempt of {@link ensureTopic}. */
export async function settleTopic(config: EventsConfig, log: Log): Promise<void> {
  const admin = await connectAdmin(config, log);
  try {
    if (await create(admin, config)) {
      log.info({ 'kafka.topic': config.topic, 'kafka.partitions': config.partitions }, 'made the topic');
      return;
    }
    await grow(admin, config, log);
    await retain(admin, config, log);
  } finally {
    await takeLeave(admin);
  }
}

/** False: it is there already. */
async function create(admin: Admin, config: EventsConfig): Promise<boolean> {
  const { topic, partitions, replicationFactor, retentionMs } = config;
  if ((await admin.listTopics()).includes(topic)) return false;
  const configEntries = [{ name: RETENTION, value: String(retentionMs) }];
  // Another pod may make it at the same moment: that is false too.
  return admin.createTopics({ topics: [{ topic, numPartitions: partitions, replicationFactor, configEntries }] });
}

/** Fewer would lose events, and the order per memo with them: that is said, not done. */
async function grow(admin: Admin, { topic, partitions: wanted }: EventsConfig, log: Log): Promise<void> {
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
  const now = topics[0]?.partitions.length ?? 0;
  const facts = { 'kafka.topic': topic, 'kafka.partitions': now };
  if (now > wanted) log.warn(facts, `${wanted} partitions are asked for and a topic never shrinks: nothing is changed`);
  if (now >= wanted) return;
  await admin.createPartitions({ topicPartitions: [{ topic, count: wanted }] });
  log.info(facts, `gave the topic ${wanted} partitions`);
}

/** Kafka replaces all settings of a topic at once, so that what somebody else has set goes along. */
async function retain(admin: Admin, { topic, retentionMs }: EventsConfig, log: Log): Promise<void> {
  const wanted = String(retentionMs);
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: topicResource, name: topic }],
  });
  const entries = resources[0]?.configEntries ?? [];
  if (entries.find(({ configName }) => configName === RETENTION)?.configValue === wanted) return;
  const others = entries
    .filter(({ configName, configSource }) => configSource === setOnTopic && configName !== RETENTION)
    .map(({ configName, configValue }) => ({ name: configName, value: configValue }));
  const configEntries = [...others, { name: RETENTION, value: wanted }];
  await admin.alterConfigs({ validateOnly: false, resources: [{ type: topicResource, name: topic, configEntries }] });
  log.info({ 'kafka.topic': topic }, `set ${RETENTION} to ${wanted}`);
}
