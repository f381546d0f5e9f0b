import { Counter, Gauge } from 'prom-client';
import type { Registry } from 'prom-client';
import type { Backlog } from './outbox-queue.ts';

export interface EventMetrics {
  published(type: string): void;
  poisoned(type: string): void;
  failed(): void;
  /** One of the relay's chores, by its name. */
  choreFailed(name: string): void;
  relaying(active: boolean): void;
  replayed(count: number): void;
  backlog(now: Backlog): void;
  /** Milliseconds since the eldest event that waits was written; undefined: none waits. */
  eldest(age: number | undefined): void;
  /** Invalidations that wait to be replayed. */
  unreplayed(count: number): void;
}

/** The metrics of the outbox in this registry. Its backlog is measured by the active relay alone: others show nothing of it. */
export function eventMetrics(registry: Registry): EventMetrics {
  const registers = [registry];
  const published = new Counter({
    name: 'memo_events_published_total',
    help: 'Events that Kafka has acknowledged, by type; an event may be published again after a crash',
    labelNames: ['type'],
    registers,
  });
  const poisonedTotal = new Counter({
    name: 'memo_events_poisoned_total',
    help: 'Events set aside because Kafka refuses them for good, by type',
    labelNames: ['type'],
    registers,
  });
  const failures = new Counter({
    name: 'memo_relay_failures_total',
    help: 'Attempts to publish that failed as a whole: Kafka away, or its topic',
    registers,
  });
  const chores = new Counter({
    name: 'memo_relay_chore_failures_total',
    help: 'Purges and measurements of the active relay that failed, and are tried again later, by chore',
    labelNames: ['chore'],
    registers,
  });
  const active = new Gauge({
    name: 'memo_relay_active',
    help: '1 in the one process that publishes the events',
    registers,
  });
  const replayed = new Counter({
    name: 'memo_cache_replayed_total',
    help: 'Invalidations replayed from the outbox into the cache',
    registers,
  });
  let measured: Backlog | undefined;
  let lag: (() => number) | undefined;
  let invalidations: number | undefined;
  const gauge = (name: string, help: string, value: () => number | undefined): Gauge =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        // Without a value of its own the gauge would show 0: nothing waits.
        this.remove();
        const now = value();
        if (now !== undefined) this.set(now);
      },
    });
  gauge('memo_outbox_backlog', 'Events that wait to be published, counted up to 100,000', () => measured?.waiting);
  gauge('memo_outbox_poisoned', 'Events set aside because Kafka refuses them', () => measured?.poisoned);
  gauge('memo_outbox_lag_seconds', 'Age of the eldest event that waits to be published', () => lag?.());
  const pending = 'Writes whose invalidation has not reached the cache for certain, counted up to 100,000';
  gauge('memo_cache_invalidations_pending', pending, () => invalidations);
  return {
    published: (type) => published.inc({ type }),
    poisoned: (type) => poisonedTotal.inc({ type }),
    failed: () => failures.inc(),
    choreFailed: (chore) => chores.inc({ chore }),
    relaying: (held) => {
      active.set(held ? 1 : 0);
      if (!held) [measured, lag, invalidations] = [undefined, undefined, undefined];
    },
    replayed: (count) => replayed.inc(count),
    backlog: (now) => (measured = now),
    eldest: (age) => {
      const written = age === undefined ? undefined : performance.now() - age;
      lag = () => (written === undefined ? 0 : Math.max(0, (performance.now() - written) / 1000));
    },
    unreplayed: (count) => (invalidations = count),
  };
}
