import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, rename } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { withLock } from '../../cluster/host/lock.ts';
import { cacheDirectory } from '../../cluster/host/paths.ts';
import { run } from '../../cluster/host/command.ts';

/** The end of the name of what is not whole yet. */
const MAKING = '.making';
/** The maker's own lines tell that there is work; waiting for it needs none. */
const silent = (): void => undefined;

/** The folder of everything built or downloaded, outside the repository. */
export function cacheFolder(...parts: string[]): string {
  return join(cacheDirectory(), ...parts);
}

/** A short hash of what something is made from, for its name in the cache. */
export function hash(...contents: readonly (string | Uint8Array)[]): string {
  const sum = createHash('sha256');
  for (const content of contents) {
    sum.update(`${String(content.length)}:`);
    sum.update(content);
  }
  return sum.digest('hex').slice(0, 16);
}

/**
 * Makes `target` once, whoever asks: under a temporary name, renamed when it is whole, so that a half-made one is never
 * seen. Of several processes that want it, one works and the others wait.
 */
export async function once(target: string, make: (temporary: string) => Promise<void>): Promise<string> {
  if (existsSync(target)) return target;
  await withLock(`${target}.lock`, silent, async () => {
    if (existsSync(target)) return;
    await sweep(target);
    const temporary = `${target}.${randomBytes(4).toString('hex')}${MAKING}`;
    try {
      await make(temporary);
      await rename(temporary, target);
    } catch (error) {
      await removeTree(temporary);
      throw error;
    }
  });
  return target;
}

/** Removes a folder or file that may be a root file system: never across a mount. */
export async function removeTree(path: string): Promise<void> {
  await run('rm', ['-rf', '--one-file-system', path]);
}

/** Removes what earlier makers of `target` left when they died: whoever holds the lock is the only one at work. */
async function sweep(target: string): Promise<void> {
  for (const name of await readdir(dirname(target))) {
    if (name.startsWith(`${basename(target)}.`) && name.endsWith(MAKING)) {
      await removeTree(join(dirname(target), name));
    }
  }
}
