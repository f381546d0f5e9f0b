import { Counter, Gauge } from 'prom-client';
import type { Registry } from 'prom-client';
import type { LinkState } from './link.ts';

/** How a read ended: in the cache (`hit`, `absent`), with a load (`miss`), or past a cache that was away (`bypass`, `error`). */
export type ReadResult = 'hit' | 'absent' | 'miss' | 'bypass' | 'error';
/** What became of a loaded value: `refused` where an invalidation came first, `unleased` where another process loads. */
export type FillResult = 'filled' | 'refused' | 'unleased' | 'error';
/** `missed`: Redis was away, the outbox remembers. */
export type InvalidationResult = 'done' | 'missed';

export interface CacheMetrics {
  read(result: ReadResult): void;
  fill(result: FillResult): void;
  invalidation(result: InvalidationResult): void;
  state(state: LinkState): void;
}

/** The cache's metrics in this registry. */
export function cacheMetrics(register: Registry): CacheMetrics {
  const registers = [register];
  const reads = new Counter({
    name: 'memo_cache_reads_total',
    help: 'Reads of one memo by how they ended; hit rate = (hit + absent) / all',
    labelNames: ['result'],
    registers,
  });
  const fills = new Counter({
    name: 'memo_cache_fills_total',
    help: 'Values loaded from the database by what became of them in the cache',
    labelNames: ['result'],
    registers,
  });
  const invalidations = new Counter({
    name: 'memo_cache_invalidations_total',
    help: 'Invalidations by writers; what is missed is replayed from the outbox',
    labelNames: ['result'],
    registers,
  });
  const up = new Gauge({
    name: 'memo_cache_up',
    help: '1 while the cache is in use, 0 while it is away or missed invalidations are being replayed',
    registers,
  });
  return {
    read: (result) => reads.inc({ result }),
    fill: (result) => fills.inc({ result }),
    invalidation: (result) => invalidations.inc({ result }),
    state: (state) => up.set(state === 'open' ? 1 : 0),
  };
}
