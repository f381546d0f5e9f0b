/** Who may call the API and how often, with nothing left open. */
import type { MemoAppSpec } from './memoapp.ts';
import type { ResolvedAuth, ResolvedRateLimits } from './resolved.ts';

type ApiSpec = NonNullable<MemoAppSpec['api']>;

export function resolveAuth(auth: ApiSpec['auth']): ResolvedAuth | undefined {
  if (!auth) return undefined;
  const { audience, issuer, jwks, rolesClaim = 'roles', secret } = auth.jwt;
  return {
    issuer,
    audience,
    rolesClaim,
    jwksUrl: jwks?.url,
    secret: secret && { secretName: secret.name, key: secret.key },
  };
}

export function resolveRateLimits({ read, search, write }: ApiSpec['rateLimits'] = {}): ResolvedRateLimits {
  return { ...(read && { read }), ...(write && { write }), ...(search && { search }) };
}
