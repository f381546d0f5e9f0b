/** Who may call the API: what the spec says is what the service reads, and what `Ready` and the network policies make of it. */
import { expect } from 'chai';
import type { MemoAppSpec } from '../../../operator/src/api/memoapp.ts';
import { accessNotes } from '../../../operator/src/stack/health/access.ts';
import { configHash } from '../../../operator/src/stack/api/config-hash.ts';
import { references } from '../../../operator/src/stack/references.ts';
import { migrationJob } from '../../../operator/src/stack/jobs/migration.ts';
import { topicJob } from '../../../operator/src/stack/jobs/topic.ts';
import { configOf } from '../harness/parsed.ts';
import { rendered, resolved, seen } from '../harness/rendered.ts';
import { property, schema } from '../harness/schema.ts';

type Auth = NonNullable<NonNullable<MemoAppSpec['api']>['auth']>;

const issued = { issuer: 'https://id.example', audience: 'memo' };
const jwks: Auth = { jwt: { ...issued, jwks: { url: 'https://id.example/keys' }, rolesClaim: 'realm_access.roles' } };
const secret: Auth = { jwt: { ...issued, secret: { name: 'tokens', key: 'a-key-of-32-letters-at-the-least' } } };
const route = { hostnames: ['memo.example'], ingress: {} };

function api(spec: NonNullable<MemoAppSpec['api']>): ReturnType<typeof configOf> {
  return configOf(resolved({ api: spec }));
}

describe('access to the API', () => {
  it('is open, unlimited and without proxies where the spec says nothing', () => {
    const { auth, http, rateLimits } = api({});
    expect({ auth, rateLimits }).to.deep.equal({ auth: undefined, rateLimits: {} });
    expect(http.trustedProxies).to.deep.equal([]);
  });

  it('is by tokens of an issuer that publishes its keys', () => {
    expect(api({ auth: jwks }).auth).to.deep.equal({
      ...issued,
      key: { type: 'jwks', url: 'https://id.example/keys' },
      rolesClaim: 'realm_access.roles',
    });
  });

  it('is by tokens that a shared secret signs, which comes as a file', () => {
    expect(api({ auth: secret }).auth).to.deep.equal({
      ...issued,
      key: { type: 'secret', secret: 'of a-key-of-32-letters-at-the-least' },
      rolesClaim: 'roles',
    });
  });

  it('is never open by accident: a spec without any key is one that the service refuses', () => {
    expect(() => api({ auth: { jwt: issued } })).to.throw(/AUTH_JWT_JWKS_URL: is not set, though tokens are asked for/);
  });

  it('is limited as asked, at every bound', () => {
    const limits = schema('spec', 'api', 'rateLimits');
    for (const name of ['read', 'write', 'search'] as const) {
      const { maximum = 0, minimum = 0 } = property(property(limits, name), 'requests');
      expect([minimum, maximum]).not.to.include(0);
      for (const requests of [minimum, maximum]) {
        for (const [per, seconds] of Object.entries({ '1s': 1, '24h': 86_400, '1h30m': 5400, '86400s': 86_400 })) {
          expect(api({ rateLimits: { [name]: { requests, per } } }).rateLimits).to.deep.equal({
            [name]: { requests, seconds },
          });
        }
      }
    }
  });

  it('sees clients through every kind of network that the schema takes', () => {
    const longest = '1111:2222:3333:4444:5555:6666:100.200.100.200/128';
    const trustedProxies = ['10.244.0.0/16', 'fd00::/8', '0.0.0.0/0', '192.0.2.1/32', longest];
    expect(api({ trustedProxies }).http.trustedProxies).to.deep.equal(trustedProxies);
  });
});

describe('a Secret that tokens are verified with', () => {
  const app = resolved({ api: { auth: secret } });

  it('is one that has to be there', () => {
    expect(references(app)).to.deep.equal([
      {
        type: 'Ready',
        field: 'spec.api.auth.jwt.secret',
        kind: 'Secret',
        name: 'tokens',
        keys: ['a-key-of-32-letters-at-the-least'],
        leastBytes: 32,
      },
    ]);
    expect(references(resolved({ api: { auth: jwks } }))).to.deep.equal([]);
  });

  it('has to be as long as the service wants it', () => {
    const [{ leastBytes = 0 } = {}] = references(app);
    // The content of a mounted key is `of ` and its name.
    const content = (bytes: number): Auth => ({
      jwt: { ...issued, secret: { name: 'tokens', key: 'k'.repeat(bytes - 'of '.length) } },
    });
    expect(api({ auth: content(leastBytes) }).auth?.key.type).to.equal('secret');
    expect(() => api({ auth: content(leastBytes - 1) })).to.throw(/AUTH_JWT_SECRET/);
  });

  it('rolls the API when it changes, and nothing else', () => {
    const id = 'Secret/tokens/a-key-of-32-letters-at-the-least';
    const hash = (of: string): string => configHash(app, { observed: seen(), secretHashes: { [id]: of } });
    expect(hash('one')).not.to.equal(hash('two'));
    const open = resolved({});
    const others = (of: typeof app): unknown => rendered(of).filter(({ kind }) => kind !== 'Deployment');
    expect(others(app)).to.deep.equal(others(open));
    for (const job of [migrationJob, topicJob]) expect(job(app, seen())).to.deep.equal(job(open, seen()));
  });
});

describe('what Ready says of access', () => {
  it('is nothing where no route leads to the API, and nothing where all is known', () => {
    const limits = { write: { requests: 30, per: '1m' } };
    expect(accessNotes(resolved({ api: { rateLimits: limits } }))).to.deep.equal([]);
    const known = { auth: jwks, rateLimits: limits, trustedProxies: ['10.0.0.0/8'] };
    expect(accessNotes(resolved({ api: known, route }))).to.deep.equal([]);
  });

  it('is that a public API is open to everyone', () => {
    expect(accessNotes(resolved({ route })).join())
      .to.include('open to everyone')
      .and.to.include('spec.api.auth');
  });

  it('is that clients cannot be told apart, where they are limited behind a route', () => {
    const limited = { auth: jwks, rateLimits: { search: { requests: 60, per: '1m' } } };
    expect(accessNotes(resolved({ api: limited, route })).join())
      .to.include('client addresses are not known')
      .and.to.include('spec.api.trustedProxies');
    expect(accessNotes(resolved({ api: { auth: jwks, rateLimits: {} }, route }))).to.deep.equal([]);
  });
});
