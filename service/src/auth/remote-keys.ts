/**
 * The keys that tokens are signed by, from the issuer's JWKS (RFC 7517). Written over jose's local key set, because its remote
 * one forgets the keys it has after ten minutes: an issuer that is away for longer would be an outage of ours.
 */
import { createLocalJWKSet, errors } from 'jose';
import type { JSONWebKeySet, JWTVerifyGetKey } from 'jose';
import { errorFields } from '../observability/log.ts';
import type { Log } from '../observability/log.ts';
import { KeysAway } from './keys-away.ts';

export interface RemoteKeysOptions {
  readonly url: string;
  readonly log: Log;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
}

/** One fetch, everything included. */
const DEADLINE_MS = 2_000;
/** Keys are judged by for so long before the issuer is asked again. */
const FRESH_MS = 10 * 60_000;
/** After a failure nobody waits for old keys to be renewed: each would wait for the whole deadline while the issuer is away. */
const AWAY_MS = 60_000;
/** How long keys are trusted that the issuer has not confirmed: one that it withdrew must end some day. */
const TRUSTED_MS = 24 * 3_600_000;
/** An unknown key id, or a failure, leads to no more than one fetch in so long: key ids can be made up. */
const PAUSE_MS = 5_000;

type FindKey = ReturnType<typeof createLocalJWKSet>;

export class RemoteKeys {
  readonly #options: RemoteKeysOptions;
  #find: FindKey | undefined;
  #loadedAt = -Infinity;
  #failedAt = -Infinity;
  #attempt: { readonly at: number; readonly done: Promise<boolean> } | undefined;

  constructor(options: RemoteKeysOptions) {
    this.#options = options;
  }

  /**
   * The key for a token, as `jwtVerify` asks for it.
   * @throws KeysAway when there are no keys, or this one is unknown and the issuer cannot be asked
   * @throws JOSEError when the issuer has no such key
   */
  readonly find: JWTVerifyGetKey = async (header, token) => {
    const find = await this.current();
    if (find === undefined) throw new KeysAway();
    try {
      return await find(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
    }
    if (!(await this.#load()) || this.#find === undefined) throw new KeysAway();
    return await this.#find(header, token);
  };

  /**
   * The keys to judge by: another object after every fetch. Old ones are renewed first, however long nobody asked, for the
   * issuer may have withdrawn one; while it is known to be away that goes on behind the back of who asks. Undefined: there are
   * none that can be trusted.
   */
  async current(): Promise<FindKey | undefined> {
    const { now } = this.#options;
    const age = now() - this.#loadedAt;
    if (age > FRESH_MS) {
      const renewed = this.#load();
      if (age > TRUSTED_MS || now() - this.#failedAt > AWAY_MS) await renewed;
    }
    return now() - this.#loadedAt > TRUSTED_MS ? undefined : this.#find;
  }

  /** One fetch for all who ask at once; the outcome of the last one while it is young. Resolves with whether it succeeded. */
  #load(): Promise<boolean> {
    const at = this.#options.now();
    if (this.#attempt === undefined || at - this.#attempt.at > PAUSE_MS) this.#attempt = { at, done: this.#fetch() };
    return this.#attempt.done;
  }

  async #fetch(): Promise<boolean> {
    const { log, now, url } = this.#options;
    try {
      const response = await fetch(url, {
        headers: { accept: 'application/jwk-set+json, application/json' },
        redirect: 'error',
        signal: AbortSignal.timeout(DEADLINE_MS),
      });
      if (!response.ok) throw new Error(`answered ${response.status}`);
      // jose looks at its form, and refuses what is none.
      this.#find = createLocalJWKSet((await response.json()) as JSONWebKeySet);
      this.#loadedAt = now();
      return true;
    } catch (error) {
      this.#failedAt = now();
      log.warn({ ...errorFields(error), 'url.full': url }, 'the keys of the token issuer cannot be fetched');
      return false;
    }
  }
}
