/** Events about objects (events.k8s.io/v1): fire and forget, repeated ones counted in a series, a flood held back. */
import { AsyncResource } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';
import type { ApiClient } from '../client/client.ts';
import { isNotFound } from '../client/error.ts';
import type { Clock } from '../clock.ts';
import { systemClock } from '../clock.ts';
import type { Log } from '../log.ts';
import { silent } from '../log.ts';
import type { RuntimeMetrics } from '../metrics.ts';
import { describeObject, kindOf } from '../object.ts';
import type { KubeObject } from '../object.ts';
import { Correlation } from './correlation.ts';

export interface EventRecorderOptions {
  client: ApiClient;
  /** `reportingController`, as `memo.example.org/operator`. */
  controller: string;
  /** `reportingInstance`: the pod. */
  instance: string;
  clock?: Clock;
  log?: Log;
  metrics?: RuntimeMetrics;
}

export interface EventFields {
  type: 'Normal' | 'Warning';
  /** Machine reason, CamelCase. */
  reason: string;
  action: string;
  /** For people; as much is kept of it as an Event takes. */
  note: string;
}

/** Bytes of a note: the API server refuses an Event with more. */
const longestNote = 1024;
/** More than this many unsent events means that the API server is away: the newest are dropped. */
const longestQueue = 1_000;
/** Long enough for the server's worst day, short enough not to hold up the others. */
const deadline = 10_000;

const eventKind = kindOf('events.k8s.io/v1', 'Event');

export class EventRecorder {
  readonly #options: EventRecorderOptions;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #correlation: Correlation;
  readonly #queue: (() => Promise<void>)[] = [];
  #sending: Promise<void> | undefined;

  constructor(options: EventRecorderOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#log = options.log ?? silent;
    this.#correlation = new Correlation(this.#clock);
  }

  /** Never throws and never waits; an event that cannot be sent is logged and dropped. */
  record(about: KubeObject, fields: EventFields): void {
    const { name, uid } = about.metadata;
    if (this.#queue.length >= longestQueue) {
      this.#options.metrics?.eventDropped();
      this.#log.warn({ object: describeObject(about), ...fields }, 'an event was dropped: too many wait to be sent');
      return;
    }
    const fresh = `${name}.${randomBytes(8).toString('hex')}`;
    const verdict = this.#correlation.judge({ about: uid ?? describeObject(about), ...fields }, fresh);
    if (verdict.send === 'nothing') {
      this.#options.metrics?.eventDropped();
      this.#log.debug({ object: describeObject(about), ...fields }, 'an event was dropped: too many about this object');
      return;
    }
    const { name: told, count } = verdict.series;
    const note = verdict.combined ? `(one of several alike) ${fields.note}` : fields.note;
    const event = this.#event(about, { ...fields, note }, told);
    this.#enqueue(() => (count === 1 ? this.#create(event) : this.#count(event, count)));
  }

  /** Resolves once everything recorded so far was sent or given up. */
  async flush(): Promise<void> {
    await this.#sending;
  }

  #enqueue(send: () => Promise<void>): void {
    // A failure is told as part of the pass that recorded the event, not of the one that happens to send it.
    this.#queue.push(AsyncResource.bind(async () => await this.#send(send)));
    this.#sending ??= this.#drain();
  }

  async #drain(): Promise<void> {
    for (let send = this.#queue.shift(); send; send = this.#queue.shift()) await send();
    this.#sending = undefined;
  }

  async #send(send: () => Promise<void>): Promise<void> {
    try {
      await send();
    } catch (error) {
      this.#options.metrics?.eventDropped();
      this.#log.warn({ err: error }, 'an event could not be sent');
    }
  }

  async #create(event: KubeObject): Promise<void> {
    await this.#options.client.create(event, { deadline });
  }

  async #count(event: KubeObject, count: number): Promise<void> {
    const body = { series: { count, lastObservedTime: event['eventTime'] } };
    try {
      await this.#options.client.patch(eventKind, event.metadata, { type: 'merge', body }, { deadline });
    } catch (error) {
      // Events live for an hour or less, and the first one may have been lost.
      if (!isNotFound(error)) throw error;
      await this.#create(event);
    }
  }

  #event(about: KubeObject, fields: EventFields, eventName: string): KubeObject {
    const { name, namespace, uid, resourceVersion } = about.metadata;
    return {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      // Events about cluster-scoped objects live in `default`.
      metadata: { name: eventName, namespace: namespace ?? 'default' },
      action: fields.action,
      eventTime: microTime(this.#clock.date()),
      note: cut(fields.note),
      reason: fields.reason,
      regarding: { apiVersion: about.apiVersion, kind: about.kind, name, namespace, uid, resourceVersion },
      reportingController: this.#options.controller,
      reportingInstance: this.#options.instance,
      type: fields.type,
    };
  }
}

function cut(note: string): string {
  const bytes = Buffer.from(note);
  if (bytes.byteLength <= longestNote) return note;
  // Without the character that is cut in two.
  return bytes.toString('utf8', 0, longestNote).replace(/\uFFFD$/, '');
}

/** `MicroTime`: RFC 3339 with six digits. */
export function microTime(date: Date): string {
  return date.toISOString().replace('Z', '000Z');
}
