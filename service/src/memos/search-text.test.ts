import { expect } from 'chai';
import fc from 'fast-check';
import { fold, gramExpression, gramWords, likePattern, queryForms, searchableText } from './search-text.ts';

/** Text as people write it here: Korean composed and not, full-width, accents, ligatures, emoji, signs that SQL knows. */
const letters = fc.oneof(
  fc.constantFrom(...Array.from('회의록을정리했다가각간 ㄱㅏ의ΣςσİIıßﬁＡｂ％%_\\+-*"(~é1')),
  fc.constantFrom('회'.normalize('NFD'), 'é'.normalize('NFD'), '👩‍🚀', '🙂', 'ᄒ', 'ᅬ', '\u0301', '㎏', 'ﷺ'),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }).filter((text) => text !== '\0'),
);
const text = fc.array(letters, { minLength: 1, maxLength: 30 }).map((parts) => parts.join(''));

function isFound(query: string, title: string, content: string): boolean {
  const folded = searchableText(title, content);
  return queryForms(query).some((form) => folded.includes(form));
}

/** What MariaDB makes of the boolean expression: groups of required words, words alone, prefixes. */
function leadsTo(expression: string, words: ReadonlySet<string>): boolean {
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
        const words = new Set(gramWords(searchableText(title, content)).split(' '));
        expect(leadsTo(gramExpression(queryForms(query)), words), JSON.stringify(query)).to.equal(true);
      }),
      { numRuns: 2000 },
    );
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
        for (const word of gramWords(searchableText(title, content)).split(' '))
          expect(word).to.match(/^g[0-9a-z]{8}$/);
        expect(gramExpression(queryForms(content))).to.match(/^[g0-9a-z+() *]+$/);
      }),
    );
  });

  it('marks a text of too many pairs, and looks at marked texts always', () => {
    let huge = '';
    for (let point = 0x4e00; point < 0x4e00 + 20_900; point += 1) huge += String.fromCodePoint(point);
    const words = gramWords(searchableText('t', huge));
    expect(words.split(' ')).to.have.length(1);
    expect(leadsTo(gramExpression(queryForms('없는말')), new Set([words]))).to.equal(true);
  });

  it('takes the wildcards of LIKE for letters', () => {
    expect(likePattern('50%_\\')).to.equal('%50\\%\\_\\\\%');
  });
});
