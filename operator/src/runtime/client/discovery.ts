/** Which resource serves a kind. Asked once per group version, and again when a kind is missing: CRDs come late. */
import type { Clock } from '../clock.ts';
import type { Kind } from '../object.ts';
import type { CallOptions, Resource } from './client.ts';
import { isNotFound } from './error.ts';
import { groupVersionPath } from './path.ts';

/** How long a miss is believed. */
const missLasts = 5_000;

interface Known {
  at: number;
  resources: Map<string, Resource>;
}

type Read = (path: string, options?: CallOptions) => Promise<unknown>;

export class Discovery {
  readonly #read: Read;
  readonly #clock: Clock;
  readonly #known = new Map<string, Known>();
  readonly #asking = new Map<string, Promise<Known>>();

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

  #ask(apiVersion: string, options?: CallOptions): Promise<Known> {
    const running = this.#asking.get(apiVersion);
    if (running) return running;
    const asking = this.#load(apiVersion, options).finally(() => this.#asking.delete(apiVersion));
    this.#asking.set(apiVersion, asking);
    return asking;
  }

  async #load(apiVersion: string, options?: CallOptions): Promise<Known> {
    const resources = new Map<string, Resource>();
    try {
      for (const entry of entriesOf(await this.#read(groupVersionPath(apiVersion), options))) {
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
