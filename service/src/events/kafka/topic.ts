/** The `topic` command: brings the topic of the events to what is asked, and takes nothing from an existing one. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Admin, ConfigEntries } from 'kafkajs';
import type { EventsConfig } from '../../config.ts';
import type { Log } from '../../observability/log.ts';
import { connectAdmin, setOnTopic, takeLeave, topicResource } from './kafkajs.ts';

/** Brokers start beside us. After this the caller, a Job, decides whether to begin again. */
const PATIENCE_MS = 120_000;
const PAUSE_MS = 1000;

/**
 * Makes the topic, or gives an existing one more partitions and the asked settings, where it may be altered; again changes
 * nothing.
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
    const { topics } = await admin.fetchTopicMetadata({ topics: [config.topic] });
    const partitions = topics[0]?.partitions ?? [];
    const replicas = Math.min(...partitions.map(({ replicas }) => replicas.length));
    if (!config.alterTopic) {
      await leave(admin, config, { partitions: partitions.length, replicas }, log);
      return;
    }
    await grow(admin, config, partitions.length, log);
    await set(admin, config, replicas, log);
  } finally {
    await takeLeave(admin);
  }
}

/** False: it is there already. */
async function create(admin: Admin, config: EventsConfig): Promise<boolean> {
  const { topic, partitions } = config;
  if ((await admin.listTopics()).includes(topic)) return false;
  const replicationFactor = config.replicationFactor ?? Math.min(3, (await admin.describeCluster()).brokers.length);
  const configEntries = wantedSettings(config, replicationFactor);
  // Another pod may make it at the same moment: that is false too.
  return admin.createTopics({ topics: [{ topic, numPartitions: partitions, replicationFactor, configEntries }] });
}

interface Found {
  readonly partitions: number;
  /** Of the partition that has the fewest. */
  readonly replicas: number;
}

/** A topic that is not ours to alter may be other than asked: whoever wonders why reads it in the log. */
async function leave(admin: Admin, config: EventsConfig, found: Found, log: Log): Promise<void> {
  const { partitions, replicationFactor = found.replicas, topic } = config;
  const differing = [
    ...(found.partitions === partitions ? [] : [`partitions ${found.partitions} and not ${partitions}`]),
    ...(found.replicas === replicationFactor ? [] : [`copies ${found.replicas} and not ${replicationFactor}`]),
    ...(await otherSettings(admin, config, found.replicas)),
  ];
  if (differing.length === 0) return;
  log.info({ 'kafka.topic': topic }, `the topic stays as its owner made it: ${differing.join(', ')}`);
}

async function otherSettings(admin: Admin, config: EventsConfig, replicas: number): Promise<string[]> {
  try {
    const entries = await settingsOf(admin, config.topic);
    return wantedSettings(config, replicas).flatMap(({ name, value }) => {
      const now = entries.find(({ configName }) => configName === name)?.configValue;
      return now === value ? [] : [`${name} ${now} and not ${value}`];
    });
  } catch (error) {
    // To write events an account need not be allowed to read settings, and nothing but this line depends on them.
    return [`settings unknown (${error instanceof Error ? error.message : String(error)})`];
  }
}

/** Fewer would lose events, and the order per memo with them: that is said, not done. */
async function grow(admin: Admin, { topic, partitions: wanted }: EventsConfig, now: number, log: Log): Promise<void> {
  const facts = { 'kafka.topic': topic, 'kafka.partitions': now };
  if (now > wanted) log.warn(facts, `${wanted} partitions are asked for and a topic never shrinks: nothing is changed`);
  if (now >= wanted) return;
  await admin.createPartitions({ topicPartitions: [{ topic, count: wanted }] });
  log.info(facts, `gave the topic ${wanted} partitions`);
}

interface Setting {
  readonly name: string;
  readonly value: string;
}

/**
 * What is not asked for stays as the brokers, or somebody else, have set it.
 * @param replicas of a partition: an existing topic may have fewer than are asked for, and would take no write at all if
 * it waited for more than it has
 */
function wantedSettings({ minInSyncReplicas: inSync, retentionMs }: EventsConfig, replicas: number): Setting[] {
  return [
    { name: 'retention.ms', value: String(retentionMs) },
    ...(inSync === undefined ? [] : [{ name: 'min.insync.replicas', value: String(Math.min(inSync, replicas)) }]),
  ];
}

/** Kafka replaces all settings of a topic at once, so that what somebody else has set goes along. */
async function set(admin: Admin, config: EventsConfig, replicas: number, log: Log): Promise<void> {
  const { topic } = config;
  const wanted = wantedSettings(config, replicas);
  const onTopic = (await settingsOf(admin, topic)).filter(({ configSource }) => configSource === setOnTopic);
  const differing = wanted.filter(
    ({ name, value }) => !onTopic.some(({ configName, configValue }) => configName === name && configValue === value),
  );
  if (differing.length === 0) return;
  const others = onTopic
    .map(({ configName, configValue }) => ({ name: configName, value: configValue }))
    .filter(({ name }) => !wanted.some((setting) => setting.name === name));
  const configEntries = [...others, ...wanted];
  await admin.alterConfigs({ validateOnly: false, resources: [{ type: topicResource, name: topic, configEntries }] });
  log.info({ 'kafka.topic': topic }, `set ${differing.map(({ name, value }) => `${name} to ${value}`).join(', ')}`);
}

/** All that are in force, also those that the brokers have set. */
async function settingsOf(admin: Admin, topic: string): Promise<readonly ConfigEntries[]> {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: topicResource, name: topic }],
  });
  return resources[0]?.configEntries ?? [];
}
