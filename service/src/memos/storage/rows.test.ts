import { expect } from 'chai';
import fc from 'fast-check';
import { entityTag, memoJson } from '../memo.ts';
import type { Memo } from '../memo.ts';
import { rowReader } from './rows.ts';
import type { MemoRow } from './rows.ts';
import { changeTime, databaseTime, timeFromUtc, zoneReader } from './times.ts';

const row: MemoRow = {
  id: 1,
  title: 't',
  content: 'c',
  tags: '["a"]',
  priority: 3,
  category: null,
  is_archived: 0,
  is_favorite: 1,
  author: null,
  created_at: '2025-10-10 09:00:00.000',
  updated_at: '2025-10-10 09:30:00.500',
  version: 4,
  times_in_utc: 1,
};

describe('a row of ours', () => {
  it('is the memo that was written', () => {
    const memo = rowReader('Asia/Seoul')(row);
    expect(memo).to.deep.include({ tags: ['a'], is_archived: false, is_favorite: true, version: 4 });
    expect(memo.created_at).to.equal('2025-10-10T09:00:00.000Z');
    expect(memo.updated_at).to.equal('2025-10-10T09:30:00.500Z');
  });
});

describe('a row of the original', () => {
  const read = rowReader('Asia/Seoul');
  const theirs = { ...row, times_in_utc: 0, created_at: '2025-10-10 09:00:00', updated_at: null };

  it('has its times read in the configured zone', () => {
    expect(read(theirs).created_at).to.equal('2025-10-10T00:00:00.000Z');
    expect(read(theirs).updated_at, 'never updated').to.equal('2025-10-10T00:00:00.000Z');
  });

  it('may have null where a memo has a default', () => {
    const nulls = { tags: null, priority: null, is_archived: null, is_favorite: null };
    expect(read({ ...theirs, ...nulls })).to.deep.include({
      tags: [],
      priority: 2,
      is_archived: false,
      is_favorite: false,
    });
    expect(read({ ...theirs, tags: 'null' }).tags).to.deep.equal([]);
    expect(read({ ...theirs, tags: '["a", 1, null, "\\ud68c\\uc758"]' }).tags).to.deep.equal(['a', '회의']);
  });
});

describe('the bytes of a memo', () => {
  const anyText = fc.string({ unit: 'binary' });
  const memos: fc.Arbitrary<Memo> = fc.record({
    id: fc.integer({ min: 1 }),
    title: anyText,
    content: anyText,
    tags: fc.array(anyText, { maxLength: 4 }),
    priority: fc.integer({ min: 1, max: 4 }),
    category: fc.option(anyText),
    is_archived: fc.boolean(),
    is_favorite: fc.boolean(),
    author: fc.option(anyText),
    created_at: fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
    updated_at: fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
    version: fc.nat(),
  });

  it('are the memo and nothing more', () => {
    fc.assert(
      fc.property(memos, (memo) => {
        const shown: unknown = JSON.parse(memoJson(memo));
        expect({ ...(shown as object), version: memo.version }).to.deep.equal(memo);
      }),
    );
  });

  it('are tagged by id and version', () => {
    expect(entityTag(7, 3)).to.equal('"7-3"');
  });
});

describe('times', () => {
  it('go to the database and back', () => {
    const dates = fc.date({ min: new Date('1971-01-01'), max: new Date('9999-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(dates, (date) => {
        expect(timeFromUtc(databaseTime(date))).to.equal(date.toISOString());
      }),
    );
  });

  it('are read in zones that change their clocks', () => {
    const berlin = zoneReader('Europe/Berlin');
    expect(berlin('2025-03-30 01:59:59')).to.equal('2025-03-30T00:59:59.000Z');
    expect(berlin('2025-03-30 03:00:00')).to.equal('2025-03-30T01:00:00.000Z');
    expect(berlin('2025-07-01 12:00:00.25')).to.equal('2025-07-01T10:00:00.250Z');
    expect(zoneReader('+09:00')('2025-01-01 00:00:00')).to.equal('2024-12-31T15:00:00.000Z');
    expect(zoneReader('Asia/Seoul')('1900-01-01 00:00:00')).to.match(/^1899-12-31T15:/);
  });

  it('are the same in every zone where they are no date', () => {
    const none = '0000-00-00 00:00:00';
    expect(zoneReader('Asia/Seoul')(none)).to.equal(zoneReader('UTC')(none));
  });
});

describe('the time of a change', () => {
  const now = '2025-10-10T09:00:00.000Z';

  it('is that of the database', () => {
    expect(changeTime(now, '2025-10-10T08:59:59.999Z')).to.equal(now);
  });

  it('is later than that of the last one, also within a millisecond and after the clock was set back', () => {
    expect(changeTime(now, now)).to.equal('2025-10-10T09:00:00.001Z');
    expect(changeTime(now, '2025-10-10T09:59:59.999Z')).to.equal('2025-10-10T10:00:00.000Z');
  });

  it('does not follow a time that no clock was set back from', () => {
    expect(changeTime(now, '2099-01-01T00:00:00.000Z')).to.equal(now);
    expect(changeTime(now, '9999-12-31T23:59:59.999Z')).to.equal(now);
  });

  it('does not follow what is no date', () => {
    expect(changeTime(now, '0000-00-00T00:00:00.000Z')).to.equal(now);
  });
});
