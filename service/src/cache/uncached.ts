import { Flights } from './flights.ts';
import type { CachedMemo, MemoCache } from '../memos/cache-port.ts';

/** No Redis configured: every read loads, and who asks for the same memo while a load runs shares the next one. */
export function uncached(): MemoCache {
  const flights = new Flights<CachedMemo | undefined>();
  return {
    read: (id, load) => flights.run(id, async () => ({ value: await load(), current: false })),
    invalidate: (id) => {
      flights.seal(id);
      return Promise.resolve();
    },
    health: () => Promise.resolve(true),
    close: () => Promise.resolve(),
  };
}
