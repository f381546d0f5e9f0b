/** Specs that say wrongly who may call the API. */
import type { Refused } from './refused.ts';

const issued = { issuer: 'https://id.example', audience: 'memo' };

function jwt(more: object): object {
  return { api: { auth: { jwt: { ...issued, ...more } } } };
}

function keysAt(url: string): object {
  return jwt({ jwks: { url } });
}

const url = /auth\.jwt\.jwks\.url/;

export const refusedAccess: readonly Refused[] = [
  ['access that asks for nothing', { api: { auth: {} } }, /spec\.api\.auth\.jwt/, /Required/],
  ['tokens without a key', jwt({}), /auth\.jwt must hold either jwks or secret/],
  [
    'tokens of two keys',
    jwt({ jwks: { url: 'https://id.example' }, secret: { name: 's', key: 'k' } }),
    /either jwks or secret/,
  ],
  ['tokens of anybody', { api: { auth: { jwt: { jwks: { url: 'https://id.example' } } } } }, /issuer/, /audience/],
  ['an issuer of no letters', jwt({ issuer: '', jwks: { url: 'https://id.example' } }), /auth\.jwt\.issuer/],
  // Kubernetes would put another variable in its place.
  [
    'an audience that is a variable',
    jwt({ audience: '$(HOME)', jwks: { url: 'https://id.example' } }),
    /jwt\.audience/,
  ],
  ['keys at an address without a scheme', keysAt('id.example/keys'), url, /https:\/\/id\.example\/keys/],
  ['keys in a file', keysAt('file:///keys'), url],
  ['keys behind a password', keysAt('https://me:secret@id.example/keys'), url, /without user and password/],
  ['keys at a port that is none', keysAt('https://id.example:70000/keys'), url],
  ['keys at an address that is none', keysAt('https://[::g]/keys'), url],
  ['a signing key without its name', jwt({ secret: { name: 'tokens' } }), /auth\.jwt\.secret\.key/, /Required/],
  ['a limit without a time', { api: { rateLimits: { read: { requests: 5 } } } }, /rateLimits\.read\.per/, /Required/],
  ['a limit of nothing', { api: { rateLimits: { write: { requests: 0, per: '1m' } } } }, /rateLimits\.write\.requests/],
  [
    'a limit per week',
    { api: { rateLimits: { search: { requests: 5, per: '7d' } } } },
    /rateLimits\.search\.per/,
    /no d/,
  ],
  ['a limit per two days', { api: { rateLimits: { read: { requests: 5, per: '48h' } } } }, /1s to 24h/],
  ['a proxy that is a name', { api: { trustedProxies: ['traefik'] } }, /trustedProxies\[\]/, /10\.244\.0\.0\/16/],
  ['a proxy that is an address', { api: { trustedProxies: ['192.0.2.1'] } }, /192\.0\.2\.1\/32/],
  ['a network that is too narrow', { api: { trustedProxies: ['10.0.0.0/33'] } }, /trustedProxies\[\]/],
];
