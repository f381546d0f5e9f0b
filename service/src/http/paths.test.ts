import { expect } from 'chai';
import fc from 'fast-check';
import { targetOf } from './paths.ts';

describe('the forms of a path', () => {
  const forms = [
    { base: '/v1', prefix: '', alias: false },
    { base: '', prefix: '', alias: true },
    { base: '/api/v1', prefix: '/api', alias: false },
    { base: '/api', prefix: '/api', alias: true },
  ] as const;

  for (const { alias, base, prefix } of forms) {
    it(`reads ${base}/memos as the memos, with a slash or without, query kept`, () => {
      for (const path of ['/memos', '/memos/search', '/memos/12']) {
        for (const slash of ['', '/']) {
          expect(targetOf(`${base}${path}${slash}?q=a/?b`, true)).to.deep.equal({
            path,
            query: '?q=a/?b',
            prefix,
            alias,
          });
        }
      }
    });
  }

  it('has health without a version only', () => {
    expect(targetOf('/health', true)?.path).to.equal('/health');
    expect(targetOf('/api/health/', true)?.path).to.equal('/health');
    expect(targetOf('/v1/health', true)).to.equal(undefined);
    expect(targetOf('/v1/v1/memos', true)).to.equal(undefined);
  });

  it('gives up the aliases when asked to, and nothing else', () => {
    expect(targetOf('/memos/', false)).to.equal(undefined);
    expect(targetOf('/api/memos/1', false)).to.equal(undefined);
    expect(targetOf('/v1/memos/', false)?.path).to.equal('/memos');
    expect(targetOf('/health', false)?.path).to.equal('/health');
  });

  it("reads a proxy's absolute form", () => {
    expect(targetOf('http://memo.example/api/v1/memos/1?x=1', true)).to.deep.include({
      path: '/memos/1',
      query: '?x=1',
    });
  });

  it('never throws, whatever is sent', () => {
    fc.assert(fc.property(fc.string(), fc.boolean(), (url, aliases) => void targetOf(url, aliases)));
  });
});
