/** How many rows are measured at once. */

/** Bytes of content and tags that one portion holds at most, a single memo that is larger aside. */
export const PORTION_BYTES = 2_097_152;
const MAX_ROWS = 500;
/** Bytes that the database may have to look through to measure the memos of one portion. */
const MEASURED_BYTES = 33_554_432;

/**
 * Learned from what was read. It only spares the database: however wrong the guess is, no portion is larger than
 * {@link PORTION_BYTES}.
 */
export class PortionSize {
  /** At first as few as the default page has: a guess that is too low costs a round trip. */
  #bytesPerRow = MEASURED_BYTES / 100;

  /** Rows for the next portion. */
  get rows(): number {
    return Math.max(1, Math.min(MAX_ROWS, Math.floor(MEASURED_BYTES / this.#bytesPerRow)));
  }

  /** Learns upwards at once, downwards in steps. */
  observe(rows: number, bytes: number): void {
    if (rows === 0) return;
    const seen = bytes / rows;
    this.#bytesPerRow = seen > this.#bytesPerRow ? seen : (this.#bytesPerRow + seen) / 2;
  }
}
