/** One watch from its request to its end, with what it brings put into a sink. */
import type { Clock, Timer } from '../clock.ts';
import type { ApiClient, Scope, WatchEvent } from '../client/client.ts';
import { ApiError } from '../client/error.ts';
import type { Kind } from '../object.ts';
import type { Sink } from './store.ts';

export interface FollowOptions {
  client: ApiClient;
  kind: Kind;
  scope: Scope;
  sink: Sink;
  signal: AbortSignal;
  /** Absent: the server streams the present state first (`WatchList`), which becomes the sink's. */
  from: string | undefined;
  /** Called with every version from which a later watch may go on. */
  reached: (version: string) => void;
  timeoutSeconds: number;
  idleLimit: number;
  clock: Clock;
}

const initialEventsEnd = 'k8s.io/initial-events-end';

/** Follows until the server ends the watch. Throws on everything that is no orderly end. */
export async function followWatch(options: FollowOptions): Promise<void> {
  const { client, kind, scope, from, timeoutSeconds } = options;
  using watchdog = new Watchdog(options);
  const request = { ...scope, signal: watchdog.signal, timeoutSeconds };
  const start = from === undefined ? { sendInitialEvents: true } : { resourceVersion: from };
  const intake = new Intake(options);
  for await (const batch of client.watch(kind, { ...request, ...start })) {
    watchdog.alive();
    for (const event of batch) {
      if (event.type === 'ERROR') throw errorOf(event, kind);
      intake.take(event);
    }
  }
  if (!intake.complete && !options.signal.aborted) {
    throw new ApiError({
      code: 0,
      reason: 'ConnectionFailed',
      message: `watch ${kind.kind}: ended within the initial list`,
    });
  }
}

/** Puts events into the sink; those of the present state, which a watch without a version brings first, as a list. */
class Intake {
  readonly #sink: Sink;
  readonly #reached: (version: string) => void;
  #complete: boolean;

  constructor({ sink, reached, from }: FollowOptions) {
    this.#sink = sink;
    this.#reached = reached;
    this.#complete = from !== undefined;
    if (!this.#complete) sink.begin();
  }

  /** Whether the present state has come in whole. */
  get complete(): boolean {
    return this.#complete;
  }

  take(event: WatchEvent): void {
    const version = event.object.metadata.resourceVersion ?? '';
    if (this.#complete) this.#change(event, version);
    else if (!this.#list(event, version)) return;
    this.#reached(version);
  }

  #change({ type, object }: WatchEvent, version: string): void {
    if (type === 'BOOKMARK') this.#sink.reached(version);
    else if (type === 'DELETED') this.#sink.remove(object);
    else this.#sink.upsert(object);
  }

  /** Whether this was the last event of the list. Only from there on is a version one to go on from: lists have no order. */
  #list({ type, object }: WatchEvent, version: string): boolean {
    if (type !== 'BOOKMARK') {
      this.#sink.listed(object);
      return false;
    }
    if (object.metadata.annotations?.[initialEventsEnd] !== 'true') return false;
    this.#sink.complete(version);
    this.#complete = true;
    return true;
  }
}

/** The `Status` that an ERROR event carries, as an error. */
function errorOf(event: WatchEvent, kind: Kind): ApiError {
  const { code, reason, message } = event.object;
  return new ApiError({
    code: typeof code === 'number' ? code : 0,
    reason: typeof reason === 'string' ? reason : 'Unknown',
    message: `watch ${kind.kind}: ${typeof message === 'string' ? message : 'the server ended it with an error'}`,
  });
}

/** Ends a watch that outlives what was asked for, or that has gone silent: a dead connection looks just like a quiet one. */
class Watchdog {
  readonly #clock: Clock;
  readonly #idleLimit: number;
  readonly #controller = new AbortController();
  readonly #parent: AbortSignal;
  readonly #follow = (): void => this.#controller.abort(this.#parent.reason);
  readonly #whole: Timer;
  #idle: Timer;

  constructor(options: FollowOptions) {
    this.#clock = options.clock;
    this.#idleLimit = options.idleLimit;
    this.#parent = options.signal;
    if (this.#parent.aborted) this.#follow();
    this.#parent.addEventListener('abort', this.#follow, { once: true });
    this.#whole = this.#clock.after((options.timeoutSeconds + 30) * 1000, () =>
      this.#bite('it should have ended by now'),
    );
    this.#idle = this.#arm();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  alive(): void {
    this.#idle.cancel();
    this.#idle = this.#arm();
  }

  [Symbol.dispose](): void {
    this.#whole.cancel();
    this.#idle.cancel();
    this.#parent.removeEventListener('abort', this.#follow);
    // A consumer that threw leaves the stream open.
    this.#controller.abort();
  }

  #arm(): Timer {
    return this.#clock.after(this.#idleLimit, () => this.#bite(`no byte for ${this.#idleLimit} ms`));
  }

  #bite(why: string): void {
    this.#controller.abort(new Error(`the watch counts as dead: ${why}`));
  }
}
