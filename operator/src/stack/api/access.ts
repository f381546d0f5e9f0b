/** Who may call the API and how often, as the environment of its pods says it, and the Secret that tokens are verified with. */
import type { ResolvedApp, ResolvedAuth, ResolvedRateLimits } from '../../api/resolved.ts';
import type { MountedSecret } from '../pod.ts';
import { secretsFolder, type Connection } from './connections.ts';

const tokenFile = { mountPath: `${secretsFolder}/tokens`, path: 'key' } as const;

export function accessControl({ api: { auth, rateLimits, trustedProxies } }: ResolvedApp): Connection {
  return {
    variables: {
      ...(auth && authVariables(auth)),
      ...rateVariables(rateLimits),
      ...(trustedProxies.length > 0 && { TRUSTED_PROXIES: trustedProxies.join(',') }),
    },
    secrets: auth?.secret ? [tokenSecret(auth.secret)] : [],
  };
}

function authVariables({ audience, issuer, jwksUrl, rolesClaim, secret }: ResolvedAuth): Record<string, string> {
  return {
    AUTH_JWT_AUDIENCE: audience,
    AUTH_JWT_ISSUER: issuer,
    ...(jwksUrl !== undefined && { AUTH_JWT_JWKS_URL: jwksUrl }),
    AUTH_JWT_ROLES_CLAIM: rolesClaim,
    ...(secret && { AUTH_JWT_SECRET_FILE: `${tokenFile.mountPath}/${tokenFile.path}` }),
  };
}

function tokenSecret({ key, secretName }: NonNullable<ResolvedAuth['secret']>): MountedSecret {
  const { mountPath, path } = tokenFile;
  return { volume: 'tokens', secretName, mountPath, items: [{ key, path }] };
}

/** `RATE_LIMIT_READ: 600/1m` and the like. */
function rateVariables(limits: ResolvedRateLimits): Record<string, string> {
  return Object.fromEntries(
    Object.entries(limits).map(([name, { per, requests }]) => [
      `RATE_LIMIT_${name.toUpperCase()}`,
      `${requests}/${per}`,
    ]),
  );
}
