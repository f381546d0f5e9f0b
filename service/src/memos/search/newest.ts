/** How far down the newest memos can be looked at one by one: as many as hold a bounded number of bytes together. */
import type { Connection } from '../../db/connection.ts';
import { fitting } from '../../fitting.ts';

/** Rows, and their bytes together. */
const MOST = { count: 5000, weight: 16_777_216 } as const;
/** Rows that tell how frequent a word is. */
const SAMPLE = 500;
/** Rows that are measured at first, and twice as many each time after that: any of them may be megabytes. */
const FIRST = 16;
/** Changes of what was measured are not noticed: after so many milliseconds all of it is measured again. */
const TRUSTED_MS = 60_000;

interface Measured {
  readonly id: number;
  readonly bytes: number;
}

const MEASURE = `SELECT memo_id AS id, OCTET_LENGTH(folded) AS bytes FROM memo_search
  WHERE memo_id > ? AND memo_id < ? ORDER BY memo_id DESC LIMIT ?`;

/** Rows whose id is larger than a border lie above it; 0: all do. */
export interface Borders {
  /** Above it lie the very newest, by which the rest can be judged. */
  readonly sample: number;
  /** From here down to `newest` lie as many as above `sample`. */
  readonly probe: number;
  readonly newest: number;
  /** How many times as many rows lie above `newest` as above `sample`. */
  readonly ratio: number;
}

interface Known {
  /** From the newest down. */
  readonly measured: readonly Measured[];
  /** Nothing lies below what was measured. */
  readonly all: boolean;
  readonly since: number;
}

/** The borders between the newest search rows and the rest. New rows alone are measured when they are asked for again. */
export class NewestRows {
  #known = nothingKnown();

  async borders(connection: Connection): Promise<Borders> {
    const before = performance.now() - this.#known.since > TRUSTED_MS ? nothingKnown() : this.#known;
    const added = await measureAbove(connection, before.measured[0]?.id ?? 0);
    const rows = added.all ? [...added.rows, ...before.measured] : added.rows;
    const measured = rows.slice(0, countWithin(rows));
    const all = before.all && added.all && measured.length === rows.length;
    // Whoever measured meanwhile began with the same, or with less that was as right: whichever is kept, it is whole.
    this.#known = { measured, all, since: before.since };
    return bordersOf(measured, all);
  }
}

function nothingKnown(): Known {
  return { measured: [], all: true, since: performance.now() };
}

function bordersOf(measured: readonly Measured[], all: boolean): Borders {
  const newest = all ? 0 : (measured.at(-1)?.id ?? 1) - 1;
  const [sample, probe] = [measured[SAMPLE - 1], measured.at(-SAMPLE)];
  // Of few, none are told apart.
  if (sample === undefined || probe === undefined || measured.length < 2 * SAMPLE) {
    return { sample: newest, probe: newest, newest, ratio: 1 };
  }
  return { sample: sample.id - 1, probe: probe.id, newest, ratio: measured.length / SAMPLE };
}

/** The sizes of the rows above an id from the newest down; not all of them once they are more than can be looked at. */
async function measureAbove(connection: Connection, id: number): Promise<{ rows: Measured[]; all: boolean }> {
  const rows: Measured[] = [];
  for (let most = FIRST; ; most *= 2) {
    const below = rows.at(-1)?.id ?? Number.MAX_SAFE_INTEGER;
    const some = await connection.execute<Measured>(MEASURE, [id, below, most]);
    rows.push(...some);
    if (some.length < most) return { rows, all: true };
    if (countWithin(rows) < rows.length) return { rows, all: false };
  }
}

function countWithin(rows: readonly Measured[]): number {
  return fitting(rows, MOST, ({ bytes }) => bytes);
}
