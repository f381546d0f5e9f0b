/** Everything that follows a committed change: its event in Kafka, its invalidation in the cache, its end in the outbox. */
import type { Registry } from 'prom-client';
import type { ReplayableCache } from '../cache/redis-cache.ts';
import type { DatabaseBoundConfig } from '../config.ts';
import type { Database } from '../db/database.ts';
import type { Log } from '../observability/log.ts';
import { lockName, runExclusively } from './exclusive.ts';
import { eventMetrics } from './metrics.ts';
import { Relay } from './relay.ts';
import type { Purge } from './relay.ts';
import { replayWrites } from './replay.ts';
import type { ReplayOptions } from './replay.ts';

export interface EventsOptions {
  readonly config: DatabaseBoundConfig;
  readonly database: Database;
  /** Absent: nothing to replay into. */
  readonly cache?: ReplayableCache;
  readonly registry: Registry;
  readonly log: Log;
  /** What the active relay purges beside the outbox. */
  readonly purges: readonly Purge[];
}

export interface Events {
  /** A change was committed by this process. */
  changed(): void;
  /** Runs until `stop`, and sends on what is left if Kafka takes it. */
  run(stop: AbortSignal): Promise<void>;
}

export function openEvents({ config, database, cache, registry, log, purges }: EventsOptions): Events {
  const metrics = eventMetrics(registry);
  const relay = new Relay({ ...config, log, metrics, purges });
  const relaying = {
    database,
    lock: lockName('relay', config.database.url),
    log,
    onHeld: (held: boolean) => metrics.relaying(held),
  };
  return {
    changed: () => relay.ring(),
    run: async (stop) => {
      const work = [runExclusively(relaying, (held) => relay.work(held, stop), stop)];
      if (cache !== undefined) {
        const options: ReplayOptions = { replay: (writes) => cache.replay(writes), metrics };
        const lock = lockName('replay', config.database.url);
        const willing = (): Promise<boolean> => cache.health();
        const replaying = { database, lock, log, willing, onHeld: () => undefined };
        work.push(runExclusively(replaying, (held) => replayWrites(options, held, stop), stop));
      }
      await Promise.all(work);
    },
  };
}
