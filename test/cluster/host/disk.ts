/** Free disk, checked before hours of work are put on it. */
import { mkdir, statfs } from 'node:fs/promises';

const GIB = 1024 ** 3;

/** @throws Error that says how much is free, how much is needed and what to do. */
export async function needFreeDisk(directory: string, gibibytes: number, what: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  const { bavail, bsize } = await statfs(directory);
  const free = (bavail * bsize) / GIB;
  if (free >= gibibytes) return;
  throw new Error(
    `${what} needs about ${gibibytes} GiB below ${directory}, but only ${free.toFixed(1)} GiB are free: ` +
      `free some, or set MEMOAPP_CACHE and MEMOAPP_STATE to folders on a larger disk`,
  );
}
