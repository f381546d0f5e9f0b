/**
 * The work queue, with client-go's rules: a key waits once however often it is added, is never handed out twice at the
 * same time, and one that is added while it is worked on runs once more afterwards.
 */
import type { Clock, Timer } from '../clock.ts';
import { systemClock } from '../clock.ts';
import type { QueueMetrics } from '../metrics.ts';
import type { RateLimiter } from './limiter.ts';

/** Changes go before what merely has to be looked at some time: the first list, the resync. */
export type Priority = 'high' | 'low';

export interface WorkQueueOptions {
  limiter: RateLimiter;
  clock?: Clock;
  metrics?: QueueMetrics | undefined;
}

interface Waiting {
  due: number;
  timer: Timer;
  priority: Priority;
}

export class WorkQueue {
  readonly #limiter: RateLimiter;
  readonly #clock: Clock;
  readonly #metrics: QueueMetrics | undefined;
  /** Keys ready to be handed out with the time they became so. Maps keep the order of insertion. */
  readonly #ready: Record<Priority, Map<string, number>> = { high: new Map(), low: new Map() };
  /** Keys being worked on with the time they were handed out. */
  readonly #processing = new Map<string, number>();
  /** Keys that were added while being worked on. */
  readonly #again = new Map<string, Priority>();
  readonly #waiting = new Map<string, Waiting>();
  readonly #takers: ((key: string | undefined) => void)[] = [];
  #idle: PromiseWithResolvers<undefined> | undefined;

  constructor(options: WorkQueueOptions) {
    this.#limiter = options.limiter;
    this.#clock = options.clock ?? systemClock;
    this.#metrics = options.metrics;
    this.#metrics?.watch(this);
  }

  /** Keys that are ready. */
  get depth(): number {
    return this.#ready.high.size + this.#ready.low.size;
  }

  /** Makes the key ready; no more than that if it is ready already, but a higher priority counts. */
  add(key: string, priority: Priority = 'high'): void {
    if (this.#idle) return;
    this.#metrics?.added();
    if (this.#processing.has(key)) {
      if (this.#again.get(key) !== 'high') this.#again.set(key, priority);
      return;
    }
    this.#enqueue(key, priority);
  }

  /** Adds the key after `milliseconds`. Of several pending ones the earliest counts. */
  addAfter(key: string, milliseconds: number, priority: Priority = 'high'): void {
    if (this.#idle) return;
    if (milliseconds <= 0) {
      this.add(key, priority);
      return;
    }
    const due = this.#clock.now() + milliseconds;
    const pending = this.#waiting.get(key);
    if (pending && pending.due <= due) return;
    pending?.timer.cancel();
    const timer = this.#clock.after(milliseconds, () => {
      this.#waiting.delete(key);
      this.add(key, priority);
    });
    this.#waiting.set(key, { due, timer, priority });
  }

  /** Adds the key after what the limiter asks, which grows with every call until {@link forget}. */
  addRateLimited(key: string): void {
    this.#metrics?.retried();
    this.addAfter(key, this.#limiter.delay(key));
  }

  /** The key went well (or is gone): its backoff starts anew. */
  forget(key: string): void {
    this.#limiter.forget(key);
  }

  /** The next key, as soon as there is one; undefined once the queue is shut down. Every key taken must be given to {@link done}. */
  take(): Promise<string | undefined> {
    if (this.#idle) return Promise.resolve(undefined);
    const key = this.#next();
    if (key !== undefined) return Promise.resolve(key);
    return new Promise((resolve) => this.#takers.push(resolve));
  }

  /** Work on the key has ended, well or not. */
  done(key: string): void {
    const since = this.#processing.get(key);
    if (since === undefined) return;
    this.#processing.delete(key);
    this.#metrics?.worked(this.#clock.now() - since);
    const priority = this.#again.get(key);
    this.#again.delete(key);
    if (priority !== undefined && !this.#idle) this.#enqueue(key, priority);
    this.#settle();
  }

  /**
   * Hands out nothing more and resolves when all that was handed out is done. What was still waiting is dropped: whoever
   * works next lists everything anyway, and should not have to wait for us.
   */
  shutdown(): Promise<undefined> {
    if (!this.#idle) {
      this.#idle = Promise.withResolvers();
      for (const { timer } of this.#waiting.values()) timer.cancel();
      this.#waiting.clear();
      this.#ready.high.clear();
      this.#ready.low.clear();
      this.#again.clear();
      for (const taker of this.#takers.splice(0)) taker(undefined);
      this.#settle();
    }
    return this.#idle.promise;
  }

  /** Each key now being worked on, and the milliseconds it has taken so far. */
  running(): [key: string, took: number][] {
    const now = this.#clock.now();
    return [...this.#processing].map(([key, since]) => [key, now - since]);
  }

  #enqueue(key: string, priority: Priority): void {
    const { high, low } = this.#ready;
    if (high.has(key)) return;
    const since = low.get(key);
    if (since !== undefined) {
      if (priority === 'low') return;
      low.delete(key);
    }
    this.#ready[priority].set(key, since ?? this.#clock.now());
    const taker = this.#takers.shift();
    if (taker) taker(this.#next());
  }

  #next(): string | undefined {
    const queue = this.#ready.high.size > 0 ? this.#ready.high : this.#ready.low;
    for (const [key, since] of queue) {
      queue.delete(key);
      const now = this.#clock.now();
      this.#processing.set(key, now);
      this.#metrics?.taken(now - since);
      return key;
    }
    return undefined;
  }

  #settle(): void {
    if (this.#processing.size === 0) this.#idle?.resolve(undefined);
  }
}
