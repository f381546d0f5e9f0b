/** One leader at a time, by a Lease. Another's expiry is judged by the local monotonic clock alone: wall clocks differ. */
import { unlessAborted } from '../abort.ts';
import type { ApiClient } from '../client/client.ts';
import { ApiError } from '../client/error.ts';
import { find } from '../client/find.ts';
import type { Clock, Random } from '../clock.ts';
import { pause, systemClock } from '../clock.ts';
import { microTime } from '../events/recorder.ts';
import type { Log } from '../log.ts';
import { silent } from '../log.ts';
import type { RuntimeMetrics } from '../metrics.ts';
import { kindOf, type KubeObject } from '../object.ts';

interface LeaseSpec {
  holderIdentity?: string;
  leaseDurationSeconds?: number;
  acquireTime?: string;
  renewTime?: string;
  leaseTransitions?: number;
}

interface Lease extends KubeObject {
  spec?: LeaseSpec;
}

export interface ElectorOptions {
  client: ApiClient;
  lease: { namespace: string; name: string };
  /** Unique among the candidates: the pod's name. */
  identity: string;
  /** Milliseconds a silent holder keeps the lease. Default 15 s, as client-go. */
  duration?: number;
  /** Milliseconds after which a holder that could not renew gives up. Default 10 s. */
  renewDeadline?: number;
  /** Milliseconds between two renewals, jittered by a fifth; who waits looks twice as often. Default 2 s, as client-go. */
  retry?: number;
  clock?: Clock;
  random?: Random;
  log?: Log;
  metrics?: RuntimeMetrics;
}

/** The lease may have lapsed: whoever throws this must not write. */
export class NotLeadingError extends Error {
  override readonly name = 'NotLeadingError';
}

const leaseKind = kindOf<Lease>('coordination.k8s.io/v1', 'Lease');

export class Elector {
  readonly #options: Required<Omit<ElectorOptions, 'log' | 'metrics'>>;
  readonly #log: Log;
  readonly #metrics: RuntimeMetrics | undefined;
  readonly #stop = new AbortController();
  /** Aborted once it is a candidate. */
  readonly #stands = new AbortController();
  readonly #leading = Promise.withResolvers<undefined>();
  readonly #lost = Promise.withResolvers<string>();
  #running: Promise<void> | undefined;
  /** The record as last seen, and the monotonic time at which it last changed. */
  #seen: { record: string; at: number } | undefined;
  /** The lease as we last wrote it: renewed without reading it first, until someone else writes to it. */
  #held: Lease | undefined;
  #validUntil = -Infinity;
  #beat: number;
  #led = false;

