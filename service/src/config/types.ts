/** The environment as values: what the parts of the service are given. */
import type { LimitClass } from '../http/operations.ts';
import type { CacheConfig, DatabaseConfig, EventsConfig } from './stores.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export interface HttpConfig {
  readonly host: string;
  readonly port: number;
  readonly managementPort: number;
  readonly allowedOrigins: readonly string[];
  readonly legacyPaths: LegacyPaths;
  /** When the paths without a version go away, where that is known. */
  readonly legacyPathsSunset?: Date;
  /** Whose `X-Forwarded-For` counts: networks in CIDR form. */
  readonly trustedProxies: readonly string[];
  readonly maxContentBytes: number;
  /** For a client to send a request, or a part of an import; and to take some of a reply. */
  readonly requestTimeoutMs: number;
  readonly shutdownDelayMs: number;
}

export type LegacyPaths = 'Enabled' | 'Deprecated' | 'Disabled';

/** How access tokens are verified. */
export interface AuthConfig {
  readonly issuer: string;
  readonly audience: string;
  readonly key: { readonly type: 'jwks'; readonly url: string } | { readonly type: 'secret'; readonly secret: string };
  /** The claim that names the roles; dots lead into claims within claims. */
  readonly rolesClaim: string;
}

/** So many requests of one client in so long. */
export interface Rate {
  readonly requests: number;
  readonly seconds: number;
}

export type RateLimits = Readonly<Partial<Record<LimitClass, Rate>>>;

/** The parsed environment. An absent store is absent here. */
export interface Config {
  readonly database?: DatabaseConfig;
  readonly cache?: CacheConfig;
  readonly events?: EventsConfig;
  /** How long the database may leave `migrate` without an answer. */
  readonly migrationPatienceMs: number;
  /** `memo_updated` goes to the topic too. */
  readonly updateEvents: boolean;
  readonly http: HttpConfig;
  /** Absent: open to everyone, as the original was. */
  readonly auth?: AuthConfig;
  /** A class that is absent is not limited. */
  readonly rateLimits: RateLimits;
  readonly logLevel: LogLevel;
}
