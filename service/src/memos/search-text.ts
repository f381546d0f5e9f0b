/**
 * Search as text: folding, and pairs of characters as words of a full-text index. MariaDB has no n-gram parser and leaves
 * out words of two letters, which most Korean nouns are; a pair written as one ASCII word needs neither.
 */

/** Longest gram set that is entered; a memo with more pairs is marked instead and always looked at. */
const MAX_GRAMS = 20_000;
/** The word that stands for "too many pairs to list". */
const EVERY_GRAM = 'gzzzzzzzz';
/** Pairs of a query that are looked up; the rest is left to the comparison of the text itself. */
const MAX_QUERY_GRAMS = 12;
/** Between title, content and their other forms. No text holds it, so that no match spans two of them. */
const END = '\0';

/**
 * Text as search compares it: compatible forms made one (full-width, NFD as macOS types it), lower case.
 * A final sigma is a sigma: lower case by itself would depend on the letters around it.
 */
export function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase().replaceAll('ς', 'σ').normalize('NFKC');
}

/** Folded character by character, so that a part of a text always folds to a part of the folded text. */
function foldEach(text: string): string {
  let folded = '';
  for (const character of text) folded += fold(character);
  return folded;
}

/**
 * What a memo is searched by: title and content folded. Where folding joined characters (a letter and its accent, Korean
 * syllables typed as jamo), the unjoined form is there too, so that every part of the text as sent is found.
 */
export function searchableText(title: string, content: string): string {
  return searchable(title) + END + searchable(content) + END;
}

function searchable(text: string): string {
  const joined = fold(text);
  // ASCII never joins; most texts that are not ASCII do not either.
  const apart = foldEach(text);
  return joined === apart ? joined : joined + END + apart;
}

/** The forms of a query of which a match holds at least one. */
export function queryForms(query: string): readonly string[] {
  const joined = fold(query);
  const apart = foldEach(query);
  return joined === apart ? [joined] : [joined, apart];
}

/** The words for the index of a searchable text, each once. */
export function gramWords(searchableForm: string): string {
  const grams = new Set<string>();
  let previous: string | undefined;
  for (const character of searchableForm) {
    if (previous !== undefined && previous !== END) grams.add(gramOf(previous, character));
    if (grams.size > MAX_GRAMS) return EVERY_GRAM;
    previous = character;
  }
  return [...grams].join(' ');
}

/**
 * The boolean full-text expression that every match of these forms satisfies.
 * Pairs are taken from all over the query; a single character is the beginning of some pair.
 */
export function gramExpression(forms: readonly string[]): string {
  return [...forms.map(formExpression), EVERY_GRAM].join(' ');
}

function formExpression(form: string): string {
  const characters = Array.from(form);
  if (characters.length === 1) return `g${code(characters[0] ?? '')}*`;
  const grams = new Set(characters.slice(1).map((character, index) => gramOf(characters[index] ?? '', character)));
  const step = Math.max(1, Math.ceil(grams.size / MAX_QUERY_GRAMS));
  const chosen = [...grams].filter((_gram, index) => index % step === 0);
  return `(${chosen.map((gram) => `+${gram}`).join(' ')})`;
}

function gramOf(first: string, second: string): string {
  return `g${code(first)}${code(second)}`;
}

/** A code point in four digits of base 36: every word has the same length and no word is a stop word. */
function code(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(36).padStart(4, '0');
}

/** The pattern of LIKE for text that holds this one; `%`, `_` and the escape itself are letters like any other. */
export function likePattern(form: string): string {
  return `%${form.replace(/[\\%_]/g, '\\$&')}%`;
}