  constructor(options: ElectorOptions) {
    this.#options = {
      duration: 15_000,
      renewDeadline: 10_000,
      retry: 2_000,
      clock: systemClock,
      random: Math.random,
      ...options,
    };
    this.#log = options.log ?? silent;
    this.#metrics = options.metrics;
    this.#metrics?.leading(options.lease.name, false);
    this.#beat = this.#options.clock.now();
  }

  /** Resolves with the reason once a lease that was held is lost. */
  get lost(): Promise<string> {
    return this.#lost.promise;
  }

  /**
   * Follows the lease and does not take it: whoever cannot work yet must not hold it idle while others could, but is to know
   * already for how long its holder has been silent.
   */
  lookOn(): Promise<void> {
    this.#running ??= this.#loop();
    return this.#running;
  }

  /** Becomes a candidate, and stays one until {@link stop} or until a held lease is lost. */
  run(): Promise<void> {
    this.#stands.abort();
    return this.lookOn();
  }

  /** Resolves once this candidate leads; rejects when the signal aborts first. */
  async whenLeading(signal: AbortSignal): Promise<void> {
    await unlessAborted(this.#leading.promise, signal, () => new Error('stopped while waiting for the lease'));
  }

  get leading(): boolean {
    return this.#options.clock.now() < this.#validUntil;
  }

  /** For {@link ApiClient.guarded}: a blocked event loop may have let the lease lapse. */
  assertLeading(): void {
    if (!this.leading) throw new NotLeadingError('the lease is not held, or may have lapsed');
  }

  /** Whether the loop turns; for `/livez`. */
  alive(): boolean {
    return this.#options.clock.now() - this.#beat < this.#options.duration * 4;
  }

  /** Ends the loop and gives the lease back, so that a standby takes over at once. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    if (!this.leading) return;
    this.#validUntil = -Infinity;
    this.#metrics?.leading(this.#options.lease.name, false);
    try {
      const lease = await this.#read();
      if (lease?.spec?.holderIdentity === this.#options.identity) await this.#write(lease, '', 1);
    } catch (error) {
      this.#log.warn({ err: error }, 'the lease could not be given back; it lapses by itself');
    }
  }

  async #loop(): Promise<void> {
    const { clock, random, retry } = this.#options;
    while (!this.#stop.signal.aborted) {
      this.#beat = clock.now();
      const stands = this.#stands.signal;
      // A candidacy does not wait for the next look.
      const awake = stands.aborted ? this.#stop.signal : AbortSignal.any([this.#stop.signal, stands]);
      await this.#tryOnce();
      if (this.#led && !this.leading) {
        this.#log.error({}, 'the lease is lost');
        this.#metrics?.leading(this.#options.lease.name, false);
        this.#lost.resolve('the lease is lost');
        return;
      }
      const pace = this.#led ? retry : retry / 2;
      await pause(clock, pace * (1 + random() / 5), awake);
    }
  }

  async #tryOnce(): Promise<void> {
    const { clock, identity, renewDeadline } = this.#options;
    const started = clock.now();
    try {
      const lease = this.#held ?? (await this.#read());
      if (lease && !this.#mayTake(lease)) {
        // Whoever holds it has taken it from us for good reason.
        this.#validUntil = -Infinity;
        return;
      }
      if (!this.#stands.signal.aborted) return;
      this.#held = await this.#write(lease, identity, Math.ceil(this.#options.duration / 1000));
      // Counted from before the request: the server may have stored it at once.
      this.#validUntil = started + renewDeadline;
      // Taken so slowly that it may have lapsed by now, it is only tried for again.
      if (this.#led || !this.leading) return;
      this.#led = true;
      this.#log.info({ identity }, 'leading');
      this.#metrics?.leading(this.#options.lease.name, true);
      this.#leading.resolve(undefined);
    } catch (error) {
      // It may be stored or not, or be another's by now: look before the next write.
      this.#held = undefined;
      // 409: another candidate was first, which the next look shows.
      if (!(error instanceof ApiError && error.code === 409))
        this.#log.warn({ err: error }, 'the lease could not be held');
    }
  }

  /** Ours, free, or not renewed by its holder for the whole duration, as seen from here. */
  #mayTake(lease: Lease): boolean {
    const { clock, identity, duration } = this.#options;
    const { holderIdentity = '', leaseDurationSeconds } = lease.spec ?? {};
    const record = JSON.stringify(lease.spec);
    if (this.#seen?.record !== record) this.#seen = { record, at: clock.now() };
    if (holderIdentity === identity || holderIdentity === '') return true;
    const lasts = leaseDurationSeconds === undefined ? duration : leaseDurationSeconds * 1000;
    return clock.now() - this.#seen.at > lasts;
  }

  async #read(): Promise<Lease | undefined> {
    const { client, lease, renewDeadline } = this.#options;
    return await find(client, leaseKind, lease, { deadline: renewDeadline / 2 });
  }

  async #write(lease: Lease | undefined, holder: string, seconds: number): Promise<Lease> {
    const { client, clock, lease: name, renewDeadline } = this.#options;
    // Half: a call that hangs must not be the only try before the lease is given up.
    const call = { deadline: renewDeadline / 2 };
    const now = microTime(clock.date());
    const before = lease?.spec ?? {};
    const same = before.holderIdentity === holder;
    const spec: LeaseSpec = {
      holderIdentity: holder,
      leaseDurationSeconds: seconds,
      acquireTime: same ? (before.acquireTime ?? now) : now,
      renewTime: now,
      leaseTransitions: (before.leaseTransitions ?? 0) + (same || holder === '' ? 0 : 1),
    };
    const head = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' };
    if (lease) return client.replace<Lease>({ ...lease, ...head, spec }, call);
    return client.create<Lease>({ ...head, metadata: name, spec }, call);
  }
}
