import { expect } from 'chai';
import fc from 'fast-check';
import { Problem } from '../http/errors/problem.ts';
import { parseCreate, parseUpdate } from './schemas.ts';

const MOST = 1024;

function refusal(body: unknown, parse: (body: unknown, most: number) => unknown = parseCreate): string {
  try {
    parse(body, MOST);
    return 'taken';
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return [error.code, ...error.faults.map(({ code, loc }) => `${loc.join('.')}:${code}`)].join(' ');
  }
}

describe('a memo that is sent', () => {
  it('gets the defaults of the contract; null tags are none; unknown fields are ignored', () => {
    expect(parseCreate({ title: 't', content: 'c', tags: null, id: 7, extra: {} }, MOST)).to.deep.equal({
      title: 't',
      content: 'c',
      tags: [],
      priority: 2,
      category: null,
      is_archived: false,
      is_favorite: false,
      author: null,
    });
  });

  it('keeps text as it was sent', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 100 }), (text) => {
        fc.pre(!text.includes('\0'));
        expect(parseCreate({ title: text, content: text, tags: [text] }, MOST)).to.deep.include({
          title: text,
          tags: [text],
        });
      }),
    );
  });

  const refused: readonly (readonly [unknown, string])[] = [
    [null, 'invalid body:model_attributes_type'],
    [[], 'invalid body:model_attributes_type'],
    ['x', 'invalid body:model_attributes_type'],
    [{}, 'invalid body.title:missing body.content:missing'],
    [{ title: null, content: 1 }, 'invalid body.title:string_type body.content:string_type'],
    [{ title: '', content: '' }, 'invalid body.title:string_too_short body.content:string_too_short'],
    [{ title: '가'.repeat(101), content: 'x' }, 'invalid body.title:string_too_long'],
    [{ title: '\ud83d', content: 'x' }, 'invalid body.title:string_unicode'],
    [{ title: 'x', content: 'a\0b' }, 'invalid body.content:string_nul'],
    [{ title: 'x', content: 'x', tags: 'a' }, 'invalid body.tags:list_type'],
    [{ title: 'x', content: 'x', tags: ['a', 1] }, 'invalid body.tags.1:string_type'],
    [{ title: 'x', content: 'x', tags: ['\udc00'] }, 'invalid body.tags.0:string_unicode'],
    [{ title: 'x', content: 'x', priority: 0 }, 'invalid body.priority:greater_than_equal'],
    [{ title: 'x', content: 'x', priority: 5 }, 'invalid body.priority:less_than_equal'],
    [{ title: 'x', content: 'x', priority: 1.5 }, 'invalid body.priority:int_from_float'],
    [{ title: 'x', content: 'x', priority: 'x' }, 'invalid body.priority:int_parsing'],
    [{ title: 'x', content: 'x', priority: '9' }, 'invalid body.priority:less_than_equal'],
    [{ title: 'x', content: 'x', priority: false }, 'invalid body.priority:greater_than_equal'],
    [{ title: 'x', content: 'x', priority: [2] }, 'invalid body.priority:int_type'],
    [{ title: 'x', content: 'x', priority: null }, 'invalid body.priority:int_type'],
    [{ title: 'x', content: 'x', priority: 1e300 }, 'invalid body.priority:less_than_equal'],
    [{ title: 'x', content: 'x', is_archived: 2 }, 'invalid body.is_archived:bool_parsing'],
    [{ title: 'x', content: 'x', is_archived: 'x' }, 'invalid body.is_archived:bool_parsing'],
    [{ title: 'x', content: 'x', is_archived: null }, 'invalid body.is_archived:bool_type'],
    [{ title: 'x', content: 'x', is_archived: [true] }, 'invalid body.is_archived:bool_type'],
    [{ title: 'x', content: 'x', tags: Array(1001).fill('t') }, 'invalid body.tags:too_long'],
    [{ title: 'x', content: 'x', tags: ['t'.repeat(1001)] }, 'invalid body.tags.0:string_too_long'],
    [{ title: 'x', content: 'x', category: 'c'.repeat(51) }, 'invalid body.category:string_too_long'],
    [{ title: 'x', content: 'x', author: 'a'.repeat(101) }, 'invalid body.author:string_too_long'],
    [{ title: 'x', content: '가'.repeat(342) }, 'content-too-large'],
  ];
  for (const [body, expected] of refused) {
    it(`is refused: ${JSON.stringify(body).slice(0, 60)} → ${expected}`, () => {
      expect(refusal(body)).to.equal(expected);
    });
  }

  it('is read as laxly as the original read it', () => {
    for (const priority of [2, '2', ' 2 ', '2.0', '+2', '0_2']) {
      expect(parseCreate({ title: 'x', content: 'x', priority }, MOST).priority, String(priority)).to.equal(2);
    }
    expect(parseUpdate({ priority: true }, MOST)).to.deep.equal({ priority: 1 });
    for (const is_favorite of [true, 1, '1', 't', 'Y', 'on', 'YES', 'True']) {
      expect(parseUpdate({ is_favorite }, MOST), String(is_favorite)).to.deep.equal({ is_favorite: true });
    }
    for (const is_favorite of [false, 0, '0', 'f', 'N', 'off', 'no', 'FALSE']) {
      expect(parseUpdate({ is_favorite }, MOST), String(is_favorite)).to.deep.equal({ is_favorite: false });
    }
  });

  it('counts a title in characters, however many bytes they take', () => {
    expect(refusal({ title: '👩‍🚀'.repeat(33), content: 'x' })).to.equal('taken');
    expect(refusal({ title: '🙂'.repeat(100), content: 'x' })).to.equal('taken');
    expect(refusal({ title: '🙂'.repeat(101), content: 'x' })).to.equal('invalid body.title:string_too_long');
  });

  it('does not take the prototype for a field', () => {
    expect(refusal(JSON.parse('{"__proto__":{"title":"x","content":"x"}}'))).to.equal(
      'invalid body.title:missing body.content:missing',
    );
  });
});

describe('a change that is sent', () => {
  it('holds what was sent and nothing else', () => {
    expect(parseUpdate({ category: null }, MOST)).to.deep.equal({ category: null });
    expect(parseUpdate({ tags: null, is_favorite: true, nothing: 1 }, MOST)).to.deep.equal({
      tags: [],
      is_favorite: true,
    });
  });

  it('is refused when it holds no field of a memo, or null where a memo has none', () => {
    expect(refusal({}, parseUpdate)).to.equal('nothing-to-change');
    expect(refusal({ nothing: 1 }, parseUpdate)).to.equal('nothing-to-change');
    expect(refusal({ title: null, is_archived: null }, parseUpdate)).to.equal(
      'invalid body.title:string_type body.is_archived:bool_type',
    );
  });
});
