import type { Entry } from './entry.ts';
import { entryOf, keysOf } from './entry.ts';
import type { RedisLink } from './link.ts';

interface Lookup {
  readonly id: number;
  readonly resolve: (entry: Entry) => void;
  readonly reject: (error: unknown) => void;
}

/** Keys of one MGET: Redis serves nobody else meanwhile. */
const MOST = 200;

/** Looks entries up: all that are asked for in one round of the event loop go in one MGET, with one deadline. */
export class Lookups {
  readonly #link: RedisLink;
  readonly #deadline: number;
  readonly #origin: string;
  #next: Lookup[] = [];

  /** @param origin of which database the memos are */
  constructor(link: RedisLink, deadlineMs: number, origin: string) {
    this.#link = link;
    this.#deadline = deadlineMs;
    this.#origin = origin;
  }

  /** @throws what {@link RedisLink.ask} throws */
  get(id: number): Promise<Entry> {
    return new Promise((resolve, reject) => {
      if (this.#next.length === 0) setImmediate(() => this.#flush());
      this.#next.push({ id, resolve, reject });
      if (this.#next.length >= MOST) this.#flush();
    });
  }

  #flush(): void {
    const lookups = this.#next;
    this.#next = [];
    if (lookups.length > 0) void this.#send(lookups);
  }

  async #send(lookups: readonly Lookup[]): Promise<void> {
    const keys = lookups.flatMap(({ id }) => keysOf(id));
    try {
      const values = await this.#link.ask(this.#deadline, (redis) => redis.mgetBuffer(keys));
      lookups.forEach(({ resolve }, index) =>
        resolve(entryOf(values[2 * index] ?? null, values[2 * index + 1] ?? null, this.#origin)),
      );
    } catch (error) {
      for (const { reject } of lookups) reject(error);
    }
  }
}
