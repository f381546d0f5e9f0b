import type { RedisLink } from '../cache/link.ts';

/** Milliseconds that a silent Redis costs, once. */
const DEADLINE_MS = 100;

/**
 * What rate-limiter-flexible asks of an ioredis client, over our own link: that drops a Redis which is silent for longer than
 * the deadline, and fails at once while there is none.
 */
export class LinkClient {
  readonly #link: RedisLink;
  #script = '';

  constructor(link: RedisLink) {
    this.#link = link;
  }

  defineCommand(_name: string, { lua }: { readonly lua: string }): void {
    this.#script = lua;
  }

  /** The command that it defines: adds to a counter. @returns what it counts and its milliseconds to live */
  rlflxIncr([key = '', ...args]: readonly string[]): Promise<unknown> {
    return this.#link.script(DEADLINE_MS, this.#script, [key], args);
  }
}
