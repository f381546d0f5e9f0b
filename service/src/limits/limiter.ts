/** How many requests of a client may come in a window, per class: counted in Redis for all pods together. */
import { Counter } from 'prom-client';
import type { Registry } from 'prom-client';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { RateLimiterAbstract } from 'rate-limiter-flexible';
import { RedisLink } from '../cache/link.ts';
import type { RedisServer } from '../cache/link.ts';
import type { Rate, RateLimits } from '../config.ts';
import { LIMIT_CLASSES } from '../http/operations.ts';
import type { LimitClass } from '../http/operations.ts';
import { Problem } from '../http/errors/problem.ts';
import type { Log } from '../observability/log.ts';
import { LinkClient } from './link-client.ts';

export interface LimiterOptions {
  readonly rates: RateLimits;
  /** Absent: this process counts alone. */
  readonly redis: RedisServer | undefined;
  readonly registry: Registry;
  readonly log: Log;
}

interface Limited {
  /** For `RateLimit-Policy`. */
  readonly policy: string;
  /** The length of a window. */
  readonly seconds: number;
  readonly limiter: RateLimiterAbstract;
}

const LINK_DEADLINES = { connect: 250, read: 100, write: 100 } as const;

/** Undefined: nothing is limited. */
export function openLimiter(options: LimiterOptions): Limiter | undefined {
  return Object.keys(options.rates).length === 0 ? undefined : new Limiter(options);
}

export class Limiter {
  readonly #link: RedisLink | undefined;
  readonly #classes: ReadonlyMap<LimitClass, Limited>;
  readonly #refused: Counter<'class'>;

  constructor({ log, rates, redis, registry }: LimiterOptions) {
    this.#link =
      redis === undefined
        ? undefined
        : new RedisLink({
            server: redis,
            deadlines: LINK_DEADLINES,
            log,
            withoutRedis: 'each pod counts requests by itself',
            recover: () => Promise.resolve(),
            onState: () => undefined,
          });
    this.#classes = new Map(
      LIMIT_CLASSES.flatMap((name): [LimitClass, Limited][] => {
        const rate = rates[name];
        if (rate === undefined) return [];
        const policy = `"${name}";q=${rate.requests};w=${rate.seconds}`;
        return [[name, { policy, seconds: rate.seconds, limiter: limiterOf(name, rate, this.#link) }]];
      }),
    );
    this.#refused = new Counter({
      name: 'memo_rate_limited_total',
      help: 'Requests that were answered 429, by the class of their limit',
      labelNames: ['class'],
      registers: [registry],
    });
  }

  /** The classes that are limited. */
  get classes(): ReadonlySet<LimitClass> {
    return new Set(this.#classes.keys());
  }

  /**
   * Counts a request.
   * @param client whose request it is
   * @returns headers that say how many are left
   * @throws Problem quota-exceeded (429), which says it too
   */
  async count(name: LimitClass, client: string): Promise<Readonly<Record<string, string>>> {
    const limited = this.#classes.get(name);
    if (limited === undefined) return {};
    const { policy, seconds } = limited;
    const { exceeded, state } = await consume(limited, client);
    const reset = Math.min(seconds, Math.max(1, Math.ceil(state.msBeforeNext / 1000)));
    const headers = { 'RateLimit-Policy': policy, RateLimit: `"${name}";r=${state.remainingPoints};t=${reset}` };
    if (!exceeded) return headers;
    this.#refused.inc({ class: name });
    throw new Problem('quota-exceeded', { headers: { ...headers, 'Retry-After': String(reset) } });
  }

  async close(): Promise<void> {
    await this.#link?.close();
  }
}

/** In Redis, or in memory where there is none; a client that is over its limit asks Redis no more until the window ends. */
function limiterOf(name: LimitClass, { requests, seconds }: Rate, link: RedisLink | undefined): RateLimiterAbstract {
  const window = { keyPrefix: `rate:${name}`, points: requests, duration: seconds };
  const memory = new RateLimiterMemory(window);
  if (link === undefined) return memory;
  return new RateLimiterRedis({
    ...window,
    storeClient: new LinkClient(link),
    insuranceLimiter: memory,
    inMemoryBlockOnConsumed: requests + 1,
  });
}

interface Consumed {
  readonly exceeded: boolean;
  readonly state: RateLimiterRes;
}

/** The limiter goes by the time of day: a client that it refuses for longer than a window was noted before the clock was set back. */
async function consume({ limiter, seconds }: Limited, client: string): Promise<Consumed> {
  const consumed = await consumeOnce(limiter, client);
  if (consumed.state.msBeforeNext <= seconds * 1000 || !(limiter instanceof RateLimiterRedis)) return consumed;
  limiter.deleteInMemoryBlockedAll();
  return await consumeOnce(limiter, client);
}

/** The limiter rejects with the state when there is too much, and with an error when it is broken. */
async function consumeOnce(limiter: RateLimiterAbstract, client: string): Promise<Consumed> {
  try {
    return { exceeded: false, state: await limiter.consume(client) };
  } catch (error) {
    if (error instanceof RateLimiterRes) return { exceeded: true, state: error };
    throw error;
  }
}
