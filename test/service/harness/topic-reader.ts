/** Reads a topic from its beginning, as a consumer of the events sees it. */
import kafkajs from 'kafkajs';
import type { Consumer, IHeaders } from 'kafkajs';
import { until, type Patience } from '../../until.ts';

export interface ReadEvent {
  readonly id: string;
  readonly key: string;
  readonly value: string;
  readonly partition: number;
  readonly headers: IHeaders;
}

export interface TopicReader {
  /** Everything read so far, in the order of each partition. */
  readonly events: readonly ReadEvent[];
  /** Waits until these are there. */
  waitFor(what: string, enough: (events: readonly ReadEvent[]) => boolean, patience?: Patience): Promise<void>;
  stop(): Promise<void>;
}

export async function readTopic(bootstrapServers: readonly string[], topic = 'memo_events'): Promise<TopicReader> {
  const kafka = new kafkajs.Kafka({
    brokers: [...bootstrapServers],
    logLevel: kafkajs.logLevel.NOTHING,
    retry: { initialRetryTime: 100, maxRetryTime: 500, retries: 1000 },
  });
  const consumer: Consumer = kafka.consumer({
    groupId: `reader-${process.hrtime.bigint()}`,
    maxWaitTimeInMs: 100,
    // kafkajs that finds no broker in the metadata, as while one starts, joins as a new member, which has to wait until
    // the session of the old one is over: 30 s by default, and brokers allow no less than 6.
    sessionTimeout: 6_000,
    heartbeatInterval: 1_000,
  });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  const events: ReadEvent[] = [];
  await consumer.run({
    eachMessage: ({ message, partition }) => {
      const { key, value, headers = {} } = message;
      events.push({ id: String(headers['id']), key: String(key), value: String(value), partition, headers });
      return Promise.resolve();
    },
  });
  return {
    events,
    waitFor: async (what, enough, patience) => {
      await until(what, () => enough(events), patience);
    },
    stop: () => consumer.disconnect(),
  };
}

/** Without the duplicates that at-least-once delivery brings: each where it was first read. */
export function distinct<E extends Pick<ReadEvent, 'id'>>(events: readonly E[]): E[] {
  return [...new Map(events.map((event) => [event.id, event])).values()];
}

/** The versions of each memo in the order in which they were first read. */
export function versionsByMemo(events: readonly Pick<ReadEvent, 'id' | 'key' | 'headers'>[]): Map<string, number[]> {
  const versions = new Map<string, number[]>();
  for (const { key, headers } of distinct(events)) {
    versions.set(key, [...(versions.get(key) ?? []), Number(headers['version'])]);
  }
  return versions;
}
