/** Whether Kafka could take an event now: what `/health` says of it. */
import type { Admin } from 'kafkajs';
import type { EventsConfig } from '../../config.ts';
import type { Log } from '../../observability/log.ts';
import { within } from '../../waiting.ts';
import { connectAdminOf, takeLeave } from './kafkajs.ts';

/** All that a question may take, whatever the brokers do. */
const PROBE_MS = 450;
const DEADLINES = { connect: 200, request: 200 };
/** TLS and an account take more turns to agree on. Who comes too late for one question has the answer for the next. */
const SECURED_DEADLINES = { connect: 1_000, request: 400 };

/** Asks each of the bootstrap servers over a connection that is kept: one frozen broker of several hides no other. */
export class KafkaReach {
  readonly #config: EventsConfig;
  readonly #log: Log;
  readonly #admins = new Map<string, Promise<Admin>>();

  constructor(config: EventsConfig, log: Log) {
    this.#config = config;
    this.#log = log;
  }

  /** True: a broker answers, and every partition of the topic has a leader. Resolves within half a second. */
  async health(): Promise<boolean> {
    const asked = this.#config.bootstrapServers.map((server) => this.#ask(server));
    try {
      return await within(Promise.any(asked), PROBE_MS, 'Kafka');
    } catch {
      return false;
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#admins.keys()].map((server) => this.#drop(server)));
  }

  /** @throws when this server does not know a topic that can be written to */
  async #ask(server: string): Promise<true> {
    const { sasl, tls, topic } = this.#config;
    const deadlines = tls || sasl ? SECURED_DEADLINES : DEADLINES;
    const admin = this.#admins.get(server) ?? connectAdminOf(server, this.#config, this.#log, deadlines);
    this.#admins.set(server, admin);
    try {
      const { topics } = await (await admin).fetchTopicMetadata({ topics: [topic] });
      const partitions = topics.flatMap((each) => each.partitions);
      if (partitions.length > 0 && partitions.every(({ leader }) => leader >= 0)) return true;
    } catch (error) {
      await this.#drop(server);
      throw error;
    }
    throw new Error(`topic ${topic} has partitions without a leader`);
  }

  async #drop(server: string): Promise<void> {
    const admin = this.#admins.get(server);
    this.#admins.delete(server);
    // A connection that never came up took leave by itself.
    const client = await admin?.catch(() => undefined);
    if (client !== undefined) await takeLeave(client);
  }
}
