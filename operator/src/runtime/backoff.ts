/** Exponential backoff that only forgets after a while of health, so that a peer that answers once and fails again does not make it spin. */
import type { Clock, Random } from './clock.ts';
import { jitter } from './clock.ts';

export interface BackoffOptions {
  /** First delay in milliseconds; doubled with every failure. */
  base: number;
  limit: number;
  /** Milliseconds without a failure after which the next one counts as the first. */
  healthy: number;
  clock: Clock;
  random: Random;
}

export class Backoff {
  readonly #options: BackoffOptions;
  #failures = 0;
  #last: number | undefined;

  constructor(options: BackoffOptions) {
    this.#options = options;
  }

  /** Counts a failure and answers how many milliseconds to wait, never more than `limit`. */
  next(limit = this.#options.limit): number {
    const { base, healthy, clock, random } = this.#options;
    const now = clock.now();
    if (this.#last !== undefined && now - this.#last > healthy) this.#failures = 0;
    const delay = Math.min(limit, base * 2 ** Math.min(this.#failures, 30));
    this.#failures += 1;
    // What is waited now is no sign of health.
    this.#last = now + delay;
    return jitter(delay, 0.3, random);
  }

  get failures(): number {
    return this.#failures;
  }
}
