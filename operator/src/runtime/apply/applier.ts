/** Brings one child to its desired state with as few writes as can be, and never touches what belongs to someone else. */
import { hash } from 'node:crypto';
import type { ApiClient } from '../client/client.ts';
import { ApiError, hasReason, isNotFound } from '../client/error.ts';
import { find } from '../client/find.ts';
import type { Log } from '../log.ts';
import { silent } from '../log.ts';
import { controllerOf, describeObject, kindOfObject, objectKey } from '../object.ts';
import type { KubeObject, OwnerReference } from '../object.ts';
import type { Informers } from '../watch/informers.ts';
import type { ObjectStore } from '../watch/object-store.ts';
import { covers, differences, type Difference } from './covers.ts';
import { fingerprint, formatFingerprint, parseFingerprint } from './fingerprint.ts';
import { claimFields, wasPosted } from './ownership.ts';
import { holdReplicas, saysReplicas, wouldReset } from './replicas.ts';

export interface ApplierOptions {
  client: ApiClient;
  /** Live objects are taken from here; of a kind that is not watched, from the API server. */
  informers: Informers;
  /** Owns every field that is applied. Name it and the holder in `Informers.fieldManagers` too. */
  fieldManager: string;
  /** Holds `spec.replicas` while it is handed over. Default: `<fieldManager>-replicas`. */
  replicasManager?: string;
  /** Annotation that tells what was applied last. */
  hashAnnotation: string;
  log?: Log;
}

export interface ApplyToOptions {
  /** uid of the object that must control the live one, if there is one. */
  owner: string;
  /** Says of a live object without any controller whether it is ours all the same, for what outlives its owner. What it throws, `apply` throws. */
  adopt?: (live: KubeObject) => Promise<boolean>;
  /**
   * Whether the desired object was made for the very one that the store shows, or for there being none: another one of ours that
   * is found instead, or none, is a Conflict then.
   */
  asSeen?: boolean;
  signal?: AbortSignal;
}

export type ApplyOutcome =
  | { result: 'unchanged' }
  | { result: 'created' | 'applied'; object: KubeObject }
  /** It is being deleted, ours or not; its end comes as an event. */
  | { result: 'terminating'; object: KubeObject }
  /** It exists and is not ours. `holder` is its controller, if it has one. */
  | { result: 'name-taken'; object: KubeObject; holder: OwnerReference | undefined };

/** Another write came between: look again. */
const stale = Symbol('stale');

interface Work {
  /** With the hash annotation. */
  desired: KubeObject;
  content: string;
  shape: string;
  key: string;
  store: ObjectStore | undefined;
  /** The hash of the desired object as it was rendered: cheaper than its fingerprint, and enough within one process. */
  note: string;
  options: ApplyToOptions;
  signal: AbortSignal;
}

const never = new AbortController().signal;

export class Applier {
  readonly #options: ApplierOptions;
  readonly #holder: string;
  readonly #log: Log;
  /**
   * Objects that do not cover what was just applied: a builder writes something that the API server writes differently.
   * Applied once and reported, not for ever.
   */
  #rewritten = new Map<string, string>();

  constructor(options: ApplierOptions) {
    this.#options = options;
    this.#holder = options.replicasManager ?? `${options.fieldManager}-replicas`;
    this.#log = options.log ?? silent;
  }

  /** The same applier over another client: over one whose guard throws it tells what it would write, and writes nothing. */
  over(client: ApiClient): Applier {
    const other = new Applier({ ...this.#options, client });
    other.#rewritten = this.#rewritten;
    return other;
  }

  /** Throws what the client throws; a Conflict means that someone else keeps writing to the object. */
  async apply(desired: KubeObject, options: ApplyToOptions): Promise<ApplyOutcome> {
    const store = this.#storeOf(desired);
    const note = hash('sha256', JSON.stringify(desired));
    // What this note says was looked at before, and neither side has changed since.
    if (store?.noteOf(objectKey(desired.metadata)) === note) return { result: 'unchanged' };
    const work = this.#prepare(desired, store, note, options);
    let live = work.store ? work.store.get(work.key) : await this.#read(work);
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      const outcome = live ? await this.#update(work, live) : await this.#create(work);
      if (outcome !== stale) return outcome;
      const seen = live?.metadata.uid;
      live = await this.#read(work);
      if (options.asSeen && live?.metadata.uid !== seen && (!live || (await isOurs(live, options)))) break;
    }
    const message = `apply ${describeObject(desired)}: the object kept changing`;
    throw new ApiError({ code: 409, reason: 'Conflict', message });
  }

  /** Deletes this very object. False: it was gone already, or another has its name. */
  async remove(
    live: KubeObject,
    options: { signal?: AbortSignal; propagation?: 'Background' | 'Foreground' | 'Orphan' } = {},
  ): Promise<boolean> {
    const { uid } = live.metadata;
    if (!uid) throw new TypeError(`${describeObject(live)} has no uid: it was never stored`);
    try {
      await this.#options.client.delete(kindOfObject(live), live.metadata, { uid, ...options });
      return true;
    } catch (error) {
      if (isNotFound(error) || hasReason(error, 'Conflict')) return false;
      throw error;
    }
  }

  #storeOf(desired: KubeObject): ObjectStore | undefined {
    const { informers } = this.#options;
    const kind = kindOfObject(desired);
    return informers.has(kind) ? informers.store(kind) : undefined;
  }

