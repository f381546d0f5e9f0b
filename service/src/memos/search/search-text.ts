/**
 * Search as text: folding, and pairs of characters as words of a full-text index. MariaDB has no n-gram parser and leaves
 * out words of two letters, which most Korean nouns are; a pair written as one ASCII word needs neither.
 */
import type { Steps } from '../../waiting.ts';

/** How a memo stands in the search table. */
export interface SearchRow {
  /** What LIKE looks at. */
  readonly folded: string;
  /** The words of the index. */
  readonly grams: string;
}

/** Longest gram set that is entered; a memo with more pairs is marked instead and always looked at. */
const MAX_GRAMS = 20_000;
/** The word that stands for "too many pairs to list". */
const EVERY_GRAM = 'gzzzzzzzz';
/** Pairs of a query that are looked up; the rest is left to the comparison of the text itself. */
const MAX_QUERY_GRAMS = 12;
/** Between title, content and their other forms. No text holds it, so that no match spans two of them. */
const END = '\0';
/**
 * Bytes of UTF-8 that folding may make of a memo: half of what the column and the server's default packet take. One
 * character can fold to eighteen; a text that would grow beyond this is entered as it was sent.
 */
const MAX_FOLDED_BYTES = 8_388_608;
/** Code units that are folded between two looks at the clock. */
const STEP = 8192;
/** Code units that are composed at once: composing is quadratic in a run of marks that somebody made up to be slow. */
const COMPOSED = 128;

/** What folding leaves as it is but for its case, and nothing joins to: ASCII, Korean syllables, Chinese, most emoji. */
const OTHERS = /[^\0-\x7f가-힣\u4e00-\u9fff‘’“”\u{1f300}-\u{1faff}]/gu;
/** Where a text may be cut without parting what composing would join: before ASCII, Chinese, a syllable or its first letter. */
const CUT = /[\0-\x7f가-힣\u4e00-\u9fff\u1100-\u115f]/;
/** Accents and their like, which search does without; the vowel signs of scripts that are written with such are none. */
const ACCENTS = /[\p{Mn}&&\p{Script=Inherited}]/gv;

/** Folded forms of single code units that are no ASCII, syllable or the like, so that each is worked out once. */
const known = new Map<string, string>();

/** Accents off, compatible forms made one (full-width, ligatures), lower case. Of a single character. */
function foldCharacter(character: string): string {
  const before = known.get(character);
  if (before !== undefined) return before;
  const bare = character.normalize('NFKD').replace(ACCENTS, '');
  // A final sigma is a sigma: lower case by itself would depend on the letters around it.
  const folded = bare.toLowerCase().replaceAll('ς', 'σ').normalize('NFKC').replace(ACCENTS, '');
  if (character.length === 1) known.set(character, folded);
  return folded;
}

/** Folded character by character, so that a part of a text always folds to a part of the folded text. */
function foldApart(text: string): string {
  return text.replace(OTHERS, foldCharacter).toLowerCase();
}

/** Joined: Korean syllables that were typed as letters, as macOS does. */
function compose(text: string): string {
  if (text.length <= COMPOSED) return text.normalize('NFC');
  let composed = '';
  for (let from = 0; from < text.length;) {
    const to = cutBefore(text, from, COMPOSED);
    composed += text.slice(from, to).normalize('NFC');
    from = to;
  }
  return composed;
}

/** Where the piece that begins at `from` ends: after about `length` code units, never within a character. */
function cutBefore(text: string, from: number, length: number): number {
  const most = from + length;
  if (most >= text.length) return text.length;
  for (let to = most; to > from; to -= 1) if (CUT.test(text.charAt(to))) return to;
  const low = text.charCodeAt(most);
  return low >= 0xdc00 && low <= 0xdfff ? most - 1 : most;
}

/** Text as search compares it. */
export function fold(text: string): string {
  return compose(foldApart(text));
}

/**
 * What a memo is searched by: title and content folded. Where folding joined characters, the unjoined form is there too, so
 * that every part of the text as sent is found.
 */
