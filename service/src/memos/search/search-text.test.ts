import { expect } from 'chai';
import fc from 'fast-check';
import { atOnce, givingWay } from '../../waiting.ts';
import { fold, gramExpression, likePattern, pairsOf, queryForms, searchRow } from './search-text.ts';
import type { SearchRow } from './search-text.ts';

/** Text as people write it here: Korean composed and not, full-width, accents, ligatures, emoji, signs that SQL knows. */
const letters = fc.oneof(
  fc.constantFrom(...Array.from('회의록을정리했다가각간 ㄱㅏ의ΣςσİIıßﬁＡｂ％%_\\+-*"(~é1')),
  fc.constantFrom('회'.normalize('NFD'), 'é'.normalize('NFD'), '👩‍🚀', '🙂', 'ᄒ', 'ᅬ', '\u0301', '㎏', 'ﷺ'),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }).filter((text) => text !== '\0'),
);
const text = fc.array(letters, { minLength: 1, maxLength: 30 }).map((parts) => parts.join(''));

function rowOf(title: string, content: string): SearchRow {
  return atOnce(searchRow(title, content));
}

function isFound(query: string, title: string, content: string): boolean {
  const { folded } = rowOf(title, content);
  const forms = queryForms(query);
  // Then the memos are looked at as they are.
  if (forms === undefined) return title.includes(query) || content.includes(query);
  return forms.some((form) => folded.includes(form));
}

/** Undefined: nothing is looked up. */
function expressionOf(query: string): string | undefined {
  const forms = queryForms(query);
  return forms && gramExpression(forms);
}

function wordsOf(title: string, content: string): Set<string> {
  return new Set(rowOf(title, content).grams.split(' '));
}

/** What MariaDB makes of the boolean expression: groups of required words, words alone, prefixes. */
function leadsTo(expression: string | undefined, words: ReadonlySet<string>): boolean {
  if (expression === undefined) return true;
  const groups = [...expression.matchAll(/\(([^)]*)\)/g)].map(([, group = '']) =>
    group.split(' ').map((word) => word.slice(1)),
  );
  if (groups.some((group) => group.every((word) => words.has(word)))) return true;
  const alone = expression
    .replaceAll(/\([^)]*\)/g, '')
    .split(' ')
    .filter((word) => word !== '');
  return alone.some((word) =>
    word.endsWith('*') ? [...words].some((known) => known.startsWith(word.slice(0, -1))) : words.has(word),
  );
}

