/** The cache on a real Redis, with loads that can be held up at will: what no outside observer can time. */
import { expect } from 'chai';
import { Redis } from 'ioredis';
import type { ReplayableCache } from '../../../service/src/cache/redis-cache.ts';
import { CACHE_SCRIPTS, LEASE_CHECK } from '../../../service/src/cache/scripts.ts';
import type { CacheScripts } from '../../../service/src/cache/scripts.ts';
import type { CachedMemo } from '../../../service/src/memos/cache-port.ts';
import { startRedis } from '../../stores/redis.ts';
import type { Store } from '../../stores/store.ts';
import { openReplica, TTL_MS } from '../harness/cache-replica.ts';

/** A value that a load has read and not handed over yet. */
interface HeldLoad {
  readonly read: Promise<unknown>;
  readonly release: () => void;
  readonly load: () => Promise<CachedMemo | undefined>;
}

describe('the memo cache on Redis', function () {
  this.timeout(30_000);
  let store: Store;
  let redis: Redis;
  const opened: ReplayableCache[] = [];
  /** The truth: versions by memo; absent when deleted. */
  const memos = new Map<number, number>();
  let nextId = 1;

  before(async () => {
    store = await startRedis();
    redis = new Redis(store.url);
  });

  afterEach(async () => {
    await Promise.all(opened.splice(0).map((cache) => cache.close()));
  });

  after(async () => {
    redis.disconnect();
    await store.stop();
  });

  /** A cache as one replica has it, in use. @param host of the database that it loads from */
  async function replica(scripts?: CacheScripts, host?: string): Promise<ReplayableCache> {
    const cache = await openReplica(store, { ...(scripts && { scripts }), ...(host !== undefined && { host }) });
    opened.push(cache);
    return cache;
  }

  function memoOf(id: number): CachedMemo | undefined {
    const version = memos.get(id);
    return version === undefined
      ? undefined
      : { bytes: Buffer.from(`{"id":${id},"v":${version},"t":"메모"}`), version };
  }

  function load(id: number): Promise<CachedMemo | undefined> {
    return Promise.resolve(memoOf(id));
  }

  function created(): number {
    const id = nextId++;
    memos.set(id, 1);
    return id;
  }

  function hold(id: number): HeldLoad {
    const read = Promise.withResolvers<undefined>();
    const gate = Promise.withResolvers<undefined>();
    return {
      read: read.promise,
      release: () => gate.resolve(undefined),
      load: async () => {
        const memo = memoOf(id);
        read.resolve(undefined);
        await gate.promise;
        return memo;
      },
    };
  }

  /**
   * Readers of two replicas are held up between their read and their fill, while a writer of either one changes the memo.
   * @returns the memos that are read in an outdated version afterwards
   */
  async function race(scripts: CacheScripts): Promise<number> {
    const [here, there] = [await replica(scripts), await replica(scripts)];
    let stale = 0;
    for (let round = 0; round < 20; round += 1) {
      await Promise.all(
        Array.from({ length: 10 }, async (_, index) => {
          const id = created();
          const held = hold(id);
          const slow = (index % 2 === 0 ? here : there).read(id, held.load);
          await held.read;
          if (index % 5 === 4) memos.delete(id);
          else memos.set(id, 2);
          await (index % 3 === 0 ? here : there).invalidate(id);
          held.release();
          await slow;
          for (const cache of [here, there]) {
            if ((await cache.read(id, () => load(id)))?.version !== memos.get(id)) stale += 1;
          }
        }),
      );
    }
    return stale;
  }

  it('never fills what was read before a write', async () => {
    expect(await race(CACHE_SCRIPTS)).to.equal(0);
  });

  it('would without the check of the lease: the race above is one', async () => {
    expect(await race({ ...CACHE_SCRIPTS, fill: CACHE_SCRIPTS.fill.replace(LEASE_CHECK, '') })).to.be.above(100);
  });

  it('fills nothing whose lease went with a flush, and goes on after it', async () => {
    const cache = await replica();
    const id = created();
    const held = hold(id);
    const slow = cache.read(id, held.load);
    await held.read;
    await redis.flushall();
    held.release();
    expect((await slow)?.version).to.equal(1);
    expect(await redis.exists(`memo:${id}`)).to.equal(0);
    await cache.read(id, () => load(id));
    expect(await redis.exists(`memo:${id}`), 'the next reader fills').to.equal(1);
  });

  it('gives nobody who comes after a write what a load read before it', async () => {
    const cache = await replica();
    const id = created();
    const held = hold(id);
    const early = cache.read(id, held.load);
    await held.read;
    memos.set(id, 2);
    await cache.invalidate(id);
    expect((await cache.read(id, () => load(id)))?.version).to.equal(2);
    held.release();
    await early;
    expect((await cache.read(id, () => load(id)))?.version).to.equal(2);
  });

  it('keeps exactly the bytes it was given, for 300 s at most', async () => {
    const cache = await replica();
    const id = created();
    const memo = await cache.read(id, () => load(id));
    expect(await redis.getBuffer(`memo:${id}`)).to.deep.equal(memo?.bytes);
    const ids = Array.from({ length: 50 }, created);
    await Promise.all(ids.map((each) => cache.read(each, () => load(each))));
    for (const each of [id, ...ids]) expect(await redis.pttl(`memo:${each}`)).to.be.within(250_000, TTL_MS);
    const again = await cache.read(id, () => Promise.reject(new Error('a hit loads nothing')));
    expect(again).to.deep.equal(memo);
  });

  it('asks a Redis that was too slow once more, where the database has no answer', async () => {
    const cache = await replica();
    const id = created();
    const memo = await cache.read(id, () => load(id));
    await store.freeze();
    const found = await cache.read(id, () => {
      store.thaw();
      return Promise.reject(new Error('the database is away'));
    });
    expect(found).to.deep.equal(memo);
  });

  it('loads once for five hundred who ask at once', async () => {
    const cache = await replica();
    const id = created();
    let loads = 0;
    const ask = (): Promise<CachedMemo | undefined> =>
      cache.read(id, async () => {
        loads += 1;
        await new Promise((resolve) => setImmediate(resolve));
        return memoOf(id);
      });
    const found = await Promise.all(Array.from({ length: 500 }, ask));
    expect(new Set(found.map((memo) => memo?.version))).to.deep.equal(new Set([1]));
    expect(loads).to.be.within(1, 2);
  });

  it('remembers for some seconds that a memo is not there, until it is created', async () => {
    const [here, there] = [await replica(), await replica()];
    const id = nextId++;
    expect(await here.read(id, () => load(id))).to.equal(undefined);
    expect(await there.read(id, () => Promise.reject(new Error('known to be absent')))).to.equal(undefined);
    expect(await redis.exists(`memo:${id}`), 'other readers of the key see nothing').to.equal(0);
    expect(await redis.pttl(`memo-state:${id}`)).to.be.within(1, 5_000);
    memos.set(id, 1);
    await here.invalidate(id);
    expect((await there.read(id, () => load(id)))?.version).to.equal(1);
  });

  it('falls through and repairs what something else wrote under the key', async () => {
    const cache = await replica();
    const [foreign, list] = [created(), created()];
    await cache.read(foreign, () => load(foreign));
    await redis.set(`memo:${foreign}`, 'something else');
    await redis.rpush(`memo:${list}`, 'a', 'b');
    for (const id of [foreign, list]) {
      expect((await cache.read(id, () => load(id)))?.version).to.equal(1);
      expect(await redis.get(`memo:${id}`)).to.equal(memoOf(id)?.bytes.toString());
    }
  });

  it('takes no memo for its own that was filled from another database, nor that there is none', async () => {
    const [before, after] = [await replica(), await replica(undefined, 'other.example')];
    const [there, missing] = [created(), nextId++];
    for (const id of [there, missing]) await before.read(id, () => load(id));
    for (const id of [there, missing]) {
      const other = { bytes: Buffer.from(`{"id":${id},"t":"of the other"}`), version: 7 };
      const loaded = await after.read(id, () => Promise.resolve(other));
      expect(loaded, 'the same id is another memo there').to.deep.equal(other);
      const again = await after.read(id, () => Promise.reject(new Error('a hit loads nothing')));
      expect(again).to.deep.equal(other);
      expect(await before.read(id, () => load(id)), 'and the other way round').to.deep.equal(memoOf(id));
    }
  });

  it('replays a write without dropping what is newer', async () => {
    const cache = await replica();
    const [older, newer] = [created(), created()];
    memos.set(newer, 3);
    for (const id of [older, newer]) await cache.read(id, () => load(id));
    await cache.replay([
      { id: older, version: 2 },
      { id: newer, version: 2 },
    ]);
    expect(await redis.exists(`memo:${older}`)).to.equal(0);
    expect(await redis.exists(`memo:${newer}`)).to.equal(1);
  });
});
