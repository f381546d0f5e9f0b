/** Events about objects (events.k8s.io/v1): fire and forget, repeated ones counted in a series, a flood held back. */
import { createHash } from 'node:crypto';
import type { ApiClient } from '../client/client.ts';
import type { Clock } from '../clock.ts';
import { systemClock } from '../clock.ts';
import type { Log } from '../log.ts';
import { silent } from '../log.ts';
import { kindOf, type KubeObject } from '../object.ts';

export interface EventRecorderOptions {
  client: ApiClient;
  /** `reportingController`, as `memo.example.org/operator`. */
  controller: string;
  /** `reportingInstance`: the pod. */
  instance: string;
  clock?: Clock;
  log?: Log;
}

export interface EventFields {
  type: 'Normal' | 'Warning';
  /** Machine reason, CamelCase. */
  reason: string;
  action: string;
  /** For people; at most 1,000 bytes are kept. */
  note: string;
}

interface Series {
  readonly name: string;
  readonly namespace: string;
  count: number;
  seenAt: number;
}

/** The same event within this time is a series of the first one. */
const seriesWindow = 10 * 60_000;
/** Events about one object: this many at once, then one more each `refill`. */
const burst = 25;
const refill = 5 * 60_000;
/** More than this many unsent events means that the API server is away: the newest are dropped. */
const longestQueue = 1_000;

const eventKind = kindOf('events.k8s.io/v1', 'Event');

export class EventRecorder {
  readonly #options: EventRecorderOptions;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #series = new Map<string, Series>();
  readonly #budgets = new Map<string, { tokens: number; at: number }>();
  readonly #queue: (() => Promise<void>)[] = [];
  #sending: Promise<void> | undefined;
  #counter = 0;

  constructor(options: EventRecorderOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#log = options.log ?? silent;
  }

  /** Never throws and never waits; an event that cannot be sent is logged and dropped. */
  record(about: KubeObject, fields: EventFields): void {
    this.#forgetOld();
    if (this.#queue.length >= longestQueue || !this.#allowed(about.metadata.uid ?? '')) return;
    const identity = [about.metadata.uid, fields.type, fields.reason, fields.action, fields.note].join('\n');
    const known = this.#series.get(identity);
    if (known) {
      known.count += 1;
      known.seenAt = this.#clock.now();
      const { count } = known;
      this.#enqueue(() => this.#extend(known, count));
      return;
    }
    const event = this.#event(about, fields, identity);
    this.#series.set(identity, {
      name: event.metadata.name,
      namespace: event.metadata.namespace ?? 'default',
      count: 1,
      seenAt: this.#clock.now(),
    });
    this.#enqueue(async () => {
      await this.#options.client.create(event);
    });
  }

  /** Resolves once everything recorded so far was sent or given up. */
  async flush(): Promise<void> {
    await this.#sending;
  }

  #enqueue(send: () => Promise<void>): void {
    this.#queue.push(send);
    this.#sending ??= this.#drain();
  }

  async #drain(): Promise<void> {
    for (let send = this.#queue.shift(); send; send = this.#queue.shift()) {
      try {
        await send();
      } catch (error) {
        this.#log.warn({ err: error }, 'an event could not be sent');
      }
    }
    this.#sending = undefined;
  }

  async #extend({ name, namespace }: Series, count: number): Promise<void> {
    const body = { series: { count, lastObservedTime: microTime(this.#clock.date()) } };
    await this.#options.client.patch(eventKind, { name, namespace }, { type: 'merge', body });
  }

  #event(about: KubeObject, { type, reason, action, note }: EventFields, identity: string): KubeObject {
    const { name, namespace, uid, resourceVersion } = about.metadata;
    this.#counter += 1;
    const digest = createHash('sha256').update(`${identity}\n${this.#counter}\n${this.#clock.date().toISOString()}`);
    return {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { name: `${name}.${digest.digest('hex').slice(0, 16)}`, namespace: namespace ?? 'default' },
      action,
      eventTime: microTime(this.#clock.date()),
      note: note.slice(0, 1_000),
      reason,
      regarding: { apiVersion: about.apiVersion, kind: about.kind, name, namespace, uid, resourceVersion },
      reportingController: this.#options.controller,
      reportingInstance: this.#options.instance,
      type,
    };
  }

  #allowed(uid: string): boolean {
    const now = this.#clock.now();
    const budget = this.#budgets.get(uid) ?? { tokens: burst, at: now };
    const earned = Math.floor((now - budget.at) / refill);
    budget.tokens = Math.min(burst, budget.tokens + earned);
    budget.at += earned * refill;
    this.#budgets.set(uid, budget);
    if (budget.tokens === 0) return false;
    budget.tokens -= 1;
    return true;
  }

  #forgetOld(): void {
    const now = this.#clock.now();
    for (const [identity, { seenAt }] of this.#series) {
      if (now - seenAt > seriesWindow) this.#series.delete(identity);
    }
    for (const [uid, { at }] of this.#budgets) if (now - at > burst * refill) this.#budgets.delete(uid);
  }
}

/** `MicroTime`: RFC 3339 with six digits. */
export function microTime(date: Date): string {
  return date.toISOString().replace('Z', '000Z');
}
