/** The objects of one kind as last seen, by key and by index. One reflector fills it, everyone reads. */
import { objectKey } from '../object.ts';
import type { KubeObject } from '../object.ts';
import type { Log } from '../log.ts';
import { silent } from '../log.ts';
import type { ObjectStore } from './object-store.ts';
import { Packing } from './packing.ts';
import { withoutManagedFields } from './projection.ts';
import { isNewer } from './versions.ts';

/** The values under which an object is found in an index; none leaves it out. */
export type IndexFunction<T extends KubeObject> = (object: T) => readonly string[];

export interface StoreOptions<T extends KubeObject> {
  /** What is kept of an object. It must keep `metadata.name`, `namespace`, `uid` and `resourceVersion`. Runs after `managedFields` are dropped. */
  project?: (object: T) => T;
  indices?: Readonly<Record<string, IndexFunction<T>>>;
  /** Keeps `managedFields` whole. */
  keepManagedFields?: boolean;
  /** Field managers of which a stump of `managedFields` stays, see `projection.ts`. */
  fieldManagers?: readonly string[];
  /** Keeps objects compressed. For kinds with thousands of objects that are read seldom. */
  pack?: boolean;
  log?: Log;
}

/** One difference between two states: created (no `old`), changed (both) or gone (no `now`). */
export interface Change<T extends KubeObject> {
  key: string;
  /** Whether an event or a (re)list told it. After a start everything comes as `list`. */
  origin: 'list' | 'watch';
  old: T | undefined;
  now: T | undefined;
  /** The newest state known: `now`, or of a deleted object the last one seen. */
  object: T;
}

export type Handler<T extends KubeObject> = (change: Change<T>) => void;

/** What a reflector fills. */
export interface Sink {
  /** A list begins: what it brings comes as {@link listed}, one by one, so that no kind is ever held twice in memory. */
  begin(): void;
  listed(object: KubeObject): void;
  /** The list is complete and was taken at this version: what it did not bring is gone. */
  complete(resourceVersion: string): void;
  upsert(object: KubeObject): void;
  remove(object: KubeObject): void;
  /** A bookmark: everything up to this version has been told. */
  reached(resourceVersion: string): void;
}

interface Entry<T> {
  held: T | string;
  uid: string | undefined;
  resourceVersion: string | undefined;
  indexed: Record<string, readonly string[]>;
  note?: string;
}

/** Packed objects that a store has at hand: what the passes under way look at, of one kind. */
const REMEMBERED = 64;

export class Store<T extends KubeObject = KubeObject> implements Sink, ObjectStore<T> {
  readonly #options: StoreOptions<T>;
  readonly #packing: Packing<T> | undefined;
  readonly #entries = new Map<string, Entry<T>>();
  readonly #indices = new Map<string, Map<string, Set<string>>>();
  readonly #handlers = new Set<Handler<T>>();
  readonly #log: Log;
  /** Keys whose entry is the answer of an own write that the watch has not told yet. */
  readonly #own = new Set<string>();
  /** Packed entries as they were last unpacked, the oldest first: a pass reads the same ones several times. */
  readonly #unpacked = new Map<Entry<T>, T>();
  /** Keys that the list under way has brought so far. */
  readonly #listed = new Set<string>();
  #reached: string | undefined;
  #synced = false;
  readonly #whenSynced = Promise.withResolvers<undefined>();

  constructor(options: StoreOptions<T> = {}) {
    this.#options = options;
    this.#log = options.log ?? silent;
    if (options.pack) this.#packing = new Packing();
    for (const name of Object.keys(options.indices ?? {})) this.#indices.set(name, new Map());
  }

  get synced(): boolean {
    return this.#synced;
  }

  get size(): number {
    return this.#entries.size;
  }

  whenSynced(): Promise<undefined> {
    return this.#whenSynced.promise;
  }

  get(key: string): T | undefined {
    const entry = this.#entries.get(key);
    return entry && this.#unfold(entry);
  }

  has(key: string): boolean {
    return this.#entries.has(key);
  }

  keys(): IterableIterator<string> {
    return this.#entries.keys();
  }

