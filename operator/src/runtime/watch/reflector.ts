/**
 * Keeps a sink equal to one kind on the API server, for ever: lists once, then follows the watch. Whatever breaks, it comes
 * back from the last version it saw, and lists again only when the server no longer knows that version.
 */
import { Backoff } from '../backoff.ts';
import type { Clock, Random } from '../clock.ts';
import { pause, systemClock } from '../clock.ts';
import type { ApiClient, Scope } from '../client/client.ts';
import { ApiError, isExpired, isForbidden, isNotFound } from '../client/error.ts';
import type { Log } from '../log.ts';
import { silent } from '../log.ts';
import type { RuntimeMetrics } from '../metrics.ts';
import type { Kind } from '../object.ts';
import { listInto, refusesStreaming } from './list.ts';
import type { Sink } from './store.ts';
import { followWatch } from './follow.ts';

export interface ReflectorOptions {
  client: ApiClient;
  kind: Kind;
  scope?: Scope;
  sink: Sink;
  /** The cluster may not serve the kind: that counts as an empty list, and is asked for again every few seconds. */
  optional?: boolean;
  /**
   * Told when the server begins to refuse the kind, and with undefined once it has been listed anew: nothing that was known
   * before counts any more. Absent: the watch goes on from there when it may.
   */
  refused?: (refusal: ApiError | undefined) => void;
  /** Told when {@link Reflector.served} has changed. */
  servedChanged?: () => void;
  /** Milliseconds without a byte after which a watch counts as dead. Bookmarks come about once a minute. Default 180 s. */
  idleLimit?: number;
  log?: Log;
  metrics?: RuntimeMetrics | undefined;
  clock?: Clock;
  random?: Random;
}

/** The question is one small GET, and whoever installs an API waits for it to be used. */
const unservedRetry = 10_000;
/** A watch that ends sooner counts as a failure, even if it brought something: a server in trouble must not be hammered. */
const shortWatch = 1_000;

export class Reflector {
  readonly #options: ReflectorOptions;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #log: Log;
  readonly #backoff: Backoff;
  /** Of a server that does not serve anybody: it is back any moment, and its absence says nothing of this watch. */
  readonly #absence: Backoff;
  #version: string | undefined;
  #streams = true;
  #served = true;
  #refused = false;

  constructor(options: ReflectorOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? Math.random;
    this.#log = options.log ?? silent;
    // client-go's constants.
    const pace = { base: 800, limit: 30_000, healthy: 120_000, clock: this.#clock, random: this.#random };
    this.#backoff = new Backoff(pace);
    this.#absence = new Backoff({ ...pace, limit: 5_000 });
  }

  /** Whether the cluster serves the kind, as of the last try. */
  get served(): boolean {
    return this.#served;
  }

  /** Runs until the signal aborts; never rejects. */
  async run(signal: AbortSignal): Promise<undefined> {
    while (!signal.aborted) {
      const wait = await this.#onceAndWait(signal);
      if (wait > 0) await pause(this.#clock, wait, signal);
    }
    return undefined;
  }

  /** One watch, whatever becomes of it; answers how many milliseconds to wait before the next. */
  async #onceAndWait(signal: AbortSignal): Promise<number> {
    const began = this.#clock.now();
    try {
      await this.#once(signal);
      // The server ends watches in turn; from the last version on nothing is lost and nothing is listed again.
      return this.#clock.now() - began >= shortWatch ? 0 : this.#backoff.next();
    } catch (error) {
      return signal.aborted ? 0 : this.#failed(error);
    }
  }

  /** One watch, with what has to come before it. */
  async #once(signal: AbortSignal): Promise<void> {
    const { client, kind, scope = {}, sink, metrics } = this.#options;
    if (this.#version === undefined && !this.#streams) {
      metrics?.relisted(kind.kind);
      this.#version = await listInto(sink, client, kind, { ...scope, signal });
      this.#answered();
    }
    if (this.#version === undefined) metrics?.relisted(kind.kind);
    await followWatch({
      client,
      kind,
      scope,
      sink,
      signal,
      from: this.#version,
      reached: (version) => {
        this.#version = version;
        this.#answered();
      },
      timeoutSeconds: 300 + Math.floor(300 * this.#random()),
      idleLimit: this.#options.idleLimit ?? 180_000,
      clock: this.#clock,
    });
  }

  #answered(): void {
    this.#serves(true);
    this.#allowed();
  }

  #serves(served: boolean): void {
    if (served === this.#served) return;
    this.#served = served;
    this.#options.servedChanged?.();
  }

  #allowed(): void {
    if (!this.#refused) return;
    this.#refused = false;
    this.#options.refused?.(undefined);
  }

  /** What a failure means for the next try, and how many milliseconds to wait for it. */
  #failed(error: unknown): number {
    const { kind, optional, sink } = this.#options;
    const fields = { err: error, kind: kind.kind };
    if (isExpired(error)) {
      this.#log.info(fields, 'the version to watch from has expired, listing again');
      this.#version = undefined;
      return this.#backoff.next();
    }
    if (this.#version === undefined && this.#streams && refusesStreaming(error)) {
      this.#log.debug(fields, 'the API server does not stream lists, listing in pages');
      this.#streams = false;
      return 0;
    }
    if (isNotFound(error)) {
      this.#serves(false);
      this.#version = undefined;
      if (optional) {
        sink.begin();
        sink.complete('');
        this.#allowed();
        return unservedRetry * (0.75 + 0.5 * this.#random());
      }
      this.#log.warn(fields, 'the API server does not serve a kind that is needed');
      return this.#backoff.next(unservedRetry);
    }
    if (isForbidden(error)) return this.#forbidden(error);
    this.#log.warn(fields, 'a watch failed and will be started again');
    if (!isAbsence(error)) return this.#backoff.next();
    // A refused connection costs the server nothing.
    return this.#absence.next(error.reason === 'ConnectionRefused' ? 3_000 : undefined);
  }

  /** Nothing that passes in a moment: it is told once, and not with each try. */
  #forbidden(error: ApiError): number {
    const { kind, refused, scope } = this.#options;
    const level = this.#refused || refused ? 'debug' : 'warn';
    this.#log[level](
      { err: error, kind: kind.kind, namespace: scope?.namespace },
      'a watch is refused, it is tried again',
    );
    if (refused) this.#version = undefined;
    if (!this.#refused) refused?.(error);
    this.#refused = true;
    return this.#backoff.next();
  }
}

/** No answer, or one that says that the server cannot answer. */
function isAbsence(error: unknown): error is ApiError {
  return error instanceof ApiError && (error.code === 0 || error.code >= 500);
}
