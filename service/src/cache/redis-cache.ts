/**
 * The memo cache in Redis. A miss takes a lease and only its holder may fill; every invalidation drops the lease with the
 * entry, and so does whatever else empties Redis. So a value that was read before a write can't enter after its invalidation.
 * docs/adr/0003-cache-leases.md holds the argument and what happens while Redis is away.
 */
import { randomBytes } from 'node:crypto';
import type { Registry } from 'prom-client';
import type { CachedMemo, MemoCache } from '../memos/cache-port.ts';
import type { Log } from '../observability/log.ts';
import { absentState, entryOf, filledState, keysOf, leaseState, originOf } from './entry.ts';
import type { Entry } from './entry.ts';
import { Flights } from './flights.ts';
import type { Landed } from './flights.ts';
import { JournalAway, RedisAway, RedisLink } from './link.ts';
import type { LinkDeadlines } from './link.ts';
import { Lookups } from './lookups.ts';
import { cacheMetrics } from './metrics.ts';
import type { CacheMetrics } from './metrics.ts';
import { CACHE_SCRIPTS } from './scripts.ts';
import type { CacheScripts } from './scripts.ts';

/** A committed write, as the outbox knows it. */
export interface Invalidation {
  readonly id: number;
  /** The version that was written; absent drops the entry whatever its version. */
  readonly version?: number;
}

/** Where missed invalidations are found again. */
export interface InvalidationJournal {
  /** Every write committed in the last `ms` before this call, in chunks. */
  recent(ms: number): AsyncIterable<readonly Invalidation[]>;
}

export interface RedisCacheOptions {
  readonly url: string;
  readonly ttlMs: number;
  /** Where the memos are loaded from. */
  readonly database: { readonly host: string; readonly port: number; readonly database: string };
  readonly journal: InvalidationJournal;
  readonly register: Registry;
  readonly log: Log;
  readonly deadlines?: LinkDeadlines;
  readonly scripts?: CacheScripts;
}

/** A {@link MemoCache} that also takes invalidations from the outbox. */
export interface ReplayableCache extends MemoCache {
  /** Invalidates again. @throws RedisAway when not all of it reached Redis */
  replay(writes: readonly Invalidation[]): Promise<void>;
}

const DEADLINES: LinkDeadlines = { connect: 250, read: 100, write: 250 };
/** Longer than any load: only a holder that died leaves it to run out, and meanwhile its memo is loaded but not filled. */
const LEASE_MS = 5_000;
const ABSENT_MS = 5_000;
/** Absent entries per {@link ABSENT_MS} and process: a scan over made-up ids must not push memos out of Redis. */
const ABSENT_MOST = 1_000;
/** Share of the TTL by which entries that were filled together run out apart; only ever earlier. */
const JITTER = 0.1;
/** A row is written before its commit; no transaction of ours is open for so long. */
const COMMIT_MARGIN_MS = 60_000;
const REPLAY_CHUNK = 250;
const REPLAY_DEADLINE_MS = 1_000;

/** Opens the cache; it connects on its own and reads bypass it until it has. */
export function openRedisCache(options: RedisCacheOptions): ReplayableCache {
  return new RedisCache(options);
}

class RedisCache implements ReplayableCache {
  readonly #options: RedisCacheOptions;
  readonly #scripts: CacheScripts;
  readonly #deadlines: LinkDeadlines;
  readonly #metrics: CacheMetrics;
  readonly #link: RedisLink;
  readonly #lookups: Lookups;
  readonly #origin: string;
  readonly #flights = new Flights<CachedMemo | undefined>();
  /** Tokens of two processes, or of one before and after a restart, never meet. */
  readonly #process = randomBytes(9).toString('base64url');
  #leases = 0;
  #absences = { since: 0, count: 0 };

