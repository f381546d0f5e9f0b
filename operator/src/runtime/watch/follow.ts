/** One watch from its request to its end, with what it brings put into a sink. */
import type { Clock, Timer } from '../clock.ts';
import type { ApiClient, Scope, WatchEvent } from '../client/client.ts';
import { ApiError } from '../client/error.ts';
import type { Kind, KubeObject } from '../object.ts';
import { objectKey } from '../object.ts';
import type { Sink } from './store.ts';

export interface FollowOptions {
  client: ApiClient;
  kind: Kind;
  scope: Scope;
  sink: Sink;
  signal: AbortSignal;
  /** Absent: the server streams the present state first (`WatchList`), which replaces the sink's. */
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

/** Puts events into the sink; while the present state is being streamed, collects them until it is complete. */
class Intake {
  readonly #sink: Sink;
  readonly #reached: (version: string) => void;
  #initial: Map<string, KubeObject> | undefined;

  constructor({ sink, reached, from }: FollowOptions) {
    this.#sink = sink;
    this.#reached = reached;
    if (from === undefined) this.#initial = new Map();
  }

  get complete(): boolean {
    return this.#initial === undefined;
  }

  take(event: WatchEvent): void {
    const version = event.object.metadata.resourceVersion ?? '';
    if (this.#initial) {
      const ended = this.#collect(this.#initial, event);
      if (!ended) return;
      this.#sink.replace([...this.#initial.values()], version);
      this.#initial = undefined;
    } else if (event.type === 'BOOKMARK') this.#sink.reached(version);
    else if (event.type === 'DELETED') this.#sink.remove(event.object);
    else this.#sink.upsert(event.object);
    this.#reached(version);
  }

  #collect(initial: Map<string, KubeObject>, { type, object }: WatchEvent): boolean {
    if (type === 'BOOKMARK') return object.metadata.annotations?.[initialEventsEnd] === 'true';
    if (type === 'DELETED') initial.delete(objectKey(object.metadata));
    else initial.set(objectKey(object.metadata), object);
    return false;
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
