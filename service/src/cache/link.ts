// The one connection to Redis. It is thrown away at the first trouble and made anew, instead of asking the client library to
// mend it: a connection whose server froze, whose network went silent, or that was stuck in its handshake looks alive to the
// library for minutes, and commands it sends again later are worth nothing to us.
import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { CacheConfig } from '../config.ts';
import type { Log } from '../observability/log.ts';
import { errorFields } from '../observability/log.ts';
import { tlsOptions } from '../tls.ts';
import { DeadlineExceeded, within } from '../waiting.ts';
import { ListeningConnector } from './connector.ts';

/** Redis is away, or was lost while it answered. */
export class RedisAway extends Error {
  constructor(cause?: unknown) {
    super('Redis is not reachable', { cause });
    this.name = 'RedisAway';
  }
}

/** What was missed could not be learnt, for the journal of it is away: no fault of Redis'. */
export class JournalAway extends Error {
  constructor(cause: unknown) {
    super('the writes that Redis may have missed cannot be read', { cause });
    this.name = 'JournalAway';
  }
}

/**
 * `down`: no connection. `recovering`: connected, and invalidations that were missed are being replayed; writers may use it,
 * readers not yet. `open`: in use.
 */
export type LinkState = 'down' | 'recovering' | 'open';

/** Where Redis is, who asks and how it is known; not how long anything stays in it. */
export type RedisServer = Omit<CacheConfig, 'ttlMs'>;

/** Milliseconds. */
export interface LinkDeadlines {
  /** TCP, handshake and first answer. */
  readonly connect: number;
  /** One command of a reader. */
  readonly read: number;
  /** An invalidation, with a reconnect in between if need be; and how long a broken connection counts as a blink. */
  readonly write: number;
}

export interface LinkOptions {
  readonly server: RedisServer;
  readonly deadlines: LinkDeadlines;
  readonly log: Log;
  /** What the loss of Redis means, for the log. */
  readonly withoutRedis: string;
  /** Called after each connect, and again while it throws {@link JournalAway}; the link opens when it resolves. */
  readonly recover: () => Promise<void>;
  readonly onState: (state: LinkState) => void;
}

type Argument = string | number | Buffer;

/** Redis answers, but not as a server that can serve: these words begin the error. */
const CANNOT_SERVE = /^(?:LOADING|READONLY|MASTERDOWN|CLUSTERDOWN|MISCONF|BUSY|NOAUTH|WRONGPASS|NOPERM)/;
/** A silent Redis is given up after the sum at most; with the age of a report (health/health.ts) it stays below 0.9 s. */
const HEARTBEAT = { everyMs: 200, deadlineMs: 400 };
/** Quick at first, for a server that only restarts; a dead one costs a connect five times a second. */
const RETRY_MS = { first: 20, last: 200 };
const JOURNAL_RETRY_MS = 500;

