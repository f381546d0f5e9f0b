/**
 * The relay from the outbox to Kafka. One process of all replicas is active; it sends what is unpublished in order, marks it
 * afterwards, and purges what is done. Killed at any point it leaves at worst events that are sent again, with the same id;
 * docs/adr/0006-outbox-relay.md holds the argument.
 */
import type { Config } from '../config.ts';
import type { Connection } from '../db/connection.ts';
import { DatabaseUnavailable } from '../db/errors.ts';
import { errorFields } from '../observability/log.ts';
import type { Log } from '../observability/log.ts';
import { fitting } from '../fitting.ts';
import { pauseUnless } from '../waiting.ts';
import { Bell } from './bell.ts';
import { Chores } from './chores.ts';
import type { Chore } from './chores.ts';
import { Yield } from './exclusive.ts';
import type { Held } from './exclusive.ts';
import type { EventMetrics } from './metrics.ts';
import { backlog, markPoisoned, markPublished, nextEvents, PURGED_AT_ONCE, purge, unreplayed } from './outbox-queue.ts';
import type { DoneColumn, OutboxEvent } from './outbox-queue.ts';
import { Publisher } from './kafka/publisher.ts';
import type { Sent } from './kafka/publisher.ts';

export interface RelayOptions extends Pick<Config, 'cache' | 'events' | 'updateEvents'> {
  readonly log: Log;
  readonly metrics: EventMetrics;
  /** What else is purged by one process of all replicas. */
  readonly purges: readonly Purge[];
}

/** Deletes what has had its time. */
export interface Purge {
  readonly table: string;
  /** Rows of a portion. */
  readonly atOnce: number;
  /** Deletes a portion. @returns whether nothing is left */
  readonly portion: (connection: Connection, atOnce: number) => Promise<boolean>;
}

/** Of a batch; its values in characters, far below the megabyte that brokers take at once. */
const BATCH = { count: 500, weight: 256 * 1024 } as const;
/** How often the outbox is looked at for the events of other replicas; our own ring the bell. */
const LOOK_MS = 250;
const MEASURE_MS = 5_000;
const PURGE_MS = 60_000;
/** After this another replica may try: it may be our network, and not Kafka. */
const YIELD_MS = 10_000;
const BACKOFF_MS = { first: 100, last: 2_000 };
/** What is written when we are asked to stop is sent on, if Kafka takes it. */
const LAST_EVENTS_MS = 3_000;

export class Relay {
  readonly #options: RelayOptions;
  readonly #bell = new Bell();
  readonly #chores: Chores;
  #away = false;

  constructor(options: RelayOptions) {
    const { log, metrics } = options;
    this.#options = options;
    this.#chores = new Chores(choresOf(options), { log, onFailure: (name) => metrics.choreFailed(name) });
  }

  /** A memo has changed: its event is there. */
  ring(): void {
    this.#bell.ring();
  }

  /** The work of the active relay; returns when asked to stop and nothing is left to send. @throws Yield */
  async work(held: Held, stop: AbortSignal): Promise<void> {
    const { events, log } = this.#options;
    const publisher = events && new Publisher(events, log);
    const backoff = new Backoff();
    let last: number | undefined;
    try {
      for (;;) {
        const outcome = publisher === undefined ? 'empty' : await this.#sendNext(held, publisher);
        if (stop.aborted) {
          last ??= performance.now() + LAST_EVENTS_MS;
          if (outcome !== 'sent' || performance.now() > last) return;
        } else {
          // After sending, so that a chore that costs the session leaves each holder of the lock a batch.
          await this.#chores.due(held);
        }
        if (outcome === 'sent') backoff.over();
        else if (outcome === 'empty') await this.#bell.wait(LOOK_MS, stop);
        else await backoff.wait(stop);
      }
    } finally {
      await publisher?.close();
    }
  }

