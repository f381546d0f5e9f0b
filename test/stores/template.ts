// Empty data folders, made once by the store's own tool and copied for every start: formatting costs seconds, a copy does not.
import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

function cacheFolder(): string {
  const base = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  return join(process.env['MEMOAPP_CACHE'] ?? join(base, 'memoapp'), 'stores');
}

/**
 * The cached folder of this name for this root file system, made by `make` at first use. Two processes may make it at once:
 * each fills a folder of its own, and the first to rename it wins.
 */
export async function ensureTemplate(
  name: string,
  root: string,
  make: (folder: string) => Promise<void>,
): Promise<string> {
  const key = createHash('sha256').update(root).digest('hex').slice(0, 12);
  const wanted = join(cacheFolder(), `${name}-${key}`);
  if (existsSync(wanted)) return wanted;
  const making = `${wanted}.${randomBytes(6).toString('hex')}.tmp`;
  await mkdir(making, { recursive: true });
  try {
    await make(making);
    await rename(making, wanted);
  } catch (error) {
    await rm(making, { recursive: true, force: true });
    if (!existsSync(wanted)) throw error;
  }
  return wanted;
}

/** Copies a template with owners, modes and holes, sharing blocks where the file system can. */
export async function copyTemplate(template: string, to: string): Promise<void> {
  await run('cp', ['--archive', '--reflink=auto', '--sparse=always', template, to]);
}
