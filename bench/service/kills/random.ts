/** Choices that are the same for the same seed (mulberry32), so that a run can be repeated as far as the machine lets it. */
export class SeededRandom {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** At least `from`, below `to`. */
  between(from: number, to: number): number {
    return from + (to - from) * this.#next();
  }

  /** True so often of one time. */
  chance(share: number): boolean {
    return this.#next() < share;
  }

  /** @throws RangeError where there is nothing to pick from */
  pick<T>(list: readonly T[]): T {
    for (const one of list.slice(Math.floor(this.between(0, list.length)))) return one;
    throw new RangeError('nothing to pick from');
  }

  #next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
}
