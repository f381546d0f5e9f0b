/**
 * The changes of all replicas, for the streams of this one: read from the outbox once, kept for a while, and taken by each
 * stream at its own pace. A stream that is behind what is kept reads the outbox for itself; none has a queue of its own.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { Gauge } from 'prom-client';
import type { Registry } from 'prom-client';
import type { Database } from '../db/database.ts';
import { Bell } from '../events/bell.ts';
import { Problem } from '../http/errors/problem.ts';
import { errorFields } from '../observability/log.ts';
import type { Log } from '../observability/log.ts';
import { pauseUnless } from '../waiting.ts';
import { changesBetween, keptOf, OutboxTail } from './outbox-tail.ts';
import type { Change } from './outbox-tail.ts';

export interface ChangeFeedOptions {
  readonly database: Database;
  readonly registry: Registry;
  readonly log: Log;
}

/**
 * What a stream is given: the changes up to a number, in order; or that some are gone, so that what its client knows is not
 * the whole any more, and from which number it goes on.
 */
export type Portion = { readonly changes: readonly Change[]; readonly upTo: number } | { readonly resetTo: number };

const MOST_STREAMS = 1_000;
const KEPT = 2_000;
const PORTION = 500;
/** How often the outbox is looked at for the changes of other replicas; our own ring the bell. */
const LOOK_MS = 250;
/** Changes that come together are read together. */
const GATHER_MS = 20;
const AFTER_TROUBLE_MS = 1_000;

export class ChangeFeed {
  readonly #options: ChangeFeedOptions;
  readonly #gauge: Gauge;
  readonly #bell = new Bell();
  readonly #waiting = new Set<() => void>();
  #streams = 0;
  /** Reads for as long as there are streams. */
  #reading: { readonly begun: Promise<void>; readonly stop: AbortController } | undefined;
  /** Changes after `#from` and up to `#to`. */
  #kept: Change[] = [];
  #from = 0;
  #to = 0;

  constructor(options: ChangeFeedOptions) {
    this.#options = options;
    this.#gauge = new Gauge({
      name: 'memo_change_streams',
      help: 'Clients that follow the changes of memos on this process',
      registers: [options.registry],
    });
  }

  /** A change was committed by this process. */
  changed(): void {
    if (this.#reading !== undefined) this.#bell.ring();
  }

  /**
   * A stream that goes on after the change with this id, or begins now.
   * @throws Problem too-many-streams (503), DatabaseUnavailable
   */
  async open(lastEventId: string | undefined): Promise<ChangeStream> {
    if (this.#streams >= MOST_STREAMS) throw new Problem('too-many-streams', { headers: { 'Retry-After': '5' } });
    this.#count(1);
    try {
      await this.#read();
      if (lastEventId === undefined) return this.#stream({ seq: this.#to });
      const { newest, purgedTo } = await this.#options.database.withConnection(keptOf);
      const seq = /^\d{1,15}$/.test(lastEventId) ? Number(lastEventId) : -1;
      // Beyond the newest: the database is another one, or an older state of it.
      return this.#stream(seq >= purgedTo && seq <= newest ? { seq } : { seq: this.#to, reset: true });
    } catch (error) {
      this.#leave();
      throw error;
    }
  }

  #stream({ seq, reset = false }: { seq: number; reset?: boolean }): ChangeStream {
    let at = seq;
    let pending = reset;
    return {
      next: async (ms, stop) => {
        const next = pending ? { resetTo: at } : await this.#after(at, ms, stop);
        pending = false;
        at = 'resetTo' in next ? next.resetTo : next.upTo;
        return next;
      },
      close: () => this.#leave(),
    };
  }

  async #after(seq: number, ms: number, stop: AbortSignal): Promise<Portion> {
    if (seq >= this.#to) await this.#wait(ms, stop);
    // Another replica may have been ahead of this one.
    if (seq >= this.#to) return { changes: [], upTo: seq };
    const to = this.#to;
    if (seq >= this.#from) return portion(this.#kept.filter((change) => change.seq > seq).slice(0, PORTION), to);
    return this.#options.database.withConnection(async (connection) => {
      const changes = await changesBetween(connection, seq, to, PORTION);
      // After the rows were read: what is noted as purged by then may be missing among them.
      const { purgedTo } = await keptOf(connection);
      return seq < purgedTo ? { resetTo: to } : portion(changes, to);
    });
  }

  /** Resolves when there is more, after `ms`, or at `stop`. */
  async #wait(ms: number, stop: AbortSignal): Promise<void> {
    if (stop.aborted) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        stop.removeEventListener('abort', done);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      stop.addEventListener('abort', done, { once: true });
      this.#waiting.add(done);
    });
  }

  #count(change: 1 | -1): void {
    this.#streams += change;
    this.#gauge.set(this.#streams);
  }

  #leave(): void {
    this.#count(-1);
    if (this.#streams > 0) return;
    this.#reading?.stop.abort();
    this.#reading = undefined;
  }

  /** Resolves once what was committed before the call is settled. */
  async #read(): Promise<void> {
    if (this.#reading === undefined) {
      const stop = new AbortController();
      const begun = this.#begin().then((tail) => void this.#follow(tail, stop.signal));
      this.#reading = { begun, stop };
      // Whoever comes after a failure begins anew.
      begun.catch(() => (this.#reading = undefined));
    }
    await this.#reading.begun;
  }

  async #begin(): Promise<OutboxTail> {
    const { database } = this.#options;
    let { newest } = await database.withConnection(keptOf);
    const tail = await OutboxTail.open(database);
    while (tail.settled < newest) {
      const changes = await tail.next();
      if (changes.length > 0) continue;
      await delay(GATHER_MS);
      // What has been purged meanwhile would be waited for until somebody writes again.
      const now = await database.withConnection(keptOf);
      newest = Math.min(newest, now.newest);
      tail.passOver(now.purgedTo);
    }
    [this.#kept, this.#from, this.#to] = [[], tail.settled, tail.settled];
    return tail;
  }

  async #follow(tail: OutboxTail, stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      try {
        const changes = await tail.next();
        // Another reading may have begun meanwhile.
        if (this.#reading?.stop.signal !== stop) return;
        this.#keep(changes, tail.settled);
        if (changes.length === 0) await this.#bell.wait(LOOK_MS, stop);
        await pauseUnless(stop, GATHER_MS);
      } catch (error) {
        this.#options.log.debug(errorFields(error), 'the changes wait for the database');
        await pauseUnless(stop, AFTER_TROUBLE_MS);
      }
    }
  }

  #keep(changes: readonly Change[], settled: number): void {
    if (settled === this.#to) return;
    this.#kept = [...this.#kept, ...changes];
    this.#to = settled;
    if (this.#kept.length > KEPT) {
      this.#from = this.#kept.at(-KEPT - 1)?.seq ?? this.#from;
      this.#kept = this.#kept.slice(-KEPT);
    }
    for (const wake of [...this.#waiting]) wake();
  }
}

/** The last number of a full portion is that of its last change; otherwise there is nothing more up to `to`. */
function portion(changes: readonly Change[], to: number): Portion {
  return { changes, upTo: changes.length < PORTION ? to : (changes.at(-1)?.seq ?? to) };
}

/** The changes for one client. */
export interface ChangeStream {
  /** What comes next; no changes when there were none for `ms`, or at `stop`. @throws DatabaseUnavailable */
  next(ms: number, stop: AbortSignal): Promise<Portion>;
  close(): void;
}
