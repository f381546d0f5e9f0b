import { expect } from 'chai';
import { z } from 'zod';
import { flagParameter, integerParameter, memoId, readQuery, textsParameter } from './parameters.ts';
import { Problem } from '../errors/problem.ts';
import { text } from './text.ts';

function faults(read: () => unknown): readonly string[] {
  try {
    read();
    return [];
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return error.faults.map(({ code, loc }) => `${loc.join('.')} ${code}`);
  }
}

const skip = integerParameter({ fallback: 0, least: 0 });
const limit = integerParameter({ fallback: 100, least: 1, most: 500 });

describe('query parameters', () => {
  it('are all looked at before one reply names their faults', () => {
    const schema = z.object({ skip, limit, q: text(1, 100) });
    expect(faults(() => readQuery(schema, '/memos?skip=-1&limit=abc'))).to.deep.equal([
      'query.skip greater_than_equal',
      'query.limit int_parsing',
      'query.q missing',
    ]);
    expect(faults(() => readQuery(schema, '/memos?limit=501&q='))).to.deep.equal([
      'query.limit less_than_equal',
      'query.q string_too_short',
    ]);
  });

  it('take the last of several, as FastAPI does, and the default of none', () => {
    expect(readQuery(z.object({ skip, limit }), '/memos?skip=1&skip=2&__proto__=3')).to.deep.equal({
      skip: 2,
      limit: 100,
    });
    expect(readQuery(z.object({ limit }), '/memos')).to.deep.equal({ limit: 100 });
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
      expect(readQuery(z.object({ skip }), `?skip=${encodeURIComponent(text)}`).skip, text).to.equal(value);
    }
  });

  it('take every value of one that may be repeated, as a set', () => {
    const schema = z.object({ tag: textsParameter });
    expect(readQuery(schema, '?tag=b&tag=a&tag=b', ['tag']).tag).to.deep.equal(['a', 'b']);
    expect(readQuery(schema, '', ['tag']).tag).to.deep.equal([]);
    expect(faults(() => readQuery(schema, '?tag=a&tag=%00', ['tag']))).to.deep.equal(['query.tag string_nul']);
  });

  it('take the words of FastAPI for true and false', () => {
    const schema = z.object({ flag: flagParameter });
    const flagOf = (word: string): unknown => readQuery(schema, `?flag=${word}`).flag;
    expect(['true', 'YES', '1', 'off', 'N', '0'].map(flagOf)).to.deep.equal([true, true, true, false, false, false]);
    expect(readQuery(schema, '').flag).to.equal(undefined);
    for (const word of ['', '2', 'maybe', 'constructor']) {
      expect(
        faults(() => flagOf(word)),
        word,
      ).to.deep.equal(['query.flag bool_parsing']);
    }
  });

  it('take an integer of any length, and no other way to write a number', () => {
    const schema = z.object({ skip });
    expect(readQuery(schema, '?skip=99999999999999999999999').skip).to.equal(Number.MAX_SAFE_INTEGER);
    for (const number of ['1e3', '1.5', '0x10', '', 'NaN', '1 2', '١', '_1', '1_', '1__0', '.0', 'true']) {
      expect(
        faults(() => readQuery(schema, `?skip=${encodeURIComponent(number)}`)),
        number,
      ).to.deep.equal(['query.skip int_parsing']);
    }
  });

  it('count characters, not code units, and take no NUL', () => {
    const schema = z.object({ q: text(1, 100) });
    expect(readQuery(schema, `?q=${encodeURIComponent('🙂'.repeat(100))}`).q).to.have.length(200);
    expect(faults(() => readQuery(schema, '?q=%00'))).to.deep.equal(['query.q string_nul']);
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