export class RedisLink {
  readonly #options: LinkOptions;
  readonly #shas = new Map<string, string>();
  readonly #waiting = new Set<() => void>();
  readonly #ended: Promise<void>;
  #redis: Redis | undefined;
  #state: LinkState = 'down';
  #downSince = performance.now();
  #epoch = 0;
  #closed = false;
  #trip: () => void = () => undefined;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#ended = this.#live();
  }

  get state(): LinkState {
    return this.#state;
  }

  /** Another number after every loss of the connection: what was learnt before it may be outdated. */
  get epoch(): number {
    return this.#epoch;
  }

  /**
   * Sends a command over the connection there is. Trouble with the connection, silence included, drops it.
   * @throws RedisAway, or Redis' own error when it refused this command alone
   */
  async send<T>(ms: number, command: (redis: Redis) => Promise<T>): Promise<T> {
    const redis = this.#redis;
    try {
      return await this.ask(ms, command);
    } catch (error) {
      if (!(error instanceof DeadlineExceeded)) throw error;
      if (redis !== undefined) this.#drop(redis, error);
      throw new RedisAway(error);
    }
  }

  /**
   * As {@link send}, for what a reader can do without: silence drops nothing. A Redis that is slow for a moment is no reason to
   * do without it until all that it may have missed is read from the database; whether it is gone, the heartbeat finds out.
   * @throws DeadlineExceeded too
   */
  async ask<T>(ms: number, command: (redis: Redis) => Promise<T>): Promise<T> {
    const redis = this.#redis;
    if (redis === undefined) throw new RedisAway();
    try {
      return await within(command(redis), ms, 'Redis');
    } catch (error) {
      if (isRefusal(error) || error instanceof DeadlineExceeded) throw error;
      this.#drop(redis, error);
      throw new RedisAway(error);
    }
  }

  /** A script by its hash, or by its text where Redis has lost it. */
  async script(ms: number, text: string, keys: readonly string[], args: readonly Argument[]): Promise<unknown> {
    return this.send(ms, async (redis) => {
      try {
        return await redis.callBuffer('EVALSHA', [this.#sha(text), keys.length, ...keys, ...args]);
      } catch (error) {
        if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
        return await redis.callBuffer('EVAL', [text, keys.length, ...keys, ...args]);
      }
    });
  }

  /**
   * As {@link send} within the write deadline in all, and again over a new connection when the one in use breaks. While Redis
   * has been away for longer than that it fails at once.
   */
  async persist<T>(command: (redis: Redis) => Promise<T>): Promise<T> {
    const deadline = performance.now() + this.#options.deadlines.write;
    for (;;) {
      await this.#blink(deadline);
      const left = deadline - performance.now();
      if (left <= 0) throw new RedisAway();
      try {
        return await this.send(left, command);
      } catch (error) {
        if (!(error instanceof RedisAway) || this.#closed) throw error;
      }
    }
  }

  /** Drops the connection for a reason found elsewhere. */
  distrust(reason: unknown): void {
    if (this.#redis !== undefined) this.#drop(this.#redis, reason);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.distrust(new Error('closed'));
    await this.#ended;
  }

  /** Waits for a connection, if it has been missing only for a moment. */
  async #blink(deadline: number): Promise<void> {
    if (this.#redis !== undefined || this.#closed) return;
    const end = Math.min(deadline, this.#downSince + this.#options.deadlines.write);
    const left = end - performance.now();
    if (left <= 0) throw new RedisAway();
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, left);
      this.#waiting.add(done);
    });
    if (performance.now() >= end) throw new RedisAway();
  }

  #sha(text: string): string {
    const known = this.#shas.get(text);
    if (known !== undefined) return known;
    const sha = createHash('sha1').update(text).digest('hex');
    this.#shas.set(text, sha);
    return sha;
  }

  async #live(): Promise<void> {
    let delay = RETRY_MS.first;
    while (!this.#closed) {
      const tripped = new Promise<void>((resolve) => (this.#trip = resolve));
      try {
        await this.#connect();
        const [opened] = await Promise.all([this.#recover(tripped), this.#beat(tripped)]);
        if (opened) delay = RETRY_MS.first;
      } catch (error) {
        this.distrust(error);
      }
      await pause(delay);
      delay = Math.min(RETRY_MS.last, delay * 2);
    }
  }

  async #connect(): Promise<void> {
    const { server, deadlines } = this.#options;
    const redis = new Redis(server.url, {
      ...(server.username !== undefined && { username: server.username }),
      ...(server.password !== undefined && { password: server.password }),
      ...(server.tls && { tls: tlsOptions(server.tls, hostOf(server.url)) }),
      Connector: ListeningConnector,
      lazyConnect: true,
      protocol: 2,
      disableClientInfo: true,
      enableReadyCheck: false,
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      retryStrategy: () => null,
      connectTimeout: deadlines.connect,
      // `disconnect` waits this long for a server that may be frozen to take leave.
      disconnectTimeout: 20,
      noDelay: true,
    });
    redis.on('error', (error) => this.#drop(redis, error));
    redis.on('close', () => this.#drop(redis, new Error('the connection was closed')));
    try {
      await within(
        redis.connect().then(() => redis.ping()),
        deadlines.connect,
        'Redis',
      );
    } catch (error) {
      redis.disconnect();
      throw error;
    }
    if (this.#closed) {
      redis.disconnect();
      return;
    }
    this.#redis = redis;
    this.#become('recovering');
    for (const done of [...this.#waiting]) done();
  }

  /** Opens the link once all that was missed is replayed; waits for the journal as long as the connection lasts. */
  async #recover(tripped: Promise<void>): Promise<boolean> {
    for (let said = false; this.#state !== 'down';) {
      try {
        await this.#options.recover();
        // Lost meanwhile: the next connection has its own recovery.
        if (this.#isDown()) return false;
        this.#become('open');
        return true;
      } catch (error) {
        if (!(error instanceof JournalAway)) {
          this.distrust(error);
          return false;
        }
        if (!said) this.#options.log.warn(errorFields(error), 'reads go past Redis until the database is back');
        said = true;
      }
      await Promise.race([tripped, pause(JOURNAL_RETRY_MS)]);
    }
    return false;
  }

  #isDown(): boolean {
    return this.#redis === undefined;
  }

  /** Asks from time to time, so that a dead Redis is known before a request finds out. Resolves when the link has tripped. */
  async #beat(tripped: Promise<void>): Promise<void> {
    if (this.#redis === undefined) return;
    const timer = setInterval(() => {
      this.send(HEARTBEAT.deadlineMs, (redis) => redis.ping()).catch((error: unknown) => this.distrust(error));
    }, HEARTBEAT.everyMs);
    await tripped;
    clearInterval(timer);
  }

  #drop(redis: Redis, reason: unknown): void {
    if (this.#redis !== redis) return;
    this.#redis = undefined;
    this.#epoch += 1;
    this.#downSince = performance.now();
    this.#become('down');
    redis.disconnect();
    if (!this.#closed) {
      this.#options.log.warn(errorFields(reason), `lost Redis; until it is back, ${this.#options.withoutRedis}`);
    }
    this.#trip();
  }

  #become(state: LinkState): void {
    this.#state = state;
    this.#options.onState(state);
  }
}

/** Without the brackets that a URL puts around an IPv6 address. */
function hostOf(url: string): string {
  return new URL(url).hostname.replace(/^\[|\]$/g, '');
}

function isRefusal(error: unknown): boolean {
  return error instanceof Error && error.name === 'ReplyError' && !CANNOT_SERVE.test(error.message);
}
