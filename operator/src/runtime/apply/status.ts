/** Writes the status of an object, and only what differs in it. */
import { isDeepStrictEqual } from 'node:util';
import type { ApiClient } from '../client/client.ts';
import { isNotFound } from '../client/error.ts';
import type { KubeObject } from '../object.ts';
import { kindOfObject, objectKey } from '../object.ts';
import type { ObjectStore } from '../watch/object-store.ts';

export interface StatusWriterOptions<T extends KubeObject> {
  client: ApiClient;
  /** Tells what the status is now, own writes included. */
  store: ObjectStore<T>;
  fieldManager: string;
}

/** What `metav1.Condition` says of time. */
interface Timed {
  type: string;
  status: string;
  lastTransitionTime?: string;
}

export class StatusWriter<T extends KubeObject = KubeObject> {
  readonly #options: StatusWriterOptions<T>;

  constructor(options: StatusWriterOptions<T>) {
    this.#options = options;
  }

  /**
   * Makes `status` the whole status of the object, if it still exists. A condition whose `status` stays as it is keeps its
   * `lastTransitionTime`. Answers whether anything was written.
   */
  async write(object: T, status: object, options: { signal?: AbortSignal } = {}): Promise<boolean> {
    const { client, store, fieldManager } = this.#options;
    const live = store.get(objectKey(object.metadata));
    // Deleted, or deleted and created again: that one gets its own pass.
    if (!live || live.metadata.uid !== object.metadata.uid) return false;
    const difference = mergePatch(live['status'] ?? {}, asStored(withOldTimes(status, live['status'])));
    if (difference === undefined) return false;
    // The uid is a precondition: the status of one object must never be told of the next of that name.
    const body = { metadata: { uid: live.metadata.uid }, status: difference };
    try {
      const written = await client.patch(
        kindOfObject(live),
        live.metadata,
        { type: 'merge', body },
        { subresource: 'status', fieldManager, ...options },
      );
      store.written(written);
      return true;
    } catch (error) {
      if (isNotFound(error)) return false;
      throw error;
    }
  }
}

/** The JSON merge patch (RFC 7386) from one value to another; undefined when they are equal. */
export function mergePatch(from: unknown, to: unknown): unknown {
  if (!isMap(to) || !isMap(from)) return isDeepStrictEqual(from, to) ? undefined : to;
  const patch: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(to)) {
    const difference = field in from ? mergePatch(from[field], value) : value;
    if (difference !== undefined) patch[field] = difference;
  }
  for (const field of Object.keys(from)) if (!(field in to)) patch[field] = null;
  return Object.keys(patch).length > 0 ? patch : undefined;
}

/** Without what JSON can not say, so that it compares with what comes back. */
function asStored(status: object): unknown {
  return JSON.parse(JSON.stringify(status)) as unknown;
}

function withOldTimes(status: object, before: unknown): object {
  const now = conditionsOf(status);
  const old = new Map(conditionsOf(before).map((condition) => [condition.type, condition]));
  if (now.length === 0) return status;
  const conditions = now.map((condition) => {
    const same = old.get(condition.type);
    return same?.status === condition.status && same.lastTransitionTime !== undefined
      ? { ...condition, lastTransitionTime: same.lastTransitionTime }
      : condition;
  });
  return { ...status, conditions };
}

function conditionsOf(status: unknown): Timed[] {
  return isMap(status) && Array.isArray(status['conditions']) ? (status['conditions'] as Timed[]) : [];
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
