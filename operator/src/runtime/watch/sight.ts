/**
 * Which namespaces are seen whole, where each is looked at by itself: every kind of it listed, and none refused since. Rights
 * are given and taken for each namespace, so one that is refused says nothing of the others.
 */
import type { ApiError } from '../client/error.ts';
import type { Log } from '../log.ts';
import type { RuntimeMetrics } from '../metrics.ts';
import type { ObjectStore } from './object-store.ts';

interface View {
  readonly kind: string;
  readonly store: Pick<ObjectStore, 'synced' | 'whenSynced'>;
  refused: boolean;
}

interface Place {
  readonly views: View[];
  refused: boolean;
  seen: boolean;
}

export interface SightOptions {
  log: Log;
  metrics?: RuntimeMetrics | undefined;
}

export class Sight {
  readonly #log: Log;
  readonly #metrics: RuntimeMetrics | undefined;
  readonly #places = new Map<string, Place>();
  readonly #handlers = new Set<(namespace: string) => void>();
  readonly #whenSettled = Promise.withResolvers<undefined>();

  constructor({ log, metrics }: SightOptions) {
    this.#log = log;
    this.#metrics = metrics;
  }

  /** Adds one kind in one namespace. Returns what is to be told when it is refused, and, with undefined, when it no longer is. */
  add(namespace: string, kind: string, store: View['store']): (refusal: ApiError | undefined) => void {
    const view: View = { kind, store, refused: false };
    const place = this.#places.get(namespace) ?? { views: [], refused: false, seen: false };
    this.#places.set(namespace, place);
    place.views.push(view);
    void store.whenSynced().then(() => this.#look(namespace, place));
    return (refusal) => {
      view.refused = refusal !== undefined;
      this.#metrics?.refused(namespace, kind, view.refused);
      this.#tell(namespace, place, refusal);
      this.#look(namespace, place);
    };
  }

  sees(namespace: string): boolean {
    const views = this.#places.get(namespace)?.views ?? [];
    return views.every(({ refused, store }) => store.synced && !refused);
  }

  /** Whether all that can be seen is: each namespace, but for those that are refused, and one at least. */
  get settled(): boolean {
    const places = [...this.#places];
    const seen = places.filter(([namespace]) => this.sees(namespace));
    const unseen = places.filter(([namespace, { refused }]) => !refused && !this.sees(namespace));
    return places.length === 0 || (seen.length > 0 && unseen.length === 0);
  }

  /** Resolves when it first is settled. */
  async whenSettled(): Promise<undefined> {
    if (this.#places.size > 0) await this.#whenSettled.promise;
  }

  /** Calls the handler for each namespace that comes to be seen, the first time and after each refusal. */
  onSeen(handler: (namespace: string) => void): void {
    this.#handlers.add(handler);
  }

  #look(namespace: string, place: Place): void {
    const seen = this.sees(namespace);
    if (seen && !place.seen) for (const handler of this.#handlers) handler(namespace);
    place.seen = seen;
    if (this.settled) this.#whenSettled.resolve(undefined);
  }

  /** One line for a namespace: a Role that is gone refuses every kind of it. */
  #tell(namespace: string, place: Place, refusal: ApiError | undefined): void {
    const refused = place.views.some((view) => view.refused);
    if (refused && !place.refused) {
      this.#log.warn({ namespace, err: refusal }, 'a namespace is refused: it is left alone until it may be looked at');
    } else if (!refused && place.refused) {
      this.#log.info({ namespace }, 'a namespace is no longer refused');
    }
    place.refused = refused;
  }
}
