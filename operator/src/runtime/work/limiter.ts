/** How long a failed key waits: its own exponential backoff, and one bucket for the retries of all. */
import type { Clock, Random } from '../clock.ts';
import { jitter, systemClock } from '../clock.ts';

/** Tokens that come back at `rate` per second, at most `burst` of them. */
export class TokenBucket {
  readonly #rate: number;
  readonly #burst: number;
  readonly #clock: Clock;
  #tokens: number;
  #at: number;

  constructor(rate: number, burst: number, clock: Clock = systemClock) {
    this.#rate = rate;
    this.#burst = burst;
    this.#clock = clock;
    this.#tokens = burst;
    this.#at = clock.now();
  }

  /** Takes a token if there is one. */
  take(): boolean {
    this.#refill();
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  /** Takes a token, of the future if need be; answers how many milliseconds away it is. */
  reserve(): number {
    this.#refill();
    this.#tokens -= 1;
    return this.#tokens >= 0 ? 0 : (-this.#tokens / this.#rate) * 1000;
  }

  /** Whether all tokens are back: a full bucket needs no keeping. */
  get full(): boolean {
    this.#refill();
    return this.#tokens >= this.#burst;
  }

  #refill(): void {
    const now = this.#clock.now();
    this.#tokens = Math.min(this.#burst, this.#tokens + ((now - this.#at) / 1000) * this.#rate);
    this.#at = now;
  }
}

export interface RateLimiterOptions {
  /** First delay in milliseconds; doubled with every failure. */
  base?: number;
  /** The longest delay of one key. */
  limit?: number;
  clock?: Clock;
  random?: Random;
  /** Retries of all keys together. */
  bucket?: TokenBucket;
}

export class RateLimiter {
  readonly #base: number;
  readonly #limit: number;
  readonly #random: Random;
  readonly #bucket: TokenBucket;
  readonly #failures = new Map<string, number>();

  constructor(options: RateLimiterOptions = {}) {
    this.#base = options.base ?? 5;
    this.#limit = options.limit ?? 300_000;
    this.#random = options.random ?? Math.random;
    this.#bucket = options.bucket ?? new TokenBucket(10, 100, options.clock);
  }

  /** Counts a failure of the key and answers how many milliseconds it has to wait. */
  delay(key: string): number {
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    const own = jitter(Math.min(this.#limit, this.#base * 2 ** Math.min(failures, 40)), 0.1, this.#random);
    return Math.max(own, this.#bucket.reserve());
  }

  forget(key: string): void {
    this.#failures.delete(key);
  }

  /** How often the key failed in a row. */
  failures(key: string): number {
    return this.#failures.get(key) ?? 0;
  }
}
