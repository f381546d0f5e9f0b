/**
 * A bounded pool of connections in which every wait has a deadline. The driver's own pool opens one connection at a time,
 * backs off for up to ten seconds after failures, and cannot cut off a frozen socket (docs/adr/0005).
 */
import { setTimeout as delay } from 'node:timers/promises';
import { DatabaseUnavailable } from './errors.ts';

/** What a pool holds. */
export interface Poolable {
  readonly broken: boolean;
  onClose(listener: () => void): void;
  end(): Promise<void>;
}

export interface PoolOptions<T extends Poolable> {
  readonly open: () => Promise<T>;
  /** Connections kept while idle; what is lost is opened again soon. */
  readonly min: number;
  readonly max: number;
  /** Milliseconds that a caller waits for a connection. */
  readonly acquireMs: number;
  /** Callers that may wait at once; the next one is refused at once. */
  readonly maxWaiting: number;
  /** Milliseconds after which a connection above `min` is closed when nobody uses it. */
  readonly idleMs: number;
}

export interface PoolStats {
  readonly open: number;
  readonly idle: number;
  readonly waiting: number;
}

interface Waiter<T> {
  readonly since: number;
  readonly resolve: (connection: T) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

interface Idle<T> {
  readonly connection: T;
  readonly since: number;
}

/** Pauses between attempts to get back to `min` while opening fails. */
const REFILL_MS = { first: 50, last: 1_000 };

export class Pool<T extends Poolable> {
  readonly #options: PoolOptions<T>;
  /** The most recently used last: what is taken first, so that the others can grow idle. */
  #idle: Idle<T>[] = [];
  readonly #open = new Set<T>();
  readonly #waiting = new Set<Waiter<T>>();
  readonly #housekeeping: NodeJS.Timeout;
  #opening = 0;
  #refilling = false;
  #closed = false;

  constructor(options: PoolOptions<T>) {
    this.#options = options;
    this.#housekeeping = setInterval(() => this.#endIdle(), Math.max(100, options.idleMs / 10));
    this.#housekeeping.unref();
    void this.#refill();
  }

  /** A connection for the caller alone, to be given back by {@link release}. @throws DatabaseUnavailable */
  acquire(withinMs = this.#options.acquireMs): Promise<T> {
    if (this.#closed) return Promise.reject(new DatabaseUnavailable('the pool is closed'));
    for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) {
      if (!idle.connection.broken) return Promise.resolve(idle.connection);
      void idle.connection.end();
    }
    if (this.#waiting.size >= this.#options.maxWaiting) {
      return Promise.reject(new DatabaseUnavailable('too many requests wait for a connection'));
    }
    return new Promise<T>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(waiter);
        reject(new DatabaseUnavailable('no free connection in time'));
      }, withinMs);
      const waiter: Waiter<T> = { since: performance.now(), resolve, reject, timer };
      this.#waiting.add(waiter);
      this.#openForWaiters();
    });
  }

  /** Takes a connection back; a broken one is forgotten. */
  release(connection: T): void {
    if (connection.broken || this.#closed) {
      void connection.end();
      return;
    }
    const waiter = this.#nextWaiter();
    if (waiter === undefined) this.#idle.push({ connection, since: performance.now() });
    else waiter.resolve(connection);
  }

  /** Ends every idle connection: one of them was found dead, so the others are suspect. */
  distrustIdle(): void {
    const idle = this.#idle;
    this.#idle = [];
    for (const { connection } of idle) void connection.end();
  }

  stats(): PoolStats {
    return { open: this.#open.size, idle: this.#idle.length, waiting: this.#waiting.size };
  }

  /** Refuses new callers and ends what is idle; what is in use ends when it is given back. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#housekeeping);
    for (let waiter = this.#nextWaiter(); waiter !== undefined; waiter = this.#nextWaiter()) {
      waiter.reject(new DatabaseUnavailable('the pool is closed'));
    }
    const idle = this.#idle;
    this.#idle = [];
    await Promise.all(idle.map(({ connection }) => connection.end()));
  }

  #nextWaiter(): Waiter<T> | undefined {
    const [waiter] = this.#waiting;
    if (waiter === undefined) return undefined;
    this.#waiting.delete(waiter);
    clearTimeout(waiter.timer);
    return waiter;
  }

  #openForWaiters(): void {
    while (this.#opening < this.#waiting.size && this.#open.size + this.#opening < this.#options.max) {
      void this.#openOne();
    }
  }

  /** False: opening failed. With no connection that could come free, who waited longest was told, if it failed for him. */
  async #openOne(): Promise<boolean> {
    const begun = performance.now();
    this.#opening += 1;
    try {
      const connection = await this.#options.open();
      this.#opening -= 1;
      this.#open.add(connection);
      connection.onClose(() => this.#forget(connection));
      this.release(connection);
      return true;
    } catch (error) {
      this.#opening -= 1;
      // One attempt, one answer: a refused connection is known at once and nobody waits out a deadline for it. Where others
      // are in use the server serves, and says no to one more: one of those comes free, or the waiter's own deadline does.
      const failure = error instanceof Error ? error : new DatabaseUnavailable('no connection', { cause: error });
      const [first] = this.#waiting;
      if (this.#open.size === 0 && first !== undefined) {
        if (first.since <= begun) this.#nextWaiter()?.reject(failure);
        // Who came later has learnt nothing from it: the session may have been ended half-way.
        this.#openForWaiters();
      }
      return false;
    }
  }

  #forget(connection: T): void {
    this.#open.delete(connection);
    this.#idle = this.#idle.filter((idle) => idle.connection !== connection);
    if (this.#closed) return;
    this.#openForWaiters();
    void this.#refill();
  }

  get #missing(): number {
    return this.#closed ? 0 : Math.max(0, this.#options.min - this.#open.size - this.#opening);
  }

  /** Opens what is missing to `min`. One goes ahead, so that a database that is away is not knocked at by all of them. */
  async #refill(): Promise<void> {
    if (this.#refilling) return;
    this.#refilling = true;
    for (let pause = REFILL_MS.first; this.#missing > 0;) {
      if (await this.#openOne()) {
        await Promise.all(Array.from({ length: this.#missing }, () => this.#openOne()));
      } else {
        await delay(pause, undefined, { ref: false });
        pause = Math.min(REFILL_MS.last, pause * 2);
      }
    }
    this.#refilling = false;
  }

  /** Ends what nobody has used for long, down to `min`. */
  #endIdle(): void {
    const since = performance.now() - this.#options.idleMs;
    while (this.#open.size > this.#options.min && (this.#idle[0]?.since ?? Infinity) < since) {
      const eldest = this.#idle.shift();
      if (eldest === undefined) break;
      this.#open.delete(eldest.connection);
      void eldest.connection.end();
    }
  }
}
