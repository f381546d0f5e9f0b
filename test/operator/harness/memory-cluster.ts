/** An API server in memory, for what a real one cannot be asked for: a call that fails, or a watch that has yet to tell. */
import type { ApiClient, WatchEvent } from '../../../operator/src/runtime/client/client.ts';
import { ApiError } from '../../../operator/src/runtime/client/error.ts';
import {
  kindOfObject,
  objectKey,
  type Kind,
  type KubeObject,
  type ObjectName,
} from '../../../operator/src/runtime/object.ts';

export interface WriteOrRead {
  readonly verb: 'get' | 'create' | 'apply' | 'patch' | 'delete';
  /** As `Secret shop-key`. */
  readonly what: string;
}

export class MemoryCluster {
  /** Called before a call does anything; what it throws, the call throws. */
  before: (call: WriteOrRead) => void = () => undefined;
  readonly client: ApiClient;
  readonly #there = new Map<string, KubeObject>();
  readonly #watches = new Set<(event: WatchEvent) => void>();
  #version = 1;

  constructor() {
    const never = (): never => {
      throw new Error('no pass asks for that');
    };
    this.client = {
      get: (kind, name) => this.#call('get', kind, name, (live) => live ?? notFound()),
      list: () => Promise.resolve({ metadata: {}, items: [] }),
      watch: (kind, { signal }) => this.#watch(kind, signal),
      create: (object) =>
        this.#call('create', kindOfObject(object), object.metadata, (live) => (live ? exists() : this.put(object))),
      replace: never,
      apply: (object) =>
        this.#call('apply', kindOfObject(object), object.metadata, (live) => {
          if (object.metadata.uid !== undefined && object.metadata.uid !== live?.metadata.uid) return conflict();
          return this.put(live ? (merged(live, object) as typeof object) : object);
        }),
      patch: (kind, name, { body }) =>
        this.#call('patch', kind, name, (live) => {
          if (!live) return notFound();
          const { metadata = {} } = body as { metadata?: Partial<KubeObject['metadata']> };
          const { resourceVersion = live.metadata.resourceVersion, uid = live.metadata.uid } = metadata;
          const isSame = uid === live.metadata.uid && resourceVersion === live.metadata.resourceVersion;
          return isSame ? this.put(merged(live, body) as typeof live) : conflict();
        }),
      delete: async (kind, name, { uid } = {}) => {
        await this.#call('delete', kind, name, (live) => {
          if (!live) return notFound();
          if (uid !== undefined && uid !== live.metadata.uid) return conflict();
          this.#there.delete(keyOf(kind, name));
          return live;
        });
      },
      resource: never,
      read: never,
      guarded: never,
      close: () => Promise.resolve(),
    };
  }

  get(kind: string, name: string): KubeObject | undefined {
    return [...this.#there.values()].find((one) => one.kind === kind && one.metadata.name === name);
  }

  /** The names of those of a kind. */
  names(kind: string): string[] {
    return [...this.#there.values()].filter((one) => one.kind === kind).map(({ metadata }) => metadata.name);
  }

  /** Stores it, and tells no watch. */
  put<T extends KubeObject>(object: T): T {
    this.#version += 1;
    const { uid = `uid-${this.#version}` } = object.metadata;
    const stored = { ...object, metadata: { ...object.metadata, uid, resourceVersion: String(this.#version) } };
    this.#there.set(keyOf(kindOfObject(object), object.metadata), stored);
    return stored;
  }

  /** Takes it away, and tells no watch. */
  take(object: KubeObject): void {
    this.#there.delete(keyOf(kindOfObject(object), object.metadata));
  }

  /** Lets the watches of its kind tell of it, and waits until they have. */
  async tell(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: KubeObject): Promise<void> {
    this.#version += 1;
    const metadata = { ...object.metadata, resourceVersion: String(this.#version) };
    for (const watch of this.#watches) watch({ type, object: { ...object, metadata } });
    await new Promise(setImmediate);
  }

  async #call<T extends KubeObject>(
    verb: WriteOrRead['verb'],
    kind: Kind<T>,
    name: ObjectName,
    answer: (live: T | undefined) => T,
  ): Promise<T> {
    this.before({ verb, what: `${kind.kind} ${name.name}` });
    // As over a network: nothing is answered at once, and watches tell meanwhile.
    await new Promise(setImmediate);
    return answer(this.#there.get(keyOf(kind, name)) as T | undefined);
  }

  /** What is there when it begins, and then what it is told to {@link tell}. */
  async *#watch(kind: Kind, signal: AbortSignal): AsyncGenerator<WatchEvent[]> {
    const annotations = { 'k8s.io/initial-events-end': 'true' };
    const end = { ...kind, metadata: { name: '', resourceVersion: String(this.#version), annotations } };
    const objects = [...this.#there.values()].filter((object) => object.kind === kind.kind);
    let told = Promise.withResolvers<WatchEvent | undefined>();
    const watch = (event: WatchEvent): void => {
      if (event.object.kind === kind.kind) told.resolve(event);
    };
    this.#watches.add(watch);
    signal.addEventListener('abort', () => told.resolve(undefined));
    yield [...objects.map((object): WatchEvent => ({ type: 'ADDED', object })), { type: 'BOOKMARK', object: end }];
    for (;;) {
      const event = await told.promise;
      if (!event) return;
      told = Promise.withResolvers();
      yield [event];
    }
  }
}

function keyOf(kind: Kind, name: ObjectName): string {
  return `${kind.kind} ${objectKey(name)}`;
}

/** As a merge patch (RFC 7386) does it. */
function merged(from: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const into = typeof from === 'object' && from !== null && !Array.isArray(from) ? { ...from } : {};
  const fields = Object.entries(patch as Record<string, unknown>).map(([name, value]) => [
    name,
    merged((into as Record<string, unknown>)[name], value),
  ]);
  const all = { ...into, ...(Object.fromEntries(fields) as object) };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null));
}

function notFound(): never {
  throw new ApiError({ code: 404, reason: 'NotFound', message: 'there is none of that name' });
}

function exists(): never {
  throw new ApiError({ code: 409, reason: 'AlreadyExists', message: 'there is one of that name' });
}

function conflict(): never {
  throw new ApiError({ code: 409, reason: 'Conflict', message: 'it is another, or was changed meanwhile' });
}
