/**
 * Where things are kept outside the repository. Built and downloaded files go to the cache, running clusters to the
 * state folder; both can be moved by an environment variable.
 */
import { homedir } from 'node:os';
import { join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/** Everything built or downloaded. Safe to delete while nothing of ours runs: it is made again on demand. */
export function cacheDirectory(env: Environment = process.env): string {
  return env['MEMOAPP_CACHE'] ?? join(env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'memoapp');
}

/** One folder for each running cluster, gone when the cluster is. */
export function stateDirectory(env: Environment = process.env): string {
  return env['MEMOAPP_STATE'] ?? join(env['XDG_STATE_HOME'] ?? join(homedir(), '.local', 'state'), 'memoapp');
}
