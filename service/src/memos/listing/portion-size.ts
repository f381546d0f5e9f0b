/** How many rows make a portion of bounded size. */
import type { Memo } from '../memo.ts';

/** Bytes of content that one portion aims at. */
const PORTION_BYTES = 1_048_576;
const MAX_ROWS = 500;

/**
 * Learned from what was read: memos may be 200 bytes or a megabyte.
 * Grows slowly and shrinks at once, because too large a portion costs memory and too small a one only a round trip.
 */
export class PortionSize {
  #bytesPerRow = 2048;

  /** Rows for the next portion. */
  get rows(): number {
    return this.within(PORTION_BYTES, MAX_ROWS);
  }

  /** Rows that hold about so many bytes, at most `most`. */
  within(bytes: number, most: number): number {
    return Math.max(1, Math.min(most, Math.floor(bytes / this.#bytesPerRow)));
  }

  observe(memos: readonly Memo[]): void {
    if (memos.length === 0) return;
    const seen = memos.reduce((sum, { content }) => sum + content.length * 2, 512) / memos.length;
    this.#bytesPerRow = seen > this.#bytesPerRow ? seen : 0.8 * this.#bytesPerRow + 0.2 * seen;
  }
}
