/**
 * A text, by which texts that are much like it are told shortly. Both are taken as the pieces between their quotation marks:
 * names, values, and the punctuation around them. What is told is, in turn, how many pieces to take from the template, where to
 * go on in it, and what stands there instead; a piece that comes again is told by its number.
 *
 * A packed text is a string of codes. Literals are parts of JSON, in which nothing below U+0020 stands as itself.
 */

/** A code of its own ends a literal. */
const END = 0x00;
/** Two codes follow: the place in the template from which to go on. */
const JUMP = 0x01;
/** Codes follow, up to END. */
const LITERAL = 0x02;
/** One code follows: which of the literals before. */
const AGAIN = 0x03;
/** This and each above it: so many pieces from the template, one more for each. */
const RUN = 0x20;
/** Numbers are told by codes from here to the last that a one-byte string holds. */
const DIGIT = 0x20;
const DIGITS = 0x100 - DIGIT;

/** As many as two codes of a byte can number; a larger template would take megabytes. */
export const MOST_PIECES = DIGITS * DIGITS;

/** Shorter ones stand everywhere: finding one says nothing about where one is. */
const TELLING = 4;

export class Template {
  readonly #text: string;
  readonly #pieces: readonly string[];
  /** Where in the text each piece begins, and where one more would. */
  readonly #starts: number[] = [0];
  readonly #places = new Map<string, number[]>();

  /** @param pieces those of the text, at most {@link MOST_PIECES} */
  constructor(text: string, pieces: readonly string[]) {
    this.#text = text;
    this.#pieces = pieces;
    let start = 0;
    for (const [place, piece] of this.#pieces.entries()) {
      start += piece.length + 1;
      this.#starts.push(start);
      if (piece.length < TELLING) continue;
      const places = this.#places.get(piece);
      if (places) places.push(place);
      else this.#places.set(piece, [place]);
    }
  }

  /** The number of its pieces. */
  get size(): number {
    return this.#pieces.length;
  }

  /** Writes a text's pieces. @returns how many of them the template does not have there */
  pack(pieces: readonly string[], out: Codes): number {
    const literals = new Map<string, number>();
    let [place, run, strange] = [0, 0, 0];
    const endRun = (): void => {
      for (; run > DIGITS; run -= DIGITS) out.code(RUN + DIGITS - 1);
      if (run > 0) out.code(RUN + run - 1);
      run = 0;
    };
    for (const piece of pieces) {
      const there = this.#pieces[place] === piece ? place : this.#nearest(piece, place);
      if (there !== place) endRun();
      if (there === undefined) {
        strange += 1;
        writeLiteral(piece, literals, out);
      } else {
        if (there !== place) {
          out.code(JUMP);
          out.number(there);
          place = there;
        }
        run += 1;
      }
      place += 1;
    }
    endRun();
    return strange;
  }

  /** The text that was packed; its codes begin at `from`. */
  unpack(packed: string, from: number): string {
    const parts: string[] = [];
    const literals: string[] = [];
    let place = 0;
    for (let at = from; at < packed.length;) {
      const code = packed.charCodeAt(at);
      at += 1;
      if (code >= RUN) {
        const count = code - RUN + 1;
        parts.push(this.#text.slice(this.#starts[place], (this.#starts[place + count] ?? 0) - 1));
        place += count;
      } else if (code === JUMP) {
        place = (packed.charCodeAt(at) - DIGIT) * DIGITS + packed.charCodeAt(at + 1) - DIGIT;
        at += 2;
      } else if (code === AGAIN) {
        parts.push(literals[packed.charCodeAt(at) - DIGIT] ?? '');
        at += 1;
        place += 1;
      } else {
        const end = packed.indexOf(String.fromCharCode(END), at);
        const literal = packed.slice(at, end);
        literals.push(literal);
        parts.push(literal);
        at = end + 1;
        place += 1;
      }
    }
    return parts.join('"');
  }

  /** The place of such a piece that is nearest: an object may be made of one piece, some ten thousand times. */
  #nearest(piece: string, place: number): number | undefined {
    const places = this.#places.get(piece) ?? [];
    let [low, high] = [0, places.length];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if ((places[middle] ?? 0) < place) low = middle + 1;
      else high = middle;
    }
    const [before, after] = [places[low - 1], places[low]];
    if (before === undefined || after === undefined) return before ?? after;
    return place - before <= after - place ? before : after;
  }
}

export function piecesOf(text: string): string[] {
  return text.split('"');
}

function writeLiteral(piece: string, literals: Map<string, number>, out: Codes): void {
  const known = literals.get(piece);
  if (known !== undefined && known < DIGITS) {
    out.code(AGAIN);
    out.code(DIGIT + known);
    return;
  }
  if (known === undefined) literals.set(piece, literals.size);
  out.code(LITERAL);
  out.text(piece);
  out.code(END);
}

/**
 * Codes that become a string: one of its own, not a part of another that it would keep alive, and of one byte a code where
 * none needs two.
 */
export class Codes {
  #codes = new Uint16Array(4_096);
  #length = 0;
  #widest = 0;

  clear(): void {
    this.#length = 0;
    this.#widest = 0;
  }

  code(code: number): void {
    if (this.#length === this.#codes.length) this.#grow(1);
    this.#codes[this.#length] = code;
    this.#length += 1;
    this.#widest |= code;
  }

  /** Two codes. @param number below 224 squared */
  number(number: number): void {
    this.code(DIGIT + Math.floor(number / DIGITS));
    this.code(DIGIT + (number % DIGITS));
  }

  text(text: string): void {
    for (let index = 0; index < text.length; index += 1) this.code(text.charCodeAt(index));
  }

  toString(): string {
    const codes = this.#codes.subarray(0, this.#length);
    if (this.#widest < 0x100) return Buffer.from(codes).toString('latin1');
    return Buffer.from(codes.buffer, 0, this.#length * 2).toString('utf16le');
  }

  #grow(by: number): void {
    const larger = new Uint16Array((this.#codes.length + by) * 2);
    larger.set(this.#codes);
    this.#codes = larger;
  }
}