export function* searchRow(title: string, content: string): Steps<SearchRow> {
  const folded = (yield* foldedText([title, content])) ?? title + END + content + END;
  return { folded, grams: yield* gramWords(folded) };
}

/** Undefined: it would be too large. */
function* foldedText(texts: readonly string[]): Steps<string | undefined> {
  let folded = '';
  let bytes = 0;
  for (const text of texts) {
    let [joined, apart] = ['', ''];
    for (let from = 0; from < text.length;) {
      const to = cutBefore(text, from, STEP);
      const piece = foldApart(text.slice(from, to));
      apart += piece;
      joined += compose(piece);
      from = to;
      if (text.length > STEP) {
        bytes += 2 * Buffer.byteLength(piece);
        if (bytes > MAX_FOLDED_BYTES) return undefined;
        yield;
      }
    }
    folded += joined === apart ? joined + END : joined + END + apart + END;
  }
  return folded;
}

/** The words for the index of a folded text, each once. Pairs are of code units: half an emoji is as good a letter as any. */
function* gramWords(folded: string): Steps<string> {
  const grams = new Set<number>();
  let previous = 0;
  for (let index = 0; index < folded.length; index += 1) {
    const unit = folded.charCodeAt(index);
    if (previous !== 0) grams.add((previous << 16) | unit);
    if (grams.size > MAX_GRAMS) return EVERY_GRAM;
    previous = unit;
    if (index % STEP === STEP - 1) yield;
  }
  return Array.from(grams, (gram) => wordOf(gram >>> 16, gram & 0xffff)).join(' ');
}

/**
 * The forms of a query of which a match holds at least one: folded, and as it was sent for what was too large to fold.
 * Undefined: folding leaves nothing of it, so that folded texts tell nothing.
 */
export function queryForms(query: string): readonly string[] | undefined {
  const apart = foldApart(query);
  return apart === '' ? undefined : [...new Set([compose(apart), apart, query])];
}

/** How often a pair of characters stands in some texts; a pair that nobody looked for: never. */
export type PairCounts = ReadonlyMap<string, number>;

/**
 * The pairs of characters that a match of these forms must hold, as {@link gramExpression} asks for them: from all over the
 * query, without those of single characters.
 */
export function pairsOf(forms: readonly string[]): string[] {
  return [...new Set(forms.flatMap(chosenPairs))];
}

/**
 * The boolean full-text expression that every match of these forms satisfies.
 * Pairs are taken from all over the query; a single character is the beginning of some pair.
 * @param counts the rarest pair goes first: MariaDB reads the list of each pair as a whole, one after the other, and none once
 * there is nothing left that could match
 */
export function gramExpression(forms: readonly string[], counts: PairCounts = new Map()): string {
  return [...forms.map((form) => formExpression(form, counts)), EVERY_GRAM].join(' ');
}

function formExpression(form: string, counts: PairCounts): string {
  if (form.length === 1) return `g${code(form.charCodeAt(0))}*`;
  const often = (pair: string): number => counts.get(pair) ?? 0;
  const pairs = chosenPairs(form).toSorted((left, right) => often(left) - often(right));
  return `(${pairs.map((pair) => `+${wordOf(pair.charCodeAt(0), pair.charCodeAt(1))}`).join(' ')})`;
}

function chosenPairs(form: string): string[] {
  const pairs = new Set<string>();
  for (let index = 1; index < form.length; index += 1) pairs.add(form.slice(index - 1, index + 1));
  const step = Math.max(1, Math.ceil(pairs.size / MAX_QUERY_GRAMS));
  return [...pairs].filter((_pair, index) => index % step === 0);
}

function wordOf(first: number, second: number): string {
  return `g${code(first)}${code(second)}`;
}

/** By code unit, so that each is worked out once. */
const codes: string[] = [];

/** A code unit in four digits of base 36: every word has the same length and no word is a stop word. */
function code(unit: number): string {
  return (codes[unit] ??= unit.toString(36).padStart(4, '0'));
}

/** The pattern of LIKE for text that holds this one; `%`, `_` and the escape itself are letters like any other. */
export function likePattern(form: string): string {
  return `%${form.replace(/[\\%_]/g, '\\$&')}%`;
}
