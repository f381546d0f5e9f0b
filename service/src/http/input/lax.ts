/** Integers and booleans as the original took them: Pydantic's lax mode, which reads texts and whole floats too. */

/** Digits with underscores between them, and zeros behind a point at most. */
const INTEGER = /^\s*([+-]?\d+(?:_\d+)*)(?:\.0*)?\s*$/;
const TRUE = new Set(['1', 't', 'y', 'on', 'yes', 'true']);
const FALSE = new Set(['0', 'f', 'n', 'no', 'off', 'false']);

/** The integer that a text is; undefined: none. Beyond what a number holds exactly it is about right. */
export function integerIn(text: string): number | undefined {
  const digits = INTEGER.exec(text)?.[1];
  return digits === undefined ? undefined : Number(digits.replaceAll('_', ''));
}

/** The boolean that a text is; undefined: none. */
export function booleanIn(text: string): boolean | undefined {
  const word = text.toLowerCase();
  if (TRUE.has(word)) return true;
  return FALSE.has(word) ? false : undefined;
}

/** A JSON value as an integer where it stands for one, else as it is. */
export function asInteger(value: unknown): unknown {
  if (typeof value === 'boolean') return Number(value);
  return typeof value === 'string' ? (integerIn(value) ?? value) : value;
}

/** A JSON value as a boolean where it stands for one, else as it is. */
export function asBoolean(value: unknown): unknown {
  if (value === 0 || value === 1) return value === 1;
  return typeof value === 'string' ? (booleanIn(value) ?? value) : value;
}
