/** Lines that tell the person waiting what is being done and how long it has taken. */

/** Takes one line of progress. */
export type Log = (line: string) => void;

/** How slow work speaks while it lasts. */
export interface Voice {
  /** A line for the person waiting; a repeat of the last one is dropped. */
  readonly say: Log;
  /** A line for the log alone, such as those of a builder. */
  readonly note: Log;
}

/** A log to standard error, each line with the seconds since the start. */
export function consoleLog(started: number = performance.now()): Log {
  return (line) => {
    process.stderr.write(`${elapsed(started).padStart(7)}  ${line}\n`);
  };
}

/** `3.4 s` below a minute, else `2 min 05 s`. */
export function elapsed(started: number, now: number = performance.now()): string {
  const seconds = (now - started) / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
}

/** Repeats `what` with the time so far while slow work runs, so that a long build never looks dead. */
export async function withTicker<T>(log: Log, what: string, everySeconds: number, work: Promise<T>): Promise<T> {
  const started = performance.now();
  const timer = setInterval(() => log(`${what}: ${elapsed(started)} so far`), everySeconds * 1000);
  try {
    return await work;
  } finally {
    clearInterval(timer);
  }
}
