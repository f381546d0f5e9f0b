import { expect } from 'chai';
import { resolved } from '../../../../test/operator/harness/rendered.ts';
import { CredentialCache } from './credential-cache.ts';

const app = resolved({});
const known = { hashes: { 'shop-key': 'a' }, databaseUser: 'memo_a', unapplied: undefined };

describe('what was read of the Secrets of an app', () => {
  let cache: CredentialCache;

  beforeEach(() => {
    cache = new CredentialCache();
    cache.begin(app)(known);
  });

  it('is good for the app as it is written, and no other', () => {
    expect(cache.get(app)).to.equal(known);
    expect(cache.get({ ...app, generation: 2 })).to.equal(undefined);
    expect(cache.get({ ...app, uid: 'another' })).to.equal(undefined);
    expect(cache.get({ ...app, name: 'news' })).to.equal(undefined);
  });

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
