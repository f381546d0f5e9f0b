/** Workers that bring one key after the other to rest. One object's failure, or hanging, never holds up another's. */
import { randomUUID } from 'node:crypto';
import type { Clock, Random, Timer } from '../clock.ts';
import { jitter, systemClock } from '../clock.ts';
import type { Log } from '../log.ts';
import { silent } from '../log.ts';
import type { ReconcileMetrics, ReconcileResult, RuntimeMetrics } from '../metrics.ts';
import { RateLimiter } from './limiter.ts';
import { duringPass } from './pass-fields.ts';
import type { Priority } from './queue.ts';
import { WorkQueue } from './queue.ts';

/** A failure that trying again cannot mend; the key rests until something changes. */
export class TerminalError extends Error {
  override readonly name = 'TerminalError';
}

export interface Result {
  /** Milliseconds after which the key is looked at again, for what no event will tell. */
  requeueAfter?: number;
}

/** Brings the object under `key` to what it should be. Reads the object anew every time; it may be gone. */
export type Reconcile = (key: string, pass: { signal: AbortSignal }) => Promise<Result | undefined>;

export interface ControllerOptions {
  /** Label of the metrics. */
  name: string;
  reconcile: Reconcile;
  /** Passes begun at the same time. Default 8: a pass waits for the API server most of the time. */
  workers?: number;
  /** Milliseconds after which a worker leaves a pass to itself and takes the next key. Default 2 s, many times what one takes. */
  patience?: number;
  /** Milliseconds after which a pass is aborted. Default 60 s. */
  deadline?: number;
  /** Looks at all `keys` again every so often, give or take a fifth, spread over a tenth of the period. */
  resync?: { every: number; keys: () => Iterable<string> };
  limiter?: RateLimiter;
  log?: Log;
  metrics?: RuntimeMetrics;
  clock?: Clock;
  random?: Random;
}

export class Controller {
  readonly #options: ControllerOptions;
  readonly #queue: WorkQueue;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #log: Log;
  readonly #metrics: ReconcileMetrics | undefined;
  /** Aborts running passes at the end of the drain. */
  readonly #abort = new AbortController();
  #workers: Promise<undefined[]> | undefined;
  #resync: Timer | undefined;

  constructor(options: ControllerOptions) {
    const { name, metrics, clock = systemClock, random = Math.random, log = silent } = options;
    this.#options = options;
    this.#clock = clock;
    this.#random = random;
    this.#log = log;
    this.#metrics = metrics?.reconcile(name);
    const limiter = options.limiter ?? new RateLimiter({ clock, random });
    this.#queue = new WorkQueue({ limiter, clock, metrics: metrics?.queue(name) });
  }

  /** Asks for a pass over the key. Works before {@link start} too: keys then wait. */
  enqueue(key: string, priority: Priority = 'high'): void {
    this.#queue.add(key, priority);
  }

  /** Asks for a pass over the key in a while; of several such wishes the earliest counts. */
  enqueueAfter(key: string, milliseconds: number, priority: Priority = 'high'): void {
    this.#queue.addAfter(key, milliseconds, priority);
  }

  /** Whether a pass runs, or waits for a worker. */
  get busy(): boolean {
    return this.#workers !== undefined && (this.#queue.depth > 0 || this.#queue.running().length > 0);
  }

  start(): void {
    if (this.#workers) return;
    const count = this.#options.workers ?? 8;
    this.#metrics?.workers(count);
    this.#workers = Promise.all(Array.from({ length: count }, () => this.#work()));
    this.#scheduleResync();
  }

  /**
   * Takes nothing new, and lets running passes end by themselves.
   * @param drain milliseconds until they are aborted
   */
  async stop(drain = 25_000): Promise<void> {
    this.#resync?.cancel();
    const timer = this.#clock.after(drain, () => {
      this.#abort.abort(new Error('the controller stops'));
    });
    await this.#queue.shutdown();
    timer.cancel();
    await this.#workers;
  }

  /** Looks at every key of the resync again, now. */
  resyncNow(spread = 0): void {
    for (const key of this.#options.resync?.keys() ?? []) {
      this.#queue.addAfter(key, spread * this.#random(), 'low');
    }
  }

  #scheduleResync(): void {
    const every = this.#options.resync?.every;
    if (every === undefined) return;
    this.#resync = this.#clock.after(jitter(every, 0.2, this.#random), () => {
      this.resyncNow(every / 10);
      this.#scheduleResync();
    });
  }

  async #work(): Promise<undefined> {
    for (;;) {
      const key = await this.#queue.take();
      if (key === undefined) return undefined;
      await this.#runOrLeave(key);
    }
  }

  /**
   * Runs a pass. One that drags on is left to itself: else as many stuck passes as there are workers would hold up every other
   * key. The key itself stays taken until the pass has ended, so that it never runs twice at once.
   */
  async #runOrLeave(key: string): Promise<void> {
    const { deadline = 60_000, patience = 2_000 } = this.#options;
    const left = Promise.withResolvers<undefined>();
    const signal = new AbortController();
    const timers = [
      this.#clock.after(patience, () => left.resolve(undefined)),
      this.#clock.after(deadline, () => signal.abort(new Error(`the pass took longer than ${deadline} ms`))),
      this.#clock.after(deadline * 2, () => {
        this.#log.error(
          { key, controller: this.#options.name },
          'a pass ignores its deadline: its key rests until it ends',
        );
      }),
    ];
    const fields = { controller: this.#options.name, key, reconcileID: randomUUID() };
    const either = AbortSignal.any([signal.signal, this.#abort.signal]);
    const pass = duringPass(fields, async () => await this.#pass(key, either)).finally(() => {
      for (const timer of timers) timer.cancel();
      this.#queue.done(key);
    });
    await Promise.race([pass, left.promise]);
  }

  /** Never rejects: whatever the pass throws becomes a retry. */
  async #pass(key: string, signal: AbortSignal): Promise<void> {
    const start = this.#clock.now();
    this.#metrics?.began();
    let result: ReconcileResult = 'success';
    try {
      const answer = await this.#options.reconcile(key, { signal });
      this.#queue.forget(key);
      if (answer?.requeueAfter !== undefined) {
        result = 'requeue_after';
        this.#queue.addAfter(key, answer.requeueAfter);
      }
    } catch (error) {
      result = this.#failed(key, error, signal);
    }
    const took = this.#clock.now() - start;
    this.#metrics?.passed(result, took);
    this.#log.debug({ result, milliseconds: Math.round(took) }, 'a pass has ended');
  }

  #failed(key: string, error: unknown, signal: AbortSignal): ReconcileResult {
    const fields = { err: error, key, controller: this.#options.name };
    if (error instanceof TerminalError) {
      this.#queue.forget(key);
      this.#log.warn(fields, 'a pass failed for good');
      return 'terminal';
    }
    if (this.#abort.signal.aborted) {
      this.#log.info(fields, 'a pass was cut short by the stop');
      return 'error';
    }
    this.#queue.addRateLimited(key);
    this.#log.warn(
      fields,
      signal.aborted ? 'a pass ran into its deadline and will be tried again' : 'a pass failed and will be tried again',
    );
    return signal.aborted ? 'timeout' : 'error';
  }
}
