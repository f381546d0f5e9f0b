/** Services whose clocks are wrong, as those of two nodes may be. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

export const MINUTE = 60_000;
export const DAY = 1440 * MINUTE;

const preload = pathToFileURL(join(import.meta.dirname, 'wrong-clock.ts')).href;

/** The environment of a service whose time of day is so many milliseconds ahead, or behind where that is negative. */
export function clockAhead(ms: number): Record<string, string> {
  return { NODE_OPTIONS: `--import=${preload}`, WRONG_CLOCK_MS: String(ms) };
}

/** Sets the clock of a service that was started with {@link clockAhead} back by ten minutes, at some moment soon. */
export function setClockBack({ pid }: { readonly pid: number }): void {
  process.kill(pid, 'SIGUSR2');
}
