/** Tokens that were verified lately. To check a signature costs more than all the rest of a cached read. */
import { hash } from 'node:crypto';

/** Keys by which tokens are judged; another object whenever an earlier verdict may be outdated. */
export type Keys = object;

interface Verified<T> {
  readonly outcome: T;
  /** Milliseconds since 1970. */
  readonly until: number;
}

/** Clients with a token of their own; beyond so many the one that came first is verified anew. */
const MOST = 1_000;

export class VerifiedTokens<T> {
  /** By a hash: a token is a secret, and may be long. */
  readonly #verified = new Map<string, Verified<T>>();
  #keys: Keys | undefined;

  /** What the token stood for under these very keys, unless it has expired since. */
  get(token: string, keys: Keys, now: Date): T | undefined {
    if (keys !== this.#keys) return undefined;
    const known = this.#verified.get(digest(token));
    return known !== undefined && now.getTime() < known.until ? known.outcome : undefined;
  }

  /** @param until when it expires */
  put(token: string, keys: Keys, outcome: T, until: Date): void {
    if (keys !== this.#keys) {
      this.#keys = keys;
      this.#verified.clear();
    }
    this.#verified.set(digest(token), { outcome, until: until.getTime() });
    const [oldest] = this.#verified.keys();
    if (oldest !== undefined && this.#verified.size > MOST) this.#verified.delete(oldest);
  }
}

function digest(token: string): string {
  return hash('sha256', token, 'base64url');
}