describe('search', () => {
  it('finds every part of a title or content, wherever it begins and ends', () => {
    const parts = fc.tuple(text, text, fc.nat(), fc.integer({ min: 1, max: 12 }));
    fc.assert(
      fc.property(parts, fc.boolean(), ([title, content, from, length], inTitle) => {
        const characters = Array.from(inTitle ? title : content);
        const query = characters
          .slice(from % characters.length)
          .slice(0, length)
          .join('');
        expect(isFound(query, title, content), JSON.stringify(query)).to.equal(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('leads by its words to every text in which the query stands', () => {
    fc.assert(
      fc.property(text, text, fc.nat(), fc.integer({ min: 1, max: 30 }), (title, content, from, length) => {
        const characters = Array.from(content);
        const query = characters
          .slice(from % characters.length)
          .slice(0, length)
          .join('');
        expect(leadsTo(expressionOf(query), wordsOf(title, content)), JSON.stringify(query)).to.equal(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('asks for the rarest of the pairs first, and for the same pairs whatever is known of them', () => {
    const often = new Map([
      ['보고', 60],
      ['고서', 70],
      ['서프', 0],
    ]);
    const [known, unknown] = [gramExpression(['보고서프'], often), gramExpression(['보고서프'])];
    const [first, second, third] = pairsOf(['보고서프']).map((pair) => searchRow(pair, ''));
    const words = [third, first, second].map((steps) => (steps ? `+${atOnce(steps).grams.split(' ')[0]}` : ''));
    expect(known).to.match(/^\(([^)]*)\) /);
    expect(/\(([^)]*)\)/.exec(known)?.[1]).to.equal(words.join(' '));
    expect(known.split(/[ ()]/).toSorted()).to.deep.equal(unknown.split(/[ ()]/).toSorted());
  });

  it('does not find what spans the title and the content', () => {
    expect(isFound('ab', 'a', 'b')).to.equal(false);
    expect(isFound('ba', 'ab', 'ba')).to.equal(true);
  });

  it('folds case, width, composition and final sigma alike', () => {
    expect(fold('ＡＢＣ')).to.equal('abc');
    expect(fold('회의'.normalize('NFD'))).to.equal(fold('회의'));
    expect(fold('ΟΔΟΣ')).to.equal(fold('οδος'));
    expect(isFound('각', '가', 'x'), 'another syllable').to.equal(false);
    expect(isFound('가', '각', 'x'), 'a syllable without its final consonant').to.equal(false);
  });

  it('folds what is folded to itself', () => {
    fc.assert(
      fc.property(text, (some) => {
        expect(fold(fold(some))).to.equal(fold(some));
      }),
    );
  });

  it('writes words that no full-text operator, stop word or length rule touches', () => {
    fc.assert(
      fc.property(text, text, (title, content) => {
        for (const word of wordsOf(title, content)) expect(word).to.match(/^g[0-9a-z]{8}$/);
        expect(expressionOf(content) ?? 'g').to.match(/^[g0-9a-z+() *]+$/);
      }),
    );
  });

  it('marks a text of too many pairs, and looks at marked texts always', () => {
    let huge = '';
    for (let point = 0x4e00; point < 0x4e00 + 20_900; point += 1) huge += String.fromCodePoint(point);
    const words = wordsOf('t', huge);
    expect([...words]).to.have.length(1);
    expect(leadsTo(expressionOf('없는말'), words)).to.equal(true);
  });

  it('does without accents, in the text and in the query, composed or not', () => {
    for (const [query, text] of [
      ['cafe', 'un café crème'],
      ['café', 'un cafe creme'],
      ['CREME', 'un café crème'.normalize('NFD')],
      ['ecole', 'École'],
      ['nguyen', 'Nguyễn'],
      ['елка', 'ёлка'],
    ] as const) {
      expect(isFound(query, 't', text), query).to.equal(true);
      expect(leadsTo(expressionOf(query), wordsOf('t', text)), query).to.equal(true);
    }
    expect(queryForms('\u0301'), 'an accent alone').to.equal(undefined);
  });

  it('joins syllables typed as letters across the pieces that a long text is folded in', () => {
    const words = Array.from({ length: 9000 }, (_, index) => `회의록${String.fromCodePoint(0xac00 + index)}`);
    const { folded } = rowOf('t', words.join(' ').normalize('NFD'));
    expect(words.filter((word) => !folded.includes(word))).to.deep.equal([]);
    const dense = '각'.normalize('NFD').repeat(20_000);
    expect(rowOf('t', dense).folded).to.include('각'.repeat(20_000));
  });

  it('enters a text that folding would blow up as it was sent, so that its parts are found all the same', () => {
    const content = '\ufdfa'.repeat(340_000);
    const { folded } = rowOf('제목', content);
    expect(Buffer.byteLength(folded)).to.be.below(1_100_000);
    expect(isFound('\ufdfa\ufdfa', '제목', content)).to.equal(true);
    expect(leadsTo(expressionOf('\ufdfa\ufdfa'), wordsOf('제목', content))).to.equal(true);
  });

  it('holds nothing else up while it folds a megabyte, whatever the text is made of', async () => {
    for (const [what, content] of [
      ['ASCII', 'meeting notes '.repeat(74_898)],
      ['marks in the wrong order', `a${'\u0315\u0300'.repeat(262_144)}`],
      ['marks that are no accents', `\u05d0${'\u05b0\u05b1\u05bc'.repeat(174_762)}`],
      ['Korean letters', '\u1161\u11a8'.repeat(174_762)],
    ] as const) {
      let rounds = 0;
      let over = false;
      const count = (): void => {
        rounds += 1;
        if (!over) setImmediate(count);
      };
      count();
      const row = await givingWay(searchRow('t', content));
      over = true;
      expect(rounds, what).to.be.above(2);
      expect(row, what).to.deep.equal(rowOf('t', content));
    }
  });

  it('takes the wildcards of LIKE for letters', () => {
    expect(likePattern('50%_\\')).to.equal('%50\\%\\_\\\\%');
  });
});
