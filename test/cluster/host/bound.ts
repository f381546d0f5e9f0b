/** Processes that end with this one. */

/**
 * What to spawn for a command that the kernel kills when this process ends, whatever way, so that nothing it mounted or started
 * outlives us. It has the process id of what is spawned. What it starts in turn is not killed.
 */
export function boundToUs(words: readonly string[]): [command: string, args: string[]] {
  return ['setpriv', ['--pdeathsig', 'KILL', ...words]];
}
