/** Puts events of the outbox into Kafka, over one connection that is made anew after any trouble. */
import type { EventsConfig } from '../../config.ts';
import type { Log } from '../../observability/log.ts';
import { connectSender, RecordsRefused } from './kafkajs.ts';
import type { KafkaRecord, RecordSender } from './kafkajs.ts';
import type { OutboxEvent } from '../outbox-queue.ts';
import { settleTopic } from './topic.ts';

/** What became of events that were sent; those that Kafka refuses for good are `refused`. */
export interface Sent {
  readonly published: readonly OutboxEvent[];
  readonly refused: readonly Refused[];
}

export interface Refused {
  readonly event: OutboxEvent;
  /** In Kafka's words. */
  readonly reason: string;
}

export class Publisher {
  readonly #config: EventsConfig;
  readonly #log: Log;
  #sender: RecordSender | undefined;

  constructor(config: EventsConfig, log: Log) {
    this.#config = config;
    this.#log = log;
  }

  /**
   * Sends events in their order. One that Kafka refuses is found by halving, and holds up none of the others.
   * @param confirm asked before each send until when it may go on; nothing is sent when it throws
   * @throws when Kafka or its topic is away: all of them must be sent again then, though some may have arrived
   */
  async publish(events: readonly OutboxEvent[], confirm: () => Promise<number>): Promise<Sent> {
    try {
      this.#sender ??= await this.#open();
      return await send(this.#sender, events, confirm);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    const sender = this.#sender;
    this.#sender = undefined;
    await sender?.close();
  }

  async #open(): Promise<RecordSender> {
    if (this.#config.createTopic) await settleTopic(this.#config, this.#log);
    return connectSender(this.#config, this.#log);
  }
}

async function send(
  sender: RecordSender,
  events: readonly OutboxEvent[],
  confirm: () => Promise<number>,
): Promise<Sent> {
  const until = await confirm();
  try {
    await sender.send(events.map(recordOf), until);
    return { published: events, refused: [] };
  } catch (error) {
    if (!(error instanceof RecordsRefused)) throw error;
    const [event] = events;
    if (event && events.length === 1) return { published: [], refused: [{ event, reason: error.message }] };
  }
  const middle = Math.ceil(events.length / 2);
  // One after the other: of two events of one memo the earlier stays the first.
  const first = await send(sender, events.slice(0, middle), confirm);
  const second = await send(sender, events.slice(middle), confirm);
  return {
    published: [...first.published, ...second.published],
    refused: [...first.refused, ...second.refused],
  };
}

/** The value goes out as it was written with the memo; what the original's consumers don't know is in the headers. */
function recordOf({ id, memoId, type, version, payload, traceparent }: OutboxEvent): KafkaRecord {
  const headers = { id, type, version: String(version), ...(traceparent !== null && { traceparent }) };
  return { key: String(memoId), value: payload, headers };
}
