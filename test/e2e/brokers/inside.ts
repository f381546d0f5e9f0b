/**
 * Runs in a pod beside the brokers, in the image of the memo service. Says on standard output, a JSON document a line, how the
 * partitions of all topics stand, whenever that changes and each second, and every event as a consumer gets it.
 */
import kafkajs from 'kafkajs';

const LOOK_MILLISECONDS = 200;
const SAY_MILLISECONDS = 1000;

/** A look at the partitions of all topics. */
export interface Look {
  readonly kind: 'look';
  readonly at: string;
  /** How often was looked so far. */
  readonly looks: number;
  /** Whether a partition had no leader. */
  readonly leaderless: boolean;
  /** In-sync copies of the partition that has the fewest. */
  readonly fewest: number;
  /** Brokers with a copy that is not in sync. */
  readonly behind: readonly number[];
}

/** A record of the topic. */
export interface Arrival {
  readonly kind: 'arrival';
  readonly at: string;
  readonly key: string;
  readonly value: string;
  /** Header that copies of an event share. */
  readonly id: string;
  readonly headers: { readonly version: string };
}

const { BOOTSTRAP_SERVERS = '', TOPIC = '' } = process.env;

const kafka = new kafkajs.Kafka({
  brokers: BOOTSTRAP_SERVERS.split(','),
  connectionTimeout: 1000,
  requestTimeout: 2000,
  enforceRequestTimeout: true,
  logLevel: kafkajs.logLevel.NOTHING,
});

await Promise.all([watchPartitions(), consume()]);

async function watchPartitions(): Promise<void> {
  // What it would try again is what is looked for.
  const admin = kafka.admin({ retry: { retries: 0 } });
  let last = { picture: '', at: 0 };
  for (let looks = 1; ; looks += 1) {
    const seen = await look(admin);
    const picture = JSON.stringify(seen);
    if (seen !== undefined && (picture !== last.picture || Date.now() - last.at >= SAY_MILLISECONDS)) {
      last = { picture, at: Date.now() };
      say({ kind: 'look', at: now(), looks, ...seen });
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MILLISECONDS));
  }
}

/** undefined: the broker that was asked did not answer, another is asked the next time. */
async function look(admin: kafkajs.Admin): Promise<Pick<Look, 'leaderless' | 'fewest' | 'behind'> | undefined> {
  try {
    await admin.connect();
    const { topics } = await admin.fetchTopicMetadata();
    const partitions = topics.flatMap((topic) => topic.partitions);
    // With ZooKeeper, a broker that has just started has not been told yet what there is.
    if (partitions.length === 0) throw new Error('the broker knows of no partition');
    return {
      leaderless: partitions.some(({ leader }) => leader < 0),
      fewest: Math.min(...partitions.map(({ isr }) => isr.length)),
      behind: [
        ...new Set(partitions.flatMap(({ isr, replicas }) => replicas.filter((one) => !isr.includes(one)))),
      ].toSorted(),
    };
  } catch (error) {
    if (error instanceof kafkajs.KafkaJSProtocolError && error.type === 'LEADER_NOT_AVAILABLE') {
      return { leaderless: true, fewest: 0, behind: [] };
    }
    await admin.disconnect();
    return undefined;
  }
}

async function consume(): Promise<void> {
  const retry = { initialRetryTime: 100, maxRetryTime: 500, retries: 1000 };
  // Sessions are short because kafkajs may come back as a new member, which waits for the end of the old one's.
  const session = { sessionTimeout: 6_000, heartbeatInterval: 1_000 };
  const consumer = kafka.consumer({ groupId: 'observer', maxWaitTimeInMs: 200, ...session, retry });
  await consumer.connect();
  await consumer.subscribe({ topic: TOPIC, fromBeginning: true });
  await consumer.run({
    eachMessage: ({ message: { headers = {}, key, value } }) => {
      const [id, version] = [String(headers['id']), String(headers['version'])];
      say({ kind: 'arrival', at: now(), key: String(key), value: String(value), id, headers: { version } });
      return Promise.resolve();
    },
  });
}

function now(): string {
  return new Date().toISOString();
}

function say(line: Look | Arrival): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
