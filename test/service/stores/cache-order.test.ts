/** Whatever comes between the steps of readers and writers on two replicas, nobody reads what an acknowledged write replaced. */
import { expect } from 'chai';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { setImmediate as turn } from 'node:timers/promises';
import type { ReplayableCache } from '../../../service/src/cache/redis-cache.ts';
import { CACHE_SCRIPTS, LEASE_CHECK } from '../../../service/src/cache/scripts.ts';
import type { CacheScripts } from '../../../service/src/cache/scripts.ts';
import type { CachedMemo } from '../../../service/src/memos/cache-port.ts';
import { startRedis } from '../../stores/redis.ts';
import type { Store } from '../../stores/store.ts';
import { openReplica } from '../harness/cache-replica.ts';

/** Readers and writers are taken one step further; what happens to Redis happens in between. By how often. */
const WHAT = [
  ['begin', 4],
  ['go on', 5],
  ['write', 3],
  ['delete', 1],
  ['acknowledge', 4],
  ['flush', 1],
  ['evict body', 1],
  ['evict state', 1],
] as const;

interface Step {
  readonly what: (typeof WHAT)[number][0];
  readonly replica: 0 | 1;
  /** Which of those that wait goes on. */
  readonly pick: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  what: fc.oneof(...WHAT.map(([what, weight]) => ({ arbitrary: fc.constant(what), weight }))),
  replica: fc.constantFrom(0, 1),
  pick: fc.nat(7),
});

/** A load that stands before its query, or between that and handing over what it read. */
interface HeldLoad {
  goOn: () => void;
}

describe('the order of the memo cache', function () {
  this.timeout(60_000);
  let store: Store;
  let redis: Redis;
  let nextId = 1;

  before(async () => {
    store = await startRedis();
    redis = new Redis(store.url);
  });

  after(async () => {
    redis.disconnect();
    await store.stop();
  });

  /** Plays the steps on a memo of their own. @throws Error naming a read that got what was replaced before it began */
  async function play(replicas: readonly [ReplayableCache, ReplayableCache], steps: readonly Step[]): Promise<void> {
    const id = nextId++;
    /** What the database holds, and held: true where there was a memo. Its place is the version. */
    const history = [true];
    /** The version of the last write that was acknowledged. */
    let acknowledged = 0;
    /** Committed, and not acknowledged yet. */
    const writes: number[] = [];
    const held: HeldLoad[] = [];
    const reads: Promise<void>[] = [];
    const running = new Set<Promise<void>>();

    const gate = async (): Promise<void> => {
      await new Promise<void>((resolve) => held.push({ goOn: resolve }));
    };
    const query = (): CachedMemo | undefined => {
      const version = history.length - 1;
      return history[version] === true ? { bytes: Buffer.from(`{"id":${id},"v":${version}}`), version } : undefined;
    };
    const read = async (replica: ReplayableCache, load: () => Promise<CachedMemo | undefined>): Promise<void> => {
      const least = acknowledged;
      const found = await replica.read(id, load);
      const isNew = found === undefined ? history.slice(least).includes(false) : found.version >= least;
      if (!isNew) throw new Error(`read ${found?.version ?? 'no memo'}, which was replaced by ${least} before`);
    };
    const acknowledge = async (replica: ReplayableCache, pick: number): Promise<void> => {
      const [version] = writes.splice(pick % Math.max(1, writes.length), 1);
      if (version === undefined) return;
      await replica.invalidate(id);
      acknowledged = Math.max(acknowledged, version);
    };
    const does: Record<Step['what'], (replica: ReplayableCache, pick: number) => unknown> = {
      begin: (replica) => {
        const reading = read(replica, async () => {
          await gate();
          const found = query();
          await gate();
          return found;
        });
        reads.push(reading);
        running.add(reading);
        // How it ended is looked at when all is over.
        void reading.catch(() => undefined).finally(() => running.delete(reading));
      },
      'go on': (_replica, pick) => held.splice(pick % Math.max(1, held.length), 1)[0]?.goOn(),
      write: () => writes.push(history.push(true) - 1),
      delete: () => writes.push(history.push(false) - 1),
      acknowledge,
      flush: () => redis.flushall(),
      'evict body': () => redis.del(`memo:${id}`),
      'evict state': () => redis.del(`memo-state:${id}`),
    };
    for (const { pick, replica, what } of steps) {
      await does[what](replicas[replica], pick);
      await settled();
    }
    while (running.size > 0) {
      held.shift()?.goOn();
      await settled();
    }
    await Promise.all(reads);
    while (writes.length > 0) await acknowledge(replicas[0], 0);
    for (const replica of replicas) await read(replica, () => Promise.resolve(query()));
  }

  /** Long enough for a reader to reach Redis and come back, as a rule; whatever is late makes another order, as good. */
  async function settled(): Promise<void> {
    for (let times = 0; times < 3; times += 1) {
      await turn();
      await redis.ping();
    }
  }

  async function check(scripts: CacheScripts): Promise<fc.RunDetails<[Step[]]>> {
    const replicas = [await openReplica(store, { scripts }), await openReplica(store, { scripts })] as const;
    try {
      const steps = fc.array(step, { minLength: 10, maxLength: 30, size: 'max' });
      return await fc.check(
        fc.asyncProperty(steps, (some) => play(replicas, some)),
        { numRuns: 400 },
      );
    } finally {
      await Promise.all(replicas.map((replica) => replica.close()));
    }
  }

  it('gives no reader what was replaced before it began', async () => {
    const found = await check(CACHE_SCRIPTS);
    expect(found.failed, fc.defaultReportMessage(found)).to.equal(false);
  });

  it('would without the check of the lease', async () => {
    const found = await check({ ...CACHE_SCRIPTS, fill: CACHE_SCRIPTS.fill.replace(LEASE_CHECK, '') });
    expect(String(found.errorInstance)).to.include('which was replaced');
  });
});