  constructor(options: RedisCacheOptions) {
    this.#options = options;
    this.#scripts = options.scripts ?? CACHE_SCRIPTS;
    this.#deadlines = options.deadlines ?? DEADLINES;
    this.#metrics = cacheMetrics(options.register);
    this.#origin = originOf(options.database);
    this.#link = new RedisLink({
      server: options,
      deadlines: this.#deadlines,
      log: options.log,
      withoutRedis: 'reads go to the database',
      recover: () => this.#recover(),
      onState: (state) => this.#metrics.state(state),
    });
    this.#lookups = new Lookups(this.#link, this.#deadlines.read, this.#origin);
  }

  async read(id: number, load: () => Promise<CachedMemo | undefined>): Promise<CachedMemo | undefined> {
    if (this.#link.state !== 'open') {
      this.#metrics.read('bypass');
      return await this.#loadAlone(id, load);
    }
    const entry = await this.#lookup(id);
    if (entry === 'unknown') return await this.#loadOrLookAgain(id, load);
    if (entry !== undefined) return entry.memo;
    return await this.#flights.run(id, (seal) => this.#loadAndFill(id, load, seal));
  }

  /** Past Redis: it is away, or has taken one deadline of the reader already. */
  #loadAlone(id: number, load: () => Promise<CachedMemo | undefined>): Promise<CachedMemo | undefined> {
    return this.#flights.run(id, async () => ({ value: await load(), current: false }));
  }

  /** Where the load fails, a Redis that was only slow may have come round to what it has. */
  async #loadOrLookAgain(id: number, load: () => Promise<CachedMemo | undefined>): Promise<CachedMemo | undefined> {
    try {
      return await this.#loadAlone(id, load);
    } catch (error) {
      const entry = this.#link.state === 'open' ? await this.#lookup(id) : undefined;
      if (typeof entry !== 'object') throw error;
      return entry.memo;
    }
  }

  async invalidate(id: number): Promise<void> {
    // A load of this process that is in the air may have read too early for who comes after us.
    this.#flights.seal(id);
    try {
      await this.#link.persist((redis) => redis.del(keysOf(id)));
      this.#metrics.invalidation('done');
    } catch (error) {
      // The write stands and is acknowledged. Our own reads go past Redis until the outbox was replayed into it; the live
      // relay does that for the others.
      this.#metrics.invalidation('missed');
      if (!(error instanceof RedisAway)) this.#link.distrust(error);
    }
  }

  async replay(writes: readonly Invalidation[]): Promise<void> {
    for (let start = 0; start < writes.length; start += REPLAY_CHUNK) {
      const chunk = writes.slice(start, start + REPLAY_CHUNK);
      const keys = chunk.flatMap(({ id }) => keysOf(id));
      const versions = chunk.map(({ version }) => version ?? '');
      await this.#link.script(REPLAY_DEADLINE_MS, this.#scripts.replay, keys, versions);
    }
  }

  health(): Promise<boolean> {
    // The link's heartbeat knows within a second; asking again would cost every caller a deadline.
    return Promise.resolve(this.#link.state !== 'down');
  }

  close(): Promise<void> {
    return this.#link.close();
  }

  /** What Redis has; `unknown` where it fails, refuses, or takes too long to say. */
  async #lookup(id: number): Promise<Entry | 'unknown'> {
    try {
      const entry = await this.#lookups.get(id);
      if (entry !== undefined) this.#metrics.read(entry.memo === undefined ? 'absent' : 'hit');
      else this.#metrics.read('miss');
      return entry;
    } catch {
      // The link logged the loss of Redis; a single refusal is repaired by the fill that follows.
      this.#metrics.read('error');
      return 'unknown';
    }
  }

  async #loadAndFill(
    id: number,
    load: () => Promise<CachedMemo | undefined>,
    seal: () => void,
  ): Promise<Landed<CachedMemo | undefined>> {
    const { epoch } = this.#link;
    const lease = await this.#lease(id);
    // Current when we looked: not proof enough for those who came later.
    if (typeof lease === 'object') return { value: lease.memo, current: false };
    const value = await load();
    if (lease === undefined) return { value, current: false };
    // Who comes after this point may come after a write that comes after the fill.
    seal();
    const filled = await this.#fill(id, lease, value);
    return { value, current: filled && epoch === this.#link.epoch };
  }

  /** The lease's state; an entry where one was filled meanwhile; undefined when somebody else loads or Redis failed. */
  async #lease(id: number): Promise<string | Exclude<Entry, undefined> | undefined> {
    const state = leaseState(`${this.#process}.${(this.#leases += 1)}`);
    try {
      const { read } = this.#deadlines;
      const args = [state, LEASE_MS, this.#origin];
      const reply = await this.#link.script(read, this.#scripts.lease, keysOf(id), args);
      if (!Array.isArray(reply)) return undefined;
      const [outcome, body, found] = reply as unknown[];
      if (outcome === 1) return state;
      if (outcome === 2) {
        return entryOf(Buffer.isBuffer(body) ? body : null, Buffer.isBuffer(found) ? found : null, this.#origin);
      }
      this.#metrics.fill('unleased');
    } catch {
      this.#metrics.fill('error');
    }
    return undefined;
  }

  async #fill(id: number, lease: string, memo: CachedMemo | undefined): Promise<boolean> {
    if (memo === undefined && !this.#mayRemember()) return false;
    const { ttlMs } = this.#options;
    const ttl = memo === undefined ? ABSENT_MS : Math.max(1, Math.floor(ttlMs * (1 - Math.random() * JITTER)));
    const state = memo === undefined ? absentState(this.#origin) : filledState(memo, this.#origin);
    const args = [lease, state, ttl, memo === undefined ? '' : memo.bytes];
    try {
      const filled = (await this.#link.script(this.#deadlines.read, this.#scripts.fill, keysOf(id), args)) === 1;
      this.#metrics.fill(filled ? 'filled' : 'refused');
      return filled;
    } catch {
      this.#metrics.fill('error');
      return false;
    }
  }

  #mayRemember(): boolean {
    const now = performance.now();
    if (now - this.#absences.since > ABSENT_MS) this.#absences = { since: now, count: 0 };
    this.#absences.count += 1;
    return this.#absences.count <= ABSENT_MOST;
  }

  /**
   * Before Redis is used again (or first): every write that an entry in it could be older than. It may have missed ours while
   * it was away, and one that keeps its data on disk may have come back with entries that were dropped long ago.
   */
  async #recover(): Promise<void> {
    const journal = this.#options.journal.recent(this.#options.ttlMs + COMMIT_MARGIN_MS)[Symbol.asyncIterator]();
    const next = async (): Promise<IteratorResult<readonly Invalidation[]>> => {
      try {
        return await journal.next();
      } catch (error) {
        throw new JournalAway(error);
      }
    };
    for (let writes = await next(); writes.done !== true; writes = await next()) await this.replay(writes.value);
  }
}
