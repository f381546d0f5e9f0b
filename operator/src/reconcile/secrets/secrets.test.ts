import { expect } from 'chai';
import { whatIsMissing, type Secret } from './secrets.ts';

const reference = {
  field: 'spec.api.auth.jwt.secret',
  kind: 'Secret',
  name: 'tokens',
  keys: ['signing-key'],
  leastBytes: 32,
} as const;

function missing(data?: Readonly<Record<string, string>>): string | undefined {
  const entries = Object.entries(data ?? {}).map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
  const head = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'tokens' } };
  const secret: Secret | undefined = data && { ...head, data: Object.fromEntries(entries) as Record<string, string> };
  return whatIsMissing(reference, { namespace: 'club' }, secret);
}

describe('what a Secret that the spec names lacks', () => {
  it('is the Secret, one of its keys, or enough of it; each is named with its field', () => {
    expect(missing()).to.include('spec.api.auth.jwt.secret').and.to.include('not in namespace club');
    expect(missing({})).to.include('needs the key signing-key of Secret tokens');
    expect(missing({ 'signing-key': 'k'.repeat(31) })).to.include('at least 32 bytes');
    // The service reads it without the line break that a file ends with.
    expect(missing({ 'signing-key': `${'k'.repeat(31)}\n` })).to.include('at least 32 bytes');
  });

  it('is something in a key, where the API server takes an empty one', () => {
    const certificate = { ...reference, keys: ['tls.crt', 'tls.key'], leastBytes: 1 };
    const data = { 'tls.crt': 'Yw==', 'tls.key': '' };
    const said = whatIsMissing(certificate, { namespace: 'club' }, { data });
    expect(said).to.include('needs the key tls.key of Secret tokens, which has nothing in it');
  });

  it('is nothing when all is there, counted in bytes', () => {
    expect(missing({ 'signing-key': 'k'.repeat(32), other: '' })).to.equal(undefined);
    expect(missing({ 'signing-key': '열'.repeat(11) })).to.equal(undefined);
  });

  it('tells nothing of what is in it', () => {
    expect(missing({ 'signing-key': 'hunter2' })).not.to.include('hunter2');
  });
});
