import { expect } from 'chai';
import fc from 'fast-check';
import { codePoints, memoId, Query } from './parameters.ts';
import { Problem } from './problem.ts';

function faults(read: () => unknown): readonly string[] {
  try {
    read();
    return [];
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return error.faults.map(({ code, loc }) => `${loc.join('.')} ${code}`);
  }
}

describe('query parameters', () => {
  it('are all looked at before one reply names their faults', () => {
    const query = new Query('skip=-1&limit=abc');
    query.integer('skip', 0, 0);
    query.integer('limit', 100, 1, 500);
    query.text('q', 1, 100);
    expect(faults(() => query.check())).to.deep.equal([
      'query.skip greater_than_equal',
      'query.limit int_parsing',
      'query.q missing',
    ]);
  });

  it('take the last of several, as FastAPI does, and the default of none', () => {
    const query = new Query('skip=1&skip=2');
    expect(query.integer('skip', 0, 0)).to.equal(2);
    expect(query.integer('limit', 100, 0)).to.equal(100);
  });

  it('take an integer in every way that the original took, and in no other', () => {
    for (const [text, value] of [
      ['10', 10],
      ['+10', 10],
      ['010', 10],
      ['10.0', 10],
      ['10.', 10],
      ['1_000', 1000],
      [' 7 ', 7],
    ] as const) {
      const query = new Query(`skip=${encodeURIComponent(text)}`);
      expect(query.integer('skip', 0, 0), text).to.equal(value);
      query.check();
    }
  });

  it('take an integer of any length, and no other way to write a number', () => {
    expect(new Query('skip=99999999999999999999999').integer('skip', 0, 0)).to.equal(Number.MAX_SAFE_INTEGER);
    for (const text of ['1e3', '1.5', '0x10', '', 'NaN', '1 2', '١', '_1', '1_', '1__0', '.0', 'true']) {
      const query = new Query(`skip=${encodeURIComponent(text)}`);
      query.integer('skip', 0, 0);
      expect(
        faults(() => query.check()),
        text,
      ).to.deep.equal(['query.skip int_parsing']);
    }
  });

  it('count characters, not code units', () => {
    expect(new Query(`q=${encodeURIComponent('🙂'.repeat(100))}`).text('q', 1, 100)).to.have.length(200);
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(codePoints(text)).to.equal(Array.from(text).length);
      }),
    );
  });
});

describe('the id in a path', () => {
  it('is a number, or one that no memo has, or refused', () => {
    expect(memoId('12')).to.equal(12);
    for (const text of ['012', '12.0', ' 12', '1_2']) expect(memoId(text), text).to.equal(12);
    for (const none of ['0', '-1', '99999999999999999999']) expect(memoId(none), none).to.equal(undefined);
    for (const text of ['abc', '1e3', '1.5', '', '\0', '１']) {
      expect(
        faults(() => memoId(text)),
        text,
      ).to.deep.equal(['path.memo_id int_parsing']);
    }
  });
});
