/** The part of the environment that says how access tokens are verified. */
import { z } from 'zod';
import { sharedSecret, webUrl } from './forms.ts';
import { variable } from './read.ts';
import type { VariableReader } from './read.ts';
import type { AuthConfig } from './types.ts';

export const AUTH_VARIABLES = {
  AUTH_JWT_JWKS_URL: variable({
    form: webUrl(),
    expects: 'https://id.example/keys',
    about:
      'Ask for access tokens (JWT), signed by one of the keys there (RS, PS, ES or Ed25519); they are public, so the address holds no user or password. The keys are fetched again when they change, and used on while the address is away. Neither this nor `AUTH_JWT_SECRET`: the API is open.',
  }),
  AUTH_JWT_SECRET: variable({
    form: sharedSecret(),
    expects: 'a text of at least 32 bytes',
    file: true,
    about: 'Ask for access tokens (JWT) that are signed by this shared secret (HS256). Instead of `AUTH_JWT_JWKS_URL`.',
  }),
  AUTH_JWT_ISSUER: variable({
    form: z.string(),
    expects: 'the `iss` of the tokens',
    about: 'Who must have issued a token. Required where tokens are asked for.',
  }),
  AUTH_JWT_AUDIENCE: variable({
    form: z.string(),
    expects: 'one of the `aud` of the tokens',
    about: 'For whom a token must have been issued. Required where tokens are asked for.',
  }),
  AUTH_JWT_ROLES_CLAIM: variable({
    form: z.string(),
    expects: 'the name of a claim, or a path such as realm_access.roles',
    fallback: 'roles',
    about:
      'The claim that names the roles, as a list or as words: `reader` reads, `writer` changes as well, `admin` may do everything.',
  }),
} as const;

/** A half-written configuration is a fault: whoever names an issuer must not find the API open. */
export function readAuth(reader: VariableReader): AuthConfig | undefined {
  const v = AUTH_VARIABLES;
  const jwks = reader.read('AUTH_JWT_JWKS_URL', v.AUTH_JWT_JWKS_URL);
  const secret = reader.read('AUTH_JWT_SECRET', v.AUTH_JWT_SECRET);
  const issuer = reader.read('AUTH_JWT_ISSUER', v.AUTH_JWT_ISSUER);
  const audience = reader.read('AUTH_JWT_AUDIENCE', v.AUTH_JWT_AUDIENCE);
  const rolesClaim = reader.read('AUTH_JWT_ROLES_CLAIM', v.AUTH_JWT_ROLES_CLAIM);
  const key = keyOf(jwks, secret);
  if (key === undefined) {
    if (reader.namesFile('AUTH_JWT_SECRET') && !reader.refused('AUTH_JWT_SECRET')) {
      reader.refuse('AUTH_JWT_SECRET_FILE', 'names an empty file', `write ${v.AUTH_JWT_SECRET.expects} there`);
    }
    const refused = reader.refused('AUTH_JWT_JWKS_URL') || reader.refused('AUTH_JWT_SECRET');
    if (!refused && (issuer !== undefined || audience !== undefined)) {
      const fix = `set it, or AUTH_JWT_SECRET, to ${v.AUTH_JWT_JWKS_URL.expects}`;
      reader.refuse('AUTH_JWT_JWKS_URL', 'is not set, though tokens are asked for', fix);
    }
    return undefined;
  }
  if (jwks !== undefined && secret !== undefined) {
    reader.refuse('AUTH_JWT_SECRET', 'is set and AUTH_JWT_JWKS_URL is too', 'keep one of them');
  }
  for (const name of ['AUTH_JWT_ISSUER', 'AUTH_JWT_AUDIENCE'] as const) {
    const value = name === 'AUTH_JWT_ISSUER' ? issuer : audience;
    if (value === undefined) {
      reader.refuse(name, 'is not set, though tokens are asked for', `set it to ${v[name].expects}`);
    }
  }
  if (issuer === undefined || audience === undefined || rolesClaim === undefined) return undefined;
  return { issuer, audience, key, rolesClaim };
}

function keyOf(jwks: string | undefined, secret: string | undefined): AuthConfig['key'] | undefined {
  if (jwks !== undefined) return { type: 'jwks', url: jwks };
  return secret === undefined ? undefined : { type: 'secret', secret };
}