  #prepare(desired: KubeObject, store: ObjectStore | undefined, note: string, options: ApplyToOptions): Work {
    const print = fingerprint(desired);
    const annotations = { ...desired.metadata.annotations, [this.#options.hashAnnotation]: formatFingerprint(print) };
    return {
      desired: { ...desired, metadata: { ...desired.metadata, annotations } },
      ...print,
      key: objectKey(desired.metadata),
      store,
      note,
      options,
      signal: options.signal ?? never,
    };
  }

  async #read({ desired, signal }: Work): Promise<KubeObject | undefined> {
    return await find(this.#options.client, kindOfObject(desired), desired.metadata, { signal });
  }

  /** A store may not show an object that lacks our labels; POST finds it all the same, and leaves it alone. */
  async #create(work: Work): Promise<ApplyOutcome | typeof stale> {
    const { client, fieldManager } = this.#options;
    try {
      const object = await client.create(work.desired, { fieldManager, signal: work.signal });
      this.#wrote(work, object);
      return { result: 'created', object };
    } catch (error) {
      if (hasReason(error, 'AlreadyExists')) return stale;
      throw error;
    }
  }

  async #update(work: Work, live: KubeObject): Promise<ApplyOutcome | typeof stale> {
    const { client, fieldManager } = this.#options;
    if (live.metadata.deletionTimestamp !== undefined) return { result: 'terminating', object: live };
    if (!(await isOurs(live, work.options))) return { result: 'name-taken', object: live, holder: controllerOf(live) };
    if (this.#isSettled(work, live)) {
      work.store?.note(work.key, work.note);
      return { result: 'unchanged' };
    }
    try {
      await this.#prepareOwners(work, live);
      // The uid makes it impossible to create anew what was deleted, or to write into what took its place.
      const metadata = { ...work.desired.metadata, ...(live.metadata.uid !== undefined && { uid: live.metadata.uid }) };
      const object = await client.apply({ ...work.desired, metadata }, { fieldManager, signal: work.signal });
      this.#wrote(work, object);
      return { result: 'applied', object };
    } catch (error) {
      if (hasReason(error, 'Conflict')) return stale;
      throw error;
    }
  }

  /** Takes care that what the desired object no longer says really goes, and that the number of replicas does not. */
  async #prepareOwners(work: Work, live: KubeObject): Promise<void> {
    const { client, fieldManager, hashAnnotation } = this.#options;
    const before = parseFingerprint(live.metadata.annotations?.[hashAnnotation]);
    const claims = before.shape !== work.shape && wasPosted(live, fieldManager);
    const now = claims ? await claimFields(client, live, fieldManager, work.signal) : live;
    if (saysReplicas(work.desired)) return;
    if (wouldReset(now, fieldManager, this.#holder)) await holdReplicas(client, now, this.#holder, work.signal);
  }

  #isSettled(work: Work, live: KubeObject): boolean {
    const applied = parseFingerprint(live.metadata.annotations?.[this.#options.hashAnnotation]);
    if (applied.content !== work.content) return false;
    if (covers(work.desired, live)) return true;
    const known = this.#rewritten.get(idOf(work.desired));
    return known !== undefined && known === rewriteOf(work, differences(work.desired, live));
  }

  #wrote(work: Work, object: KubeObject): void {
    work.store?.written(object);
    const id = idOf(work.desired);
    const other = differences(work.desired, object);
    if (other.length === 0) {
      this.#rewritten.delete(id);
      return;
    }
    const fields = other.map(({ path }) => path);
    this.#log.warn({ object: id, fields }, 'the API server keeps the object in other words than it was applied in');
    this.#rewritten.set(id, rewriteOf(work, other));
  }
}

/** Controlled by the owner; or by nobody, and adopted. Never anyone else's. */
async function isOurs(live: KubeObject, { owner, adopt }: ApplyToOptions): Promise<boolean> {
  const controller = controllerOf(live);
  return controller ? controller.uid === owner : ((await adopt?.(live)) ?? false);
}

function idOf(object: KubeObject): string {
  return `${object.apiVersion} ${describeObject(object)}`;
}

/** The desired object and what became of it. What it does not speak of, a number that an autoscaler sets, has no part in it. */
function rewriteOf({ content }: Work, other: readonly Difference[]): string {
  return `${content} ${hash('sha256', JSON.stringify(other))}`;
}
