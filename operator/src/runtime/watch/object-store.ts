/** What readers and writers of objects see of a store, whether one reflector fills it or one for each namespace. */
import type { KubeObject } from '../object.ts';
import type { Handler } from './store.ts';

export interface ObjectStore<T extends KubeObject = KubeObject> {
  /** Whether the first list is complete. */
  readonly synced: boolean;
  /** Resolves once the first list is complete. */
  whenSynced(): Promise<undefined>;
  /** The object under `namespace/name`. Never change what you get: it is the store's own. */
  get(key: string): T | undefined;
  has(key: string): boolean;
  keys(): Iterable<string>;
  list(): Iterable<T>;
  /** The objects that `indices[name]` filed under `value`. Throws on an index that the store does not have. */
  byIndex(name: string, value: string): T[];
  /** Their keys, without unpacking any of them. */
  keysByIndex(name: string, value: string): string[];
  /** Calls `handler` synchronously on every change, and at once for what is there already. Returns the way out. */
  subscribe(handler: Handler<T>): () => void;
  /**
   * Takes the answer of an own write, so that readers see it before the watch tells it. Ignored when the watch has come as far
   * already: it knows better then, the object may even be gone. Handlers are not called, the writer knows.
   */
  written(object: T): void;
  /** Leaves a note on the object as it is now. It is gone with the object's next change. */
  note(key: string, text: string): void;
  noteOf(key: string): string | undefined;
}
