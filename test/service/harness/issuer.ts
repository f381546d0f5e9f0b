/** An issuer of access tokens: its keys over HTTP, and tokens of any kind. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { JWK } from 'jose';

export const audience = 'memo';

/** What a token says; undefined leaves a claim out. */
export type Claims = Readonly<Record<string, unknown>>;

type KeyPair = Awaited<ReturnType<typeof generateKeyPair>>;

export interface Issuer {
  readonly name: string;
  readonly keysUrl: string;
  /** Makes a new key and shows it beside those that are there. */
  rotate(): Promise<void>;
  /** Shows no key but the newest any more. */
  withdraw(): void;
  /** The public key in use, as everybody can read it. */
  publicKey(): Promise<JWK>;
  /** A good token with these claims, signed by the newest key; a claim that is undefined is left out. */
  token(claims?: Claims): Promise<string>;
  /** The same, not saying by which key it is signed. */
  namelessToken(claims?: Claims): Promise<string>;
  /** While it is away it takes connections and answers nothing. */
  away(yes: boolean): void;
  close(): void;
}

export async function startIssuer(): Promise<Issuer> {
  let shown: JWK[] = [];
  let made = 0;
  let newest: KeyPair;
  let silent = false;
  const rotate = async (): Promise<void> => {
    newest = await generateKeyPair('RS256');
    made += 1;
    shown.push({ ...(await exportJWK(newest.publicKey)), kid: `key-${made}`, alg: 'RS256', use: 'sig' });
  };
  const sign = (header: { kid?: string }, claims: Claims = {}): Promise<string> =>
    new SignJWT(payload(name, claims)).setProtectedHeader({ alg: 'RS256', ...header }).sign(newest.privateKey);
  await rotate();
  const server = createServer((_request, response) => {
    if (!silent) response.end(JSON.stringify({ keys: shown }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const name = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    name,
    keysUrl: `${name}/keys`,
    rotate,
    withdraw() {
      shown = shown.slice(-1);
    },
    publicKey: () => exportJWK(newest.publicKey),
    token: (claims) => sign({ kid: `key-${made}` }, claims),
    namelessToken: (claims) => sign({}, claims),
    away(yes) {
      silent = yes;
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** What a good token says, and what the test wants it to say instead. */
export function payload(issuer: string, claims: Claims = {}): Record<string, unknown> {
  const now = Math.floor(Date.now() / 1000);
  const whole: Claims = {
    iss: issuer,
    aud: audience,
    sub: 'somebody',
    iat: now,
    exp: now + 300,
    roles: ['reader'],
    ...claims,
  };
  return Object.fromEntries(Object.entries(whole).filter(([, value]) => value !== undefined));
}
