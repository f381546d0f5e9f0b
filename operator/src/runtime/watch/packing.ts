/**
 * Objects as short strings. A thousand owners with twenty children each are 20,000 objects that are read a few times an
 * hour; as JavaScript objects they take 5 KB apiece. Objects of one kind come in a few shapes, and those of a shape are alike:
 * each is told by how it differs from one that came before.
 */
import type { KubeObject } from '../object.ts';
import { Codes, MOST_PIECES, piecesOf, Template } from './template.ts';

const MOST_TEMPLATES = 32;
/** An object of which a larger part of the pieces is not in a template had better become one. */
const STRANGE = 0.25;
/** Templates that are tried for an object of a size that none was before. */
const TRIES = 4;

/** Before an object that is packed by no template. Else its template's number, from the next one up. */
const PLAIN = 0;

interface Packed {
  readonly text: string;
  readonly template: number;
  /** Part of its pieces that the template does not have. */
  readonly strange: number;
}

export class Packing<T extends KubeObject> {
  readonly #templates: Template[] = [];
  /** By the number of pieces: the template that did for the last object of so many. */
  readonly #usual = new Map<number, number>();
  readonly #codes = new Codes();

  pack(object: T): string {
    const json = JSON.stringify(object);
    const pieces = piecesOf(json);
    const usual = this.#usual.get(pieces.length);
    const first = usual === undefined ? undefined : this.#packBy(usual, pieces);
    if (first && first.strange <= STRANGE) return first.text;
    const best = this.#packByNearest(pieces) ?? first;
    if (best && (best.strange <= STRANGE || this.#templates.length === MOST_TEMPLATES)) {
      this.#usual.set(pieces.length, best.template);
      return best.text;
    }
    if (pieces.length > MOST_PIECES) return String.fromCharCode(PLAIN) + json;
    const template = this.#templates.length;
    this.#templates.push(new Template(json, pieces));
    this.#usual.set(pieces.length, template);
    return this.#packBy(template, pieces).text;
  }

  unpack(packed: string): T {
    const head = packed.charCodeAt(0);
    const template = this.#templates[head - PLAIN - 1];
    if (head !== PLAIN && !template) throw new Error('nothing was packed by such a template yet');
    return JSON.parse(template ? template.unpack(packed, 1) : packed.slice(1)) as T;
  }

  #packBy(template: number, pieces: readonly string[]): Packed {
    this.#codes.clear();
    this.#codes.code(PLAIN + 1 + template);
    const strange = this.#templates[template]?.pack(pieces, this.#codes) ?? pieces.length;
    return { text: this.#codes.toString(), template, strange: strange / pieces.length };
  }

  /** By the best of those whose size is nearest. */
  #packByNearest(pieces: readonly string[]): Packed | undefined {
    const distance = ({ size }: Template): number => Math.abs(size - pieces.length);
    return [...this.#templates.entries()]
      .toSorted(([, left], [, right]) => distance(left) - distance(right))
      .slice(0, TRIES)
      .map(([template]) => this.#packBy(template, pieces))
      .toSorted((left, right) => left.strange - right.strange)[0];
  }
}
