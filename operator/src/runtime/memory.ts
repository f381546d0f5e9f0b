/**
 * Gives memory back after a rush. V8 looks for old garbage when it needs the room, and keeps the pages: a process that has listed
 * tens of thousands of objects, or made them, would keep what that took until the next rush.
 */
import type { Clock } from './clock.ts';

export interface MemoryOptions {
  clock: Clock;
  /** Whether something waits for the process: a collection stops it for a tenth of a second. */
  busy: () => boolean;
  /** Bytes of the process in memory. */
  resident: () => number;
  /** Collects garbage and returns pages. */
  collect: () => void;
}

const lookEvery = 10_000;
/** Bytes. As much comes and goes with a few passes. */
const worthwhile = 16 * 1024 * 1024;

/** Collects while nothing is going on, once memory has grown since it was least. For as long as the process runs. */
export function giveMemoryBack({ busy, clock, collect, resident }: MemoryOptions): void {
  let least = 0;
  const look = (): void => {
    least = Math.min(least, resident());
    if (!busy() && resident() - least > worthwhile) {
      collect();
      least = resident();
    }
    clock.after(lookEvery, look);
  };
  clock.after(lookEvery, look);
}

/** Of V8, where node was started with `--expose-gc`. */
export function collector(): (() => void) | undefined {
  const { gc } = globalThis;
  if (!gc) return undefined;
  return () => {
    // Nothing less returns pages: a plain collection of all garbage left them with the process.
    gc({ type: 'major', execution: 'sync', flavor: 'last-resort' });
  };
}
