/** Certificates for a cluster that lives for a day: P-256 keys, signed by an authority made for it. */
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { isIP } from 'node:net';

import * as der from './der.ts';

/** Whom a certificate names; Kubernetes reads the user from `commonName` and the groups from `organizations`. */
export interface Subject {
  readonly commonName: string;
  readonly organizations?: readonly string[];
}

export interface Certificate {
  /** PEM. */
  readonly certificate: string;
  /** PEM, PKCS #8. */
  readonly key: string;
}

export interface Authority extends Certificate {
  readonly name: string;
  issue(subject: Subject, names?: readonly string[]): Certificate;
}

const OID = {
  commonName: '2.5.4.3',
  organization: '2.5.4.10',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  basicConstraints: '2.5.29.19',
  keyUsage: '2.5.29.15',
  extendedKeyUsage: '2.5.29.37',
  subjectAltName: '2.5.29.17',
  subjectKeyIdentifier: '2.5.29.14',
  authorityKeyIdentifier: '2.5.29.35',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
};

const HOUR = 3_600_000;
const VALID_DAYS = 365;

/** Makes a new self-signed authority. */
export function createAuthority(name: string): Authority {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const issuer = { name: distinguishedName({ commonName: name }), key: pair.privateKey, publicKey: pair.publicKey };
  const own = signed(issuer, { commonName: name }, pair.publicKey, [
    extension(OID.basicConstraints, der.sequence(der.boolean(true)), true),
    // digitalSignature, keyCertSign and cRLSign.
    extension(OID.keyUsage, der.bits(Buffer.from([0b1000_0110]), 1), true),
    extension(OID.subjectKeyIdentifier, der.octets(keyIdentifier(pair.publicKey))),
  ]);
  return {
    name,
    certificate: own,
    key: pem(pair.privateKey),
    issue: (subject, names) => issue(issuer, subject, names),
  };
}

interface Issuer {
  readonly name: Buffer;
  readonly key: KeyObject;
  readonly publicKey: KeyObject;
}

/** @param names host names and addresses that the certificate serves; without any it can only be a client's. */
function issue(issuer: Issuer, subject: Subject, names: readonly string[] = []): Certificate {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const uses = names.length > 0 ? [OID.serverAuth, OID.clientAuth] : [OID.clientAuth];
  const extensions = [
    extension(OID.keyUsage, der.bits(Buffer.from([0b1000_0000]), 7), true),
    extension(OID.extendedKeyUsage, der.sequence(...uses.map(der.objectIdentifier))),
    extension(OID.authorityKeyIdentifier, der.sequence(der.implicit(0, keyIdentifier(issuer.publicKey)))),
  ];
  if (names.length > 0) extensions.push(extension(OID.subjectAltName, der.sequence(...names.map(alternativeName))));
  return { certificate: signed(issuer, subject, pair.publicKey, extensions), key: pem(pair.privateKey) };
}

function signed(issuer: Issuer, subject: Subject, publicKey: KeyObject, extensions: readonly Buffer[]): string {
  const algorithm = der.sequence(der.objectIdentifier(OID.ecdsaWithSha256));
  const serial = randomBytes(16);
  serial[0] = (serial[0] ?? 0) & 0x7f || 1;
  const body = der.sequence(
    der.explicit(0, der.integer(2)),
    der.integer(serial),
    algorithm,
    issuer.name,
    der.sequence(der.time(fromNow(-HOUR)), der.time(fromNow(VALID_DAYS * 24 * HOUR))),
    distinguishedName(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    der.explicit(3, der.sequence(...extensions)),
  );
  const certificate = der.sequence(body, algorithm, der.bits(sign('sha256', body, issuer.key)));
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

function distinguishedName({ commonName, organizations = [] }: Subject): Buffer {
  const part = (oid: string, value: string): Buffer =>
    der.set(der.sequence(der.objectIdentifier(oid), der.text(value)));
  return der.sequence(...organizations.map((each) => part(OID.organization, each)), part(OID.commonName, commonName));
}

function extension(oid: string, content: Buffer, critical = false): Buffer {
  return der.sequence(der.objectIdentifier(oid), ...(critical ? [der.boolean(true)] : []), der.octets(content));
}

function alternativeName(name: string): Buffer {
  const version = isIP(name);
  if (version === 0) return der.implicit(2, Buffer.from(name));
  if (version === 4) return der.implicit(7, Buffer.from(name.split('.').map(Number)));
  if (name === '::1') return der.implicit(7, Buffer.concat([Buffer.alloc(15), Buffer.from([1])]));
  throw new Error(`of IPv6 addresses only ::1 can be certified, not ${name}`);
}

function keyIdentifier(publicKey: KeyObject): Buffer {
  return createHash('sha1')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest();
}

function pem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' });
}

function fromNow(milliseconds: number): Date {
  return new Date(Date.now() + milliseconds);
}
