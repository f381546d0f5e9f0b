/** Which resource serves a kind. Asked once per group version, and again when a kind is missing: CRDs come late. */
import { unlessAborted } from '../abort.ts';
import type { Clock } from '../clock.ts';
import type { Kind } from '../object.ts';
import { connectionError } from './answer.ts';
import type { CallOptions, Resource } from './client.ts';
import { defaultDeadline, withDeadline } from './deadline.ts';
import { isNotFound } from './error.ts';
import { groupVersionPath } from './path.ts';

/** How long a miss is believed. */
const missLasts = 5_000;

interface Known {
  at: number;
  resources: Map<string, Resource>;
}

/** One question for all who want to know. It goes on for as long as one of them waits. */
interface Load {
  readonly known: Promise<Known>;
  readonly stop: AbortController;
  waiting: number;
}

type Read = (path: string, options?: CallOptions) => Promise<unknown>;

export class Discovery {
  readonly #read: Read;
  readonly #clock: Clock;
  readonly #known = new Map<string, Known>();
  readonly #loads = new Map<string, Load>();

  constructor(read: Read, clock: Clock) {
    this.#read = read;
    this.#clock = clock;
  }

  /** The resource of a kind, from the cache if it is there. */
  async resource(kind: Kind, options?: CallOptions): Promise<Resource | undefined> {
    const known = this.#known.get(kind.apiVersion);
    const found = known?.resources.get(kind.kind);
    if (found || (known && this.#clock.now() - known.at < missLasts)) return found;
    return (await this.#ask(kind.apiVersion, options)).resources.get(kind.kind);
  }

  /** Waits under the caller's own signal and deadline: what ends one caller's wait is nothing to the others. */
  async #ask(apiVersion: string, { deadline = defaultDeadline, signal }: CallOptions = {}): Promise<Known> {
    const load = this.#loads.get(apiVersion) ?? this.#begin(apiVersion);
    load.waiting += 1;
    try {
      return await withDeadline(this.#clock, deadline, signal, async (own) => {
        const why = (): Error => connectionError(own.signal.reason, `discover ${apiVersion}`, own.expired, true);
        return await unlessAborted(load.known, own.signal, why);
      });
    } finally {
      load.waiting -= 1;
      if (load.waiting === 0) this.#end(apiVersion, load);
    }
  }

  #begin(apiVersion: string): Load {
    const stop = new AbortController();
    const load = { known: this.#load(apiVersion, stop.signal), stop, waiting: 0 };
    this.#loads.set(apiVersion, load);
    return load;
  }

  /** With its last caller; whoever comes next asks anew. */
  #end(apiVersion: string, load: Load): void {
    load.stop.abort(new Error('nobody waits for it any more'));
    if (this.#loads.get(apiVersion) === load) this.#loads.delete(apiVersion);
  }

  async #load(apiVersion: string, signal: AbortSignal): Promise<Known> {
    const resources = new Map<string, Resource>();
    try {
      for (const entry of entriesOf(await this.#read(groupVersionPath(apiVersion), { signal }))) {
        // `deployments/scale` and the like are subresources.
        if (entry.name.includes('/')) continue;
        const { kind, namespaced, verbs } = entry;
        resources.set(kind, { apiVersion, kind, plural: entry.name, namespaced, verbs });
      }
    } catch (error) {
      // The whole group is not served.
      if (!isNotFound(error)) throw error;
    }
    const known = { at: this.#clock.now(), resources };
    this.#known.set(apiVersion, known);
    return known;
  }
}

interface ListedResource {
  name: string;
  kind: string;
  namespaced: boolean;
  verbs: string[];
}

function entriesOf(list: unknown): ListedResource[] {
  if (typeof list !== 'object' || list === null || !('resources' in list) || !Array.isArray(list.resources)) return [];
  return list.resources as ListedResource[];
}
