/** A store and the reflectors that fill it, for each kind the operator looks at. */
import { unlessAborted } from '../abort.ts';
import type { Clock, Random } from '../clock.ts';
import type { ApiClient, Scope } from '../client/client.ts';
import type { Log } from '../log.ts';
import { silent } from '../log.ts';
import type { RuntimeMetrics } from '../metrics.ts';
import type { Kind, KubeObject } from '../object.ts';
import { Reflector } from './reflector.ts';
import { MultiNamespaceStore } from './multi-namespace-store.ts';
import type { ObjectStore } from './object-store.ts';
import { Sight } from './sight.ts';
import { Store } from './store.ts';
import type { StoreOptions } from './store.ts';

export interface InformersOptions {
  client: ApiClient;
  /** Field managers of which stores keep a stump of `managedFields`: those of the {@link Applier}. */
  fieldManagers?: readonly string[];
  log?: Log;
  metrics?: RuntimeMetrics;
  /** Whether somebody waits for them. Where nobody does, a kind that is refused hides no namespace. Default true. */
  awaited?: boolean;
  clock?: Clock;
  random?: Random;
  /** See `ReflectorOptions`. */
  idleLimit?: number;
}

export interface InformerOptions<T extends KubeObject>
  extends Omit<Scope, 'namespace'>, Omit<StoreOptions<T>, 'log' | 'fieldManagers'> {
  /** One list and one watch for each. Absent: one for the whole cluster. */
  namespaces?: readonly string[] | undefined;
  /** The cluster may not serve the kind; its store is empty then, and {@link Informers.served} says no. */
  optional?: boolean;
}

interface Informer {
  kind: string;
  /** Whether it looks at some namespaces, each by itself. */
  apart: boolean;
  /** An `ObjectStore` of the kind's own type: `add` put it there under the same kind. */
  store: unknown;
  synced: () => boolean;
  whenSynced: () => Promise<undefined>;
  reflectors: readonly Reflector[];
}

export class Informers {
  readonly #options: InformersOptions;
  readonly #informers = new Map<string, Informer>();
  readonly #sight: Sight;
  readonly #servedHandlers = new Set<(kind: Kind) => void>();
  readonly #stop = new AbortController();
  readonly #running: Promise<undefined>[] = [];
  #started = false;

  constructor(options: InformersOptions) {
    this.#options = options;
    this.#sight = new Sight({ log: options.log ?? silent, metrics: options.metrics });
  }

  /** Adds a kind; it starts with the others, or at once when they run already. Throws when it is there already. */
  add<T extends KubeObject>(kind: Kind<T>, options: InformerOptions<T> = {}): ObjectStore<T> {
    const { namespaces, labelSelector, fieldSelector, metadataOnly, optional, ...storeOptions } = options;
    const id = idOf(kind);
    if (this.#informers.has(id)) throw new RangeError(`${id} is watched already`);
    const {
      client,
      awaited = true,
      fieldManagers = [],
      clock,
      random,
      metrics,
      idleLimit,
      log = silent,
    } = this.#options;
    const reflectors: Reflector[] = [];
    let served = true;
    const servedChanged = (): void => {
      if (this.served(kind) === served) return;
      served = !served;
      for (const handler of this.#servedHandlers) handler(kind);
    };
    const filled = (namespace?: string): Store<T> => {
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
        servedChanged,
        ...(optional !== undefined && { optional }),
        ...(namespace !== undefined && awaited && { refused: this.#sight.add(namespace, kind.kind, store) }),
        ...(clock && { clock }),
        ...(random && { random }),
        ...(idleLimit !== undefined && { idleLimit }),
      });
      reflectors.push(reflector);
      return store;
    };
    const store: ObjectStore<T> = namespaces
      ? new MultiNamespaceStore(new Map(namespaces.map((namespace) => [namespace, filled(namespace)])))
      : filled();
    const informer: Informer = {
      kind: id,
      apart: namespaces !== undefined,
      store,
      synced: () => store.synced,
      whenSynced: () => store.whenSynced(),
      reflectors,
    };
    this.#informers.set(id, informer);
    if (this.#started) this.#run(informer);
    return store;
  }

  /** The store of a kind that was added; throws for any other. */
  store<T extends KubeObject>(kind: Kind<T>): ObjectStore<T> {
    const informer = this.#informers.get(idOf(kind));
    if (!informer) throw new RangeError(`${idOf(kind)} is not watched`);
    return informer.store as ObjectStore<T>;
  }

  has(kind: Kind): boolean {
    return this.#informers.has(idOf(kind));
  }

  /** Whether the kind is watched and the cluster serves it. Means something once its store is synced. */
  served(kind: Kind): boolean {
    return this.#informers.get(idOf(kind))?.reflectors.every(({ served }) => served) ?? false;
  }

  /** Calls the handler when the cluster begins or ceases to serve a kind: for whoever waits for one of which there is no object yet. */
  onServed(handler: (kind: Kind) => void): void {
    this.#servedHandlers.add(handler);
  }

  start(): void {
    if (this.#started) return;
    this.#started = true;
    for (const informer of this.#informers.values()) this.#run(informer);
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
    const all = [...this.#informers.values()].map(({ whenSynced }) => whenSynced());
    await this.#unlessStopped(Promise.all(all), signal);
  }

  /**
   * Whether every store has seen the namespace whole, and is not refused it since. Where it does not, an object that is not in a
   * store may be there all the same.
   */
  sees(namespace: string): boolean {
    return this.#wide.every(({ synced }) => synced()) && this.#sight.sees(namespace);
  }

  /** Whether every store has had its first list, but for namespaces of which one is refused. */
  get settled(): boolean {
    return this.#wide.every(({ synced }) => synced()) && this.#sight.settled;
  }

  /** Resolves when it first is {@link settled}; rejects when the signal aborts first. */
  async whenSettled(signal: AbortSignal): Promise<void> {
    const all = this.#wide.map(({ whenSynced }) => whenSynced());
    await this.#unlessStopped(Promise.all([...all, this.#sight.whenSettled()]), signal);
  }

  /** Calls the handler for each namespace that is looked at by itself and comes to be seen, the first time and after each refusal. */
  onSeen(handler: (namespace: string) => void): void {
    this.#sight.onSeen(handler);
  }

  async stop(): Promise<void> {
    this.#stop.abort(new Error('the informers stop'));
    await Promise.all(this.#running);
  }

  /** Those of the whole cluster. */
  get #wide(): Informer[] {
    return [...this.#informers.values()].filter(({ apart }) => !apart);
  }

  async #unlessStopped(awaited: Promise<unknown>, signal: AbortSignal): Promise<void> {
    const why = (): Error => new Error(`stopped while waiting for ${this.unsynced.join(', ')}`);
    await unlessAborted(awaited, signal, why);
  }

  #run({ reflectors }: Informer): void {
    for (const reflector of reflectors) this.#running.push(reflector.run(this.#stop.signal));
  }
}

function idOf(kind: Kind): string {
  return `${kind.apiVersion}/${kind.kind}`;
}
