/**
 * One kind in several namespaces, each with a list and a watch of its own: there is no request for some namespaces, and one
 * for all of them needs the right to see all of them.
 */
import type { KubeObject } from '../object.ts';
import { parseKey } from '../object.ts';
import type { ObjectStore } from './object-store.ts';
import type { Handler } from './store.ts';

export class MultiNamespaceStore<T extends KubeObject = KubeObject> implements ObjectStore<T> {
  readonly #stores: ReadonlyMap<string, ObjectStore<T>>;

  /** @param stores by namespace */
  constructor(stores: ReadonlyMap<string, ObjectStore<T>>) {
    this.#stores = stores;
  }

  get synced(): boolean {
    return [...this.#stores.values()].every(({ synced }) => synced);
  }

  async whenSynced(): Promise<undefined> {
    await Promise.all([...this.#stores.values()].map((store) => store.whenSynced()));
  }

  get(key: string): T | undefined {
    return this.#of(key)?.get(key);
  }

  has(key: string): boolean {
    return this.#of(key)?.has(key) ?? false;
  }

  *keys(): Generator<string> {
    for (const store of this.#stores.values()) yield* store.keys();
  }

  *list(): Generator<T> {
    for (const store of this.#stores.values()) yield* store.list();
  }

  byIndex(name: string, value: string): T[] {
    return [...this.#stores.values()].flatMap((store) => store.byIndex(name, value));
  }

  keysByIndex(name: string, value: string): string[] {
    return [...this.#stores.values()].flatMap((store) => store.keysByIndex(name, value));
  }

  subscribe(handler: Handler<T>): () => void {
    const ways = [...this.#stores.values()].map((store) => store.subscribe(handler));
    return () => ways.forEach((leave) => leave());
  }

  written(object: T): void {
    this.#stores.get(object.metadata.namespace ?? '')?.written(object);
  }

  note(key: string, text: string): void {
    this.#of(key)?.note(key, text);
  }

  noteOf(key: string): string | undefined {
    return this.#of(key)?.noteOf(key);
  }

  /** undefined: of a namespace that is not looked at. */
  #of(key: string): ObjectStore<T> | undefined {
    return this.#stores.get(parseKey(key).namespace ?? '');
  }
}
