import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, open, readFile, readdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { run } from './command.ts';

const LOCK_POLL_MS = 200;

/** The folder of everything built or downloaded, outside the repository. */
export function cacheFolder(...parts: string[]): string {
  const env = process.env;
  const base = env['MEMOAPP_CACHE'] ?? join(env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'memoapp');
  return join(base, ...parts);
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
  await mkdir(dirname(target), { recursive: true });
  await withLock(`${target}.lock`, async () => {
    if (existsSync(target)) return;
    await sweep(target);
    const temporary = `${target}.${owner()}.${randomBytes(4).toString('hex')}.making`;
    try {
      await make(temporary);
      await rename(temporary, target);
    } catch (error) {
      await removeTree(temporary);
      // A lock broken by two waiters at once lets both work: the later one finds the earlier one's result.
      if (!existsSync(target)) throw error;
    }
  });
  return target;
}

/** Works while no other process holds the lock file, whose folder is there. */
export async function withLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const release = await lock(path);
  try {
    return await work();
  } finally {
    await release();
  }
}

/** Removes a folder or file that may be a root file system: never across a mount. */
export async function removeTree(path: string): Promise<void> {
  await run('rm', ['-rf', '--one-file-system', path]);
}

/** Takes the lock file, waiting for a living owner and breaking the lock of a dead one. Returns its release. */
async function lock(path: string): Promise<() => Promise<void>> {
  for (;;) {
    try {
      const file = await open(path, 'wx');
      await file.writeFile(owner());
      await file.close();
      return () => rm(path, { force: true });
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    const holder = await readFile(path, 'utf8').catch(() => '');
    // An empty lock is one whose owner has not written its name yet; give it one poll.
    await delay(LOCK_POLL_MS);
    const again = await readFile(path, 'utf8').catch(() => undefined);
    if (again === holder && !alive(holder)) await rm(path, { force: true });
  }
}

/** Removes what earlier makers of `target` left when they died. */
async function sweep(target: string): Promise<void> {
  for (const name of await readdir(dirname(target))) {
    if (!name.startsWith(`${basename(target)}.`) || !name.endsWith('.making')) continue;
    const maker = name.slice(basename(target).length + 1).split('.')[0] ?? '';
    if (!alive(maker)) await removeTree(join(dirname(target), name));
  }
}

function owner(): string {
  return String(process.pid);
}

function alive(pid: string): boolean {
  return pid !== '' && existsSync(`/proc/${pid}`);
}
