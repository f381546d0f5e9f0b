/**
 * Replays every write of the outbox into the cache as an invalidation. Writers invalidate by themselves; this is for the
 * writer that could not reach Redis, or died between its commit and the invalidation. By version it drops nothing newer.
 */
import type { Invalidation } from '../cache/redis-cache.ts';
import { pauseUnless } from '../waiting.ts';
import type { Held } from './exclusive.ts';
import type { EventMetrics } from './metrics.ts';
import { markReplayed, nextReplays } from './outbox-queue.ts';

export interface ReplayOptions {
  readonly replay: (writes: readonly Invalidation[]) => Promise<void>;
  readonly metrics: EventMetrics;
}

const PORTION = 1000;
/** A missed invalidation is made good within a second. */
const LOOK_MS = 400;

/** Until `stop`. @throws when Redis does not take them: another replica may reach it */
export async function replayWrites(options: ReplayOptions, held: Held, stop: AbortSignal): Promise<void> {
  const { replay, metrics } = options;
  while (!stop.aborted) {
    const writes = await held.ask((session) => nextReplays(session, PORTION));
    if (writes.length > 0) {
      await replay(writes);
      const seqs = writes.map(({ seq }) => seq);
      await held.ask((session) => markReplayed(session, seqs));
      metrics.replayed(writes.length);
    }
    if (writes.length < PORTION) await pauseUnless(stop, LOOK_MS);
  }
}
