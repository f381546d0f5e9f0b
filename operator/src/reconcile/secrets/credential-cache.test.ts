import { expect } from 'chai';
import type { MemoApp } from '../../api/memoapp.ts';
import { resolved } from '../../../../test/operator/harness/rendered.ts';
import { CredentialCache } from './credential-cache.ts';

const app = resolved({});
const known = { hashes: { 'shop-key': 'a' }, databaseUser: 'memo_a', unapplied: undefined, missing: [] };

describe('what was read of the Secrets of an app', () => {
  let cache: CredentialCache;

  beforeEach(() => {
    cache = new CredentialCache();
    cache.begin(app)(known);
  });

  it('is good for that app alone', () => {
    expect(cache.get(app)).to.equal(known);
    expect(cache.get({ ...app, uid: 'another' })).to.equal(undefined);
    expect(cache.get({ ...app, name: 'news' })).to.equal(undefined);
  });

  it('outlives an edit that asks for the same of the Secrets', () => {
    expect(cache.get({ ...resolved({ api: { replicas: 3 } }), generation: 2 })).to.equal(known);
  });

  const edits: Record<string, readonly [before: MemoApp['spec'], after: MemoApp['spec']]> = {
    'names another key': [variable('a'), variable('b')],
    'names a Secret': [
      {},
      { api: { auth: { jwt: { issuer: 'i', audience: 'a', secret: { name: 'jwt', key: 'key' } } } } },
    ],
    'names an account to begin with': [{}, account('a')],
    'names another key of it': [account('a'), account('b')],
    'keeps them when it goes': [{ deletionPolicy: 'Delete' }, { deletionPolicy: 'Retain' }],
    'labels them': [{}, { commonLabels: { team: 'a' } }],
    'leaves the managed database': [{}, { database: { external: { host: 'db', credentialsSecret: { name: 'db' } } } }],
    'needs no password of the cache': [{}, { cache: { disabled: {} } }],
  };
  for (const [what, [before, after]] of Object.entries(edits)) {
    it(`does not outlive one that ${what}`, () => {
      cache.begin(resolved(before))(known);
      expect(cache.get(resolved(before))).to.equal(known);
      expect(cache.get(resolved(after))).to.equal(undefined);
    });
  }

  it('is read again after a change', () => {
    cache.forget('club/news');
    expect(cache.get(app)).to.equal(known);
    cache.forget('club/shop');
    expect(cache.get(app)).to.equal(undefined);
  });

  it('is not kept where the change came while it was read: it may be of before', () => {
    for (const forget of [() => cache.forget('club/shop'), () => cache.forgetAll()]) {
      const keep = cache.begin(app);
      forget();
      keep(known);
      expect(cache.get(app)).to.equal(undefined);
    }
  });
});

function variable(key: string): MemoApp['spec'] {
  return { api: { env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'a', key } } }] } };
}

function account(usernameKey: string): MemoApp['spec'] {
  return { database: { managed: { credentialsSecret: { name: 'db', usernameKey } } } };
}
