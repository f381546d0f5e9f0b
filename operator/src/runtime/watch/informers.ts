/** A store and the reflector that fills it, for each kind the operator looks at. */
import type { Clock, Random } from '../clock.ts';
import type { ApiClient, Scope } from '../client/client.ts';
import type { Log } from '../log.ts';
import { silent } from '../log.ts';
import type { RuntimeMetrics } from '../metrics.ts';
import type { Kind, KubeObject } from '../object.ts';
import { Reflector } from './reflector.ts';
import { Store } from './store.ts';
import type { StoreOptions } from './store.ts';

export interface InformersOptions {
  client: ApiClient;
  /** Field managers of which stores keep a stump of `managedFields`: those of the {@link Applier}. */
  fieldManagers?: readonly string[];
  log?: Log;
  metrics?: RuntimeMetrics;
  clock?: Clock;
  random?: Random;
  /** See `ReflectorOptions`. */
  idleLimit?: number;
}

export interface InformerOptions<T extends KubeObject> extends Scope, Omit<StoreOptions<T>, 'log' | 'fieldManagers'> {
  /** The cluster may not serve the kind; its store is empty then, and {@link Informers.served} says no. */
  optional?: boolean;
}

interface Informer {
  kind: string;
  /** A `Store` of the kind's own type: `add` put it there under the same kind. */
  store: unknown;
  synced: () => boolean;
  whenSynced: () => Promise<undefined>;
  reflector: Reflector;
}

export class Informers {
  readonly #options: InformersOptions;
  readonly #informers = new Map<string, Informer>();
  readonly #stop = new AbortController();
  readonly #running: Promise<undefined>[] = [];
  #started = false;

  constructor(options: InformersOptions) {
    this.#options = options;
  }

  /** Adds a kind; it starts with the others, or at once when they run already. Throws when it is there already. */
  add<T extends KubeObject>(kind: Kind<T>, options: InformerOptions<T> = {}): Store<T> {
    const { namespace, labelSelector, fieldSelector, metadataOnly, optional, ...storeOptions } = options;
    const id = idOf(kind);
    if (this.#informers.has(id)) throw new RangeError(`${id} is watched already`);
    const { client, fieldManagers = [], clock, random, metrics, idleLimit, log = silent } = this.#options;
    const store = new Store<T>({ ...storeOptions, fieldManagers, log });
    const reflector = new Reflector({
      client,
      kind,
      sink: store,
      scope: {
        ...(namespace !== undefined && { namespace }),
        ...(labelSelector !== undefined && { labelSelector }),
        ...(fieldSelector !== undefined && { fieldSelector }),
        ...(metadataOnly !== undefined && { metadataOnly }),
      },
      log,
      metrics,
      ...(optional !== undefined && { optional }),
      ...(clock && { clock }),
      ...(random && { random }),
      ...(idleLimit !== undefined && { idleLimit }),
    });
    const informer = { kind: id, store, synced: () => store.synced, whenSynced: () => store.whenSynced(), reflector };
    this.#informers.set(id, informer);
    if (this.#started) this.#running.push(reflector.run(this.#stop.signal));
    return store;
  }

  /** The store of a kind that was added; throws for any other. */
  store<T extends KubeObject>(kind: Kind<T>): Store<T> {
    const informer = this.#informers.get(idOf(kind));
    if (!informer) throw new RangeError(`${idOf(kind)} is not watched`);
    return informer.store as Store<T>;
  }

  has(kind: Kind): boolean {
    return this.#informers.has(idOf(kind));
  }

  /** Whether the cluster serves the kind. Means something once its store is synced. */
  served(kind: Kind): boolean {
    return this.#informers.get(idOf(kind))?.reflector.served ?? false;
  }

  start(): void {
    if (this.#started) return;
    this.#started = true;
    for (const { reflector } of this.#informers.values()) this.#running.push(reflector.run(this.#stop.signal));
  }

  /** Whether every store has had its first list. */
  get synced(): boolean {
    return this.unsynced.length === 0;
  }

  /** The kinds that still wait for their first list. */
  get unsynced(): string[] {
    return [...this.#informers.values()].filter(({ synced }) => !synced()).map(({ kind }) => kind);
  }

  /** Resolves once every store has had its first list; rejects when the signal aborts first. */
  async whenSynced(signal: AbortSignal): Promise<void> {
    const aborted = Promise.withResolvers<never>();
    const abort = (): void => aborted.reject(new Error(`stopped while waiting for ${this.unsynced.join(', ')}`));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    try {
      const all = Promise.all([...this.#informers.values()].map(({ whenSynced }) => whenSynced()));
      await Promise.race([all, aborted.promise]);
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  async stop(): Promise<void> {
    this.#stop.abort(new Error('the informers stop'));
    await Promise.all(this.#running);
  }
}

function idOf(kind: Kind): string {
  return `${kind.apiVersion}/${kind.kind}`;
}
