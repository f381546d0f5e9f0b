/** Access tokens: JWT (RFC 7519) as bearer tokens (RFC 6750), verified as RFC 8725 asks for. */
import { createSecretKey } from 'node:crypto';
import { errors, jwtVerify } from 'jose';
import type { JWTPayload, JWTVerifyGetKey, JWTVerifyOptions } from 'jose';
import type { AuthConfig } from '../config.ts';
import type { Role } from '../http/operations.ts';
import { Problem } from '../http/errors/problem.ts';
import type { Log } from '../observability/log.ts';
import { KeysAway } from './keys-away.ts';
import { RemoteKeys } from './remote-keys.ts';
import { roleOf } from './roles.ts';
import { VerifiedTokens } from './verified.ts';
import type { Keys } from './verified.ts';

/** Who a token speaks for. */
export interface Principal {
  readonly subject: string | undefined;
  /** Undefined: the token names none of our roles. */
  readonly role: Role | undefined;
  /** When the token is good no longer, the leeway for clocks included; milliseconds since 1970. */
  readonly until: number;
}

/**
 * By the kind of key that is configured, never by the token: else a public key could be used as a shared secret, and `none`
 * as an algorithm (RFC 8725 section 3.1).
 */
const ALGORITHMS = {
  secret: ['HS256'],
  jwks: ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
};
/** Clocks differ by as much. */
const LEEWAY_SECONDS = 30;
/** So many keys are tried for a token that names none: each costs a check of its signature. */
const MOST_KEYS = 8;
const RETRY_AFTER = '5';
const CHALLENGE = 'Bearer realm="memo"';

export class Tokens {
  readonly #key: JWTVerifyGetKey;
  /** Undefined: there are none by which a token could have been judged before. */
  readonly #keys: () => Keys | undefined | Promise<Keys | undefined>;
  readonly #verified = new VerifiedTokens<Principal>();
  readonly #options: JWTVerifyOptions;
  readonly #rolesClaim: string;
  readonly #now: () => Date;

  /** @param now the time of day; the keys' own clock is the process's, which never goes back */
  constructor(config: AuthConfig, log: Log, now: () => Date) {
    const { audience, issuer, key, rolesClaim } = config;
    this.#options = {
      algorithms: ALGORITHMS[key.type],
      issuer,
      audience,
      clockTolerance: LEEWAY_SECONDS,
      requiredClaims: ['exp'],
    };
    this.#rolesClaim = rolesClaim;
    this.#now = now;
    if (key.type === 'secret') {
      const secret = createSecretKey(Buffer.from(key.secret));
      this.#key = () => Promise.resolve(secret);
      this.#keys = () => secret;
    } else {
      const remote = new RemoteKeys({ url: key.url, log, now: () => performance.now() });
      this.#key = remote.find;
      this.#keys = () => remote.current();
    }
  }

  /**
   * Who the header speaks for, or the problem to refuse with once the request has been counted.
   * @param authorization the `Authorization` header
   */
  async identify(authorization: string | undefined): Promise<Principal | Problem> {
    const [, scheme = '', token = ''] = /^(\S+)(?: +(\S.*))?$/.exec(authorization ?? '') ?? [];
    if (scheme.toLowerCase() !== 'bearer') return refusal('unauthorized', CHALLENGE);
    const now = this.#now();
    const keys = await this.#keys();
    const known = keys && this.#verified.get(token, keys, now);
    if (known !== undefined) return known;
    try {
      const payload = await this.#verify(token, { ...this.#options, currentDate: now });
      const until = ((payload.exp ?? 0) + LEEWAY_SECONDS) * 1000;
      const principal = { subject: subjectOf(payload), role: roleOf(payload, this.#rolesClaim), until };
      // Under the keys that were there before: newer ones that came meanwhile may not have judged it.
      if (keys !== undefined) this.#verified.put(token, keys, principal, new Date(until));
      return principal;
    } catch (error) {
      if (error instanceof KeysAway) return new Problem('unavailable', { headers: { 'Retry-After': RETRY_AFTER } });
      if (!(error instanceof errors.JOSEError)) throw error;
      const why = error instanceof errors.JWTExpired ? 'The access token expired' : 'The access token is not valid';
      return refusal('invalid-token', `${CHALLENGE}, error="invalid_token", error_description="${why}"`);
    }
  }

  /** A `kid` is optional (RFC 7515 section 4.1.4): without one each key that fits is tried. @throws JOSEError, KeysAway */
  async #verify(token: string, options: JWTVerifyOptions): Promise<JWTPayload> {
    try {
      return (await jwtVerify(token, this.#key, options)).payload;
    } catch (error) {
      if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
      let tried = 0;
      for await (const key of error) {
        tried += 1;
        if (tried > MOST_KEYS) break;
        try {
          return (await jwtVerify(token, key, options)).payload;
        } catch (refused) {
          if (!(refused instanceof errors.JWSSignatureVerificationFailed)) throw refused;
        }
      }
      throw new errors.JWSSignatureVerificationFailed();
    }
  }
}

/** A text (RFC 7519 section 4.1.2); but some issuers put the number of an account there. */
function subjectOf({ sub }: Readonly<Record<string, unknown>>): string | undefined {
  if (sub === undefined || sub === null) return undefined;
  return typeof sub === 'string' ? sub : JSON.stringify(sub);
}

/** The role of a good token is too low for what was asked. */
export function roleTooLow(asked: Role): Problem {
  return refusal('forbidden', `${CHALLENGE}, error="insufficient_scope", scope="${asked}"`);
}

function refusal(code: 'unauthorized' | 'invalid-token' | 'forbidden', challenge: string): Problem {
  return new Problem(code, { headers: { 'WWW-Authenticate': challenge } });
}
