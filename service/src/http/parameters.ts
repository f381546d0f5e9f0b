/** Reads path and query parameters as FastAPI does: the last of several counts, integers are read laxly. */
import { integerIn } from './lax.ts';
import { invalid } from './problem.ts';
import type { Fault } from './problem.ts';

/** The query of a request; faults are gathered so that one reply names them all. */
export class Query {
  readonly #values: URLSearchParams;
  readonly #faults: Fault[] = [];

  constructor(query: string) {
    this.#values = new URLSearchParams(query);
  }

  /** An integer within bounds; beyond what a number holds exactly it is taken as the largest one that does. */
  integer(name: string, fallback: number, least: number, most = Infinity): number {
    const text = this.#last(name);
    if (text === undefined) return fallback;
    const sent = integerIn(text);
    if (sent === undefined) return this.#refuse({ loc: ['query', name], code: 'int_parsing' }, fallback);
    const value = Math.min(sent, Number.MAX_SAFE_INTEGER);
    if (value < least) {
      return this.#refuse({ loc: ['query', name], code: 'greater_than_equal', bound: least }, fallback);
    }
    if (value > most) return this.#refuse({ loc: ['query', name], code: 'less_than_equal', bound: most }, fallback);
    return value;
  }

  /** A required text with bounds in code points. */
  text(name: string, least: number, most: number): string {
    const loc = ['query', name] as const;
    const text = this.#last(name);
    if (text === undefined) return this.#refuse({ loc, code: 'missing' }, '');
    if (text.includes('\0')) return this.#refuse({ loc, code: 'string_nul' }, '');
    const length = codePoints(text);
    if (length < least) return this.#refuse({ loc, code: 'string_too_short', bound: least }, '');
    if (length > most) return this.#refuse({ loc, code: 'string_too_long', bound: most }, '');
    return text;
  }

  /** Every value that was sent under this name. */
  all(name: string): string[] {
    return this.#values.getAll(name);
  }

  /** Records a fault that the caller found. */
  refuse(fault: Fault): void {
    this.#faults.push(fault);
  }

  /** @throws Problem invalid (422) when any parameter was */
  check(): void {
    if (this.#faults.length > 0) throw invalid(...this.#faults);
  }

  #last(name: string): string | undefined {
    return this.#values.getAll(name).at(-1);
  }

  #refuse<T>(fault: Fault, fallback: T): T {
    this.#faults.push(fault);
    return fallback;
  }
}

/** The query of a request's target, without its question mark. */
export function queryOf({ url }: { readonly url: string }): string {
  const mark = url.indexOf('?');
  return mark < 0 ? '' : url.slice(mark + 1);
}

/**
 * The id in a path. Undefined: an integer that no memo can have.
 * @throws Problem invalid (422) when it is no integer
 */
export function memoId(text: string | string[] | undefined): number | undefined {
  const id = typeof text === 'string' ? integerIn(text) : undefined;
  if (id === undefined) throw invalid({ loc: ['path', 'memo_id'], code: 'int_parsing' });
  return id >= 1 && id <= Number.MAX_SAFE_INTEGER ? id : undefined;
}

/** Length of a text in characters as clients count them. */
export function codePoints(text: string): number {
  let count = 0;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    // A high surrogate begins a pair; its second half is not counted.
    if (unit >= 0xd800 && unit <= 0xdbff) index += 1;
    count += 1;
  }
  return count;
}