  *list(): Generator<T> {
    for (const entry of this.#entries.values()) yield this.#unfold(entry);
  }

  byIndex(name: string, value: string): T[] {
    return this.keysByIndex(name, value).flatMap((key) => this.get(key) ?? []);
  }

  keysByIndex(name: string, value: string): string[] {
    const index = this.#indices.get(name);
    if (!index) throw new RangeError(`no index "${name}"`);
    return [...(index.get(value) ?? [])];
  }

  subscribe(handler: Handler<T>): () => void {
    this.#handlers.add(handler);
    for (const [key, entry] of this.#entries) {
      const now = this.#unfold(entry);
      this.#call(handler, { key, origin: 'list', old: undefined, now, object: now });
    }
    return () => this.#handlers.delete(handler);
  }

  written(object: T): void {
    const key = objectKey(object.metadata);
    const version = object.metadata.resourceVersion;
    const entry = this.#entries.get(key);
    if (!isNewer(version, this.#reached) || (entry && !isNewer(version, entry.resourceVersion))) return;
    if (this.#take(key, object)) this.#own.add(key);
  }

  note(key: string, text: string): void {
    const entry = this.#entries.get(key);
    if (entry) entry.note = text;
  }

  noteOf(key: string): string | undefined {
    return this.#entries.get(key)?.note;
  }

  /** A whole list at once. */
  replace(objects: Iterable<KubeObject>, resourceVersion: string): void {
    this.begin();
    for (const object of objects) this.listed(object);
    this.complete(resourceVersion);
  }

  begin(): void {
    this.#listed.clear();
  }

  listed(object: KubeObject): void {
    this.#listed.add(objectKey(object.metadata));
    this.#upsert(object, 'list');
  }

  complete(resourceVersion: string): void {
    for (const [key, entry] of this.#entries) {
      if (this.#listed.has(key)) continue;
      // Written after this list was taken: the watch from here on will tell it. Kept for one list only, in case it never does.
      if (this.#own.delete(key) && isNewer(entry.resourceVersion, resourceVersion)) continue;
      this.#drop(key, entry, 'list');
    }
    this.#listed.clear();
    this.#reached = resourceVersion;
    this.#synced = true;
    this.#whenSynced.resolve(undefined);
  }

  upsert(object: KubeObject): void {
    this.#upsert(object, 'watch');
    this.reached(object.metadata.resourceVersion ?? '');
  }

  remove(object: KubeObject): void {
    const key = objectKey(object.metadata);
    const entry = this.#entries.get(key);
    this.reached(object.metadata.resourceVersion ?? '');
    if (!entry || this.#isOlder(key, entry, object)) return;
    this.#drop(key, entry, 'watch');
  }

  reached(resourceVersion: string): void {
    if (resourceVersion !== '') this.#reached = resourceVersion;
  }

  #upsert(object: KubeObject, origin: 'list' | 'watch'): void {
    const key = objectKey(object.metadata);
    const entry = this.#entries.get(key);
    const older = entry && this.#isOlder(key, entry, object);
    // A list settles the matter next time at the latest, even on a cluster whose versions were set back by a restore.
    if (!older || origin === 'list') this.#own.delete(key);
    if (older) return;
    // The same version again: an own write come back, or a relist in which nothing happened.
    if (entry && entry.uid === object.metadata.uid && entry.resourceVersion === object.metadata.resourceVersion) return;
    const old = entry && this.#handlers.size > 0 ? this.#unfold(entry) : undefined;
    const now = this.#take(key, object as T);
    if (now) this.#tell({ key, origin, old, now, object: now });
  }

  /** An event from before our own write: what we hold is newer. */
  #isOlder(key: string, entry: Entry<T>, object: KubeObject): boolean {
    return this.#own.has(key) && isNewer(entry.resourceVersion, object.metadata.resourceVersion);
  }

  #drop(key: string, entry: Entry<T>, origin: 'list' | 'watch'): void {
    this.#own.delete(key);
    this.#unindex(key, entry);
    this.#entries.delete(key);
    const old = this.#handlers.size === 0 ? undefined : this.#unfold(entry);
    this.#unpacked.delete(entry);
    if (old === undefined) return;
    this.#tell({ key, origin, old, now: undefined, object: old });
  }

  /** Puts the projection of an object in place. One that the projection or an index cannot digest is left out, and said so. */
  #take(key: string, object: T): T | undefined {
    try {
      const projected = this.#project(object);
      this.#put(key, projected);
      return projected;
    } catch (error) {
      this.#log.error({ err: error, key }, 'an object could not be taken into its store');
      return undefined;
    }
  }

  #project(object: T): T {
    const { keepManagedFields, fieldManagers, project } = this.#options;
    const lean = keepManagedFields ? object : withoutManagedFields(object, fieldManagers ?? []);
    return project ? project(lean) : lean;
  }

  #put(key: string, object: T): void {
    const indexed: Record<string, readonly string[]> = {};
    for (const [name, values] of Object.entries(this.#options.indices ?? {})) indexed[name] = values(object);
    const before = this.#entries.get(key);
    if (before) {
      this.#unindex(key, before);
      this.#unpacked.delete(before);
    }
    const { uid, resourceVersion } = object.metadata;
    const entry = { held: this.#packing ? this.#packing.pack(object) : object, uid, resourceVersion, indexed };
    this.#entries.set(key, entry);
    // Whoever wrote it, or is told of it, looks next.
    if (this.#packing) this.#remember(entry, object);
    for (const [name, values] of Object.entries(indexed)) {
      const index = this.#indices.get(name);
      for (const value of values) {
        const keys = index?.get(value);
        if (keys) keys.add(key);
        else index?.set(value, new Set([key]));
      }
    }
  }

  #unindex(key: string, entry: Entry<T>): void {
    for (const [name, values] of Object.entries(entry.indexed)) {
      const index = this.#indices.get(name);
      for (const value of values) {
        const keys = index?.get(value);
        keys?.delete(key);
        if (keys?.size === 0) index?.delete(value);
      }
    }
  }

  #unfold(entry: Entry<T>): T {
    if (typeof entry.held !== 'string') return entry.held;
    if (!this.#packing) throw new Error('a packed entry in a store that does not pack');
    const known = this.#unpacked.get(entry);
    if (known) return known;
    const object = this.#packing.unpack(entry.held);
    this.#remember(entry, object);
    return object;
  }

  #remember(entry: Entry<T>, object: T): void {
    this.#unpacked.set(entry, object);
    const [oldest] = this.#unpacked.keys();
    if (oldest && this.#unpacked.size > REMEMBERED) this.#unpacked.delete(oldest);
  }

  #tell(change: Change<T>): void {
    for (const handler of this.#handlers) this.#call(handler, change);
  }

  #call(handler: Handler<T>, change: Change<T>): void {
    try {
      handler(change);
    } catch (error) {
      // One handler's bug must not end the watch for the others.
      this.#log.error({ err: error, key: change.key }, 'a store handler threw');
    }
  }
}
