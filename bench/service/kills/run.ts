/** One run: writers and faults side by side, then the verdict. */
import { Faults } from './faults.ts';
import type { FaultCounts } from './faults.ts';
import { Journal } from './journal.ts';
import type { Outdated } from './journal.ts';
import { SeededRandom } from './random.ts';
import { setStage } from './stage.ts';
import { judge, settle } from './verdict.ts';
import type { Copies, Verdict } from './verdict.ts';
import { Writer } from './writer.ts';

export interface KillsOptions {
  readonly seed: number;
  /** It goes on until there were so many. */
  readonly kills: number;
  readonly writes: number;
  /** Told every other second how far it is. */
  readonly onProgress?: (line: string) => void;
}

export interface KillsResult extends FaultCounts {
  readonly seed: number;
  readonly seconds: number;
  /** Acknowledged. */
  readonly writes: number;
  readonly reads: number;
  /** Requests that nobody answered in time, or with 503. */
  readonly unserved: number;
  /** Reads that began after an acknowledgement and showed less, with Redis in reach: to be 0. */
  readonly stale: Outdated;
  /** The same while Redis was away: allowed until the outbox is replayed. */
  readonly behind: Outdated;
  readonly verdict: Verdict;
  readonly copies: Copies;
  /** What clients found that should never be; to be empty. */
  readonly broken: readonly string[];
}

/** Nothing that was acknowledged is lost, nobody read what was outdated. */
export function isClean({ broken, verdict }: KillsResult): boolean {
  return broken.length === 0 && Object.values(verdict).every((count) => count === 0);
}

const WRITERS = 16;
const PROGRESS_MS = 2_000;

/** @throws when a store or a replica does not come up again */
export async function runKills({ seed, kills, writes, onProgress }: KillsOptions): Promise<KillsResult> {
  const stage = await setStage();
  const began = performance.now();
  const faults = new Faults(stage, new SeededRandom(seed));
  const journal = new Journal();
  const writers = Array.from({ length: WRITERS }, (_, index) => {
    const random = new SeededRandom(seed + index + 1);
    return new Writer({ name: `w${index}`, replicas: stage.replicas, random, journal, faults });
  });
  const progress = setInterval(() => {
    onProgress?.(`${faults.kills} of ${kills} kills, ${journal.acknowledged.length} of ${writes} writes`);
  }, PROGRESS_MS);
  const stop = new AbortController();
  try {
    const writing = writers.map((writer) => writer.run(stop.signal));
    try {
      await Promise.race([
        faults.run(kills, () => Math.min(1, journal.acknowledged.length / writes)),
        Promise.all(writing),
      ]);
    } finally {
      stop.abort();
      await Promise.all(writing);
    }
    await settle(stage);
    const judged = await judge(
      stage,
      writers.flatMap(({ memos }) => memos),
      journal,
    );
    const { reads, unserved, stale, behind, broken, acknowledged } = journal;
    const seconds = Math.round((performance.now() - began) / 1000);
    return {
      seed,
      seconds,
      ...faults.counts,
      writes: acknowledged.length,
      reads,
      unserved,
      stale,
      behind,
      ...judged,
      broken,
    };
  } finally {
    clearInterval(progress);
    await stage.stop();
  }
}
