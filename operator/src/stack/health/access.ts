/** What an admin should know of who gets in, though it is as asked: it stands behind what `Ready` says while true. */
import type { ResolvedApp } from '../../api/resolved.ts';

export function accessNotes({ api, route }: ResolvedApp): string[] {
  if (route.mode === 'none') return [];
  const limited = Object.keys(api.rateLimits).length > 0;
  return [
    ...(api.auth ? [] : ['the API is open to everyone: spec.api.auth is not set']),
    ...(limited && api.trustedProxies.length === 0 ? [proxied] : []),
  ];
}

const proxied =
  'client addresses are not known: rate limits take all callers without a token behind a proxy for one; set spec.api.trustedProxies';