  async #sendNext(held: Held, publisher: Publisher): Promise<'sent' | 'empty' | 'away'> {
    const { metrics, updateEvents, log } = this.#options;
    const waiting = await held.ask((session) => nextEvents(session, BATCH.count));
    metrics.eldest(waiting[0]?.age);
    const events = waiting.slice(
      0,
      fitting(waiting, BATCH, ({ payload }) => payload.length),
    );
    if (events.length === 0) return 'empty';
    const wanted = updateEvents ? events : events.filter(isAlwaysPublished);
    const sent = await this.#publish(publisher, wanted, held);
    if (sent === undefined) return 'away';
    for (const { event, reason } of sent.refused) {
      const { id, seq, type } = event;
      const fields = { 'event.id': id, 'event.type': type, 'outbox.seq': seq, 'error.message': reason };
      log.error(fields, 'Kafka refuses this event: it is set aside, and sent once its poisoned_at is NULL again');
      await held.ask((session) => markPoisoned(session, seq));
      metrics.poisoned(type);
    }
    const refused = new Set(sent.refused.map(({ event }) => event));
    const done = events.filter((event) => !refused.has(event)).map(({ seq }) => seq);
    await held.ask((session) => markPublished(session, done));
    for (const { type } of sent.published) metrics.published(type);
    return 'sent';
  }

  /** Undefined: Kafka is away. Said once, and once more when it is back. */
  async #publish(publisher: Publisher, events: readonly OutboxEvent[], held: Held): Promise<Sent | undefined> {
    const { log, metrics } = this.#options;
    if (events.length === 0) return { published: [], refused: [] };
    try {
      const sent = await publisher.publish(events, () => held.confirm());
      if (this.#away) log.info('Kafka takes events again');
      this.#away = false;
      return sent;
    } catch (error) {
      // The lock is lost, or it is not certain that it is held: the work is over.
      if (error instanceof DatabaseUnavailable) throw error;
      metrics.failed();
      if (!this.#away) log.warn(errorFields(error), 'Kafka does not take events; they wait in the outbox');
      this.#away = true;
      return undefined;
    }
  }
}

/** The consumers of the original know the other two types only. */
function isAlwaysPublished({ type }: OutboxEvent): boolean {
  return type !== 'memo_updated';
}

/** Longer and longer pauses while Kafka is away, and in the end the lock for somebody else. */
class Backoff {
  #since: number | undefined;
  #pause = BACKOFF_MS.first;

  /** @throws Yield */
  async wait(stop: AbortSignal): Promise<void> {
    this.#since ??= performance.now();
    if (performance.now() - this.#since > YIELD_MS) throw new Yield('Kafka does not take events');
    await pauseUnless(stop, this.#pause * (0.5 + Math.random() / 2));
    this.#pause = Math.min(BACKOFF_MS.last, this.#pause * 2);
  }

  over(): void {
    this.#since = undefined;
    this.#pause = BACKOFF_MS.first;
  }
}

function choresOf(options: RelayOptions): Chore[] {
  const { cache, events, metrics, purges } = options;
  const done = doneColumn(options);
  const outbox: Purge = {
    table: 'outbox',
    atOnce: PURGED_AT_ONCE,
    portion: (session, atOnce) => purge(session, done, atOnce),
  };
  return [
    // Where nothing takes them, rows are not a backlog.
    ...(events === undefined ? [] : [measuring('backlog', backlog, (rows) => metrics.backlog(rows))]),
    ...(cache === undefined ? [] : [measuring('invalidations', unreplayed, (count) => metrics.unreplayed(count))]),
    ...[outbox, ...purges].map(({ atOnce, portion, table }) => ({
      name: `purge ${table}`,
      everyMs: PURGE_MS,
      atOnce,
      go: portion,
    })),
  ];
}

function measuring<T>(what: string, ask: (session: Connection) => Promise<T>, show: (value: T) => void): Chore {
  const go = async (session: Connection): Promise<true> => {
    show(await ask(session));
    return true;
  };
  return { name: `measure ${what}`, everyMs: MEASURE_MS, atOnce: 1, go };
}

/** With nobody to take them, events are done when they are written. */
function doneColumn({ cache, events }: RelayOptions): DoneColumn {
  if (events !== undefined) return 'published_at';
  return cache === undefined ? 'created_at' : 'replayed_at';
}
