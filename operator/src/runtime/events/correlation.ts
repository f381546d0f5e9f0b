/** Which events are the same, which are alike, and which are too many: the rules of client-go's correlator, with more room. */
import type { Clock } from '../clock.ts';
import { TokenBucket } from '../work/limiter.ts';

/** What tells events apart. */
export interface Identity {
  /** uid of the object. */
  about: string;
  type: string;
  reason: string;
  action: string;
  note: string;
}

export interface Series {
  /** How often it happened; the first one counts. */
  count: number;
  /** Of the event that tells the series. */
  name: string;
}

/** The same event within this time belongs to the series of the first one. */
const window = 600_000;
/** So many events that differ in nothing but their note become one from then on. */
const alike = 10;
/**
 * Events about one object: this many at once, then one more in half a minute. client-go's 25 and one in five minutes are for a pod:
 * whoever tells of seven parts has used them up once all are made.
 */
const burst = 100;
const perSecond = 1 / 30;

interface Alike {
  notes: Set<string>;
  since: number;
}

/** Whether an event is to be sent anew, to be counted in a series, or to be dropped. */
export type Verdict = { send: 'new' | 'count'; series: Series; combined: boolean } | { send: 'nothing' };

export class Correlation {
  readonly #clock: Clock;
  readonly #series = new Map<string, Series & { at: number }>();
  readonly #alike = new Map<string, Alike>();
  readonly #buckets = new Map<string, TokenBucket>();
  #sweptAt: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#sweptAt = clock.now();
  }

  /** @param name of the event, should it be a new one */
  judge(event: Identity, name: string): Verdict {
    this.#sweep();
    if (!this.#bucketOf(event.about).take()) return { send: 'nothing' };
    const now = this.#clock.now();
    const similar = JSON.stringify([event.about, event.type, event.reason, event.action]);
    const combined = this.#isOneOfMany(similar, event.note, now);
    const key = combined ? similar : `${similar}${event.note}`;
    const known = this.#series.get(key);
    if (known && now - known.at <= window) {
      known.count += 1;
      known.at = now;
      return { send: 'count', series: known, combined };
    }
    const series = { count: 1, name, at: now };
    this.#series.set(key, series);
    return { send: 'new', series, combined };
  }

  #isOneOfMany(similar: string, note: string, now: number): boolean {
    let group = this.#alike.get(similar);
    if (!group || now - group.since > window) {
      group = { notes: new Set(), since: now };
      this.#alike.set(similar, group);
    }
    if (group.notes.size < alike) group.notes.add(note);
    return !group.notes.has(note);
  }

  #bucketOf(about: string): TokenBucket {
    let bucket = this.#buckets.get(about);
    if (!bucket) {
      bucket = new TokenBucket(perSecond, burst, this.#clock);
      this.#buckets.set(about, bucket);
    }
    return bucket;
  }

  /** Forgets what can no longer matter, now and then. */
  #sweep(): void {
    const now = this.#clock.now();
    if (now - this.#sweptAt < window) return;
    this.#sweptAt = now;
    for (const [key, { at }] of this.#series) if (now - at > window) this.#series.delete(key);
    for (const [key, { since }] of this.#alike) if (now - since > window) this.#alike.delete(key);
    for (const [key, bucket] of this.#buckets) if (bucket.full) this.#buckets.delete(key);
  }
}
