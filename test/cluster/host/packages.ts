/** Debian packages that the cluster needs: installed when missing, and said so. */
import { withLock } from './lock.ts';
import type { Log } from './progress.ts';
import { isInstalled, run } from './command.ts';
import { join } from 'node:path';
import { tmpdir } from 'node:os';

/** A command and the Debian package that brings it. */
export interface Requirement {
  readonly command: string;
  readonly package: string;
}

/** What every rung needs: namespaces and addresses. */
export const NAMESPACE_PACKAGES: readonly Requirement[] = [
  { command: 'unshare', package: 'util-linux' },
  { command: 'setpriv', package: 'util-linux' },
  { command: 'mount', package: 'mount' },
  { command: 'ip', package: 'iproute2' },
];

/** What a node that runs pods needs on top. */
export const NODE_PACKAGES: readonly Requirement[] = [
  { command: 'runc', package: 'runc' },
  { command: 'nft', package: 'nftables' },
];

/**
 * Installs what is missing.
 * @throws Error that names the packages, where they cannot be installed.
 */
export async function ensurePackages(requirements: readonly Requirement[], log: Log): Promise<void> {
  if ((await missing(requirements)).length === 0) return;
  await withLock(join(tmpdir(), 'memoapp-packages.lock'), log, async () => {
    const packages = await missing(requirements);
    if (packages.length === 0) return;
    const list = packages.join(' ');
    if (process.getuid?.() !== 0) throw new Error(`missing: ${list}. Install them, or run as root: a cluster needs it`);
    if (!(await isInstalled('apt-get')))
      throw new Error(`missing: ${list}. There is no apt-get here: install them by hand`);
    log(`installing Debian packages: ${list}`);
    const env = { DEBIAN_FRONTEND: 'noninteractive' };
    const wait = ['-o', 'DPkg::Lock::Timeout=600'];
    await run('apt-get', [...wait, 'update', '-q'], { env });
    await run('apt-get', [...wait, 'install', '-y', '-q', '--no-install-recommends', ...packages], { env });
  });
}

async function missing(requirements: readonly Requirement[]): Promise<string[]> {
  const found = await Promise.all(requirements.map(async (each) => ({ each, there: await isInstalled(each.command) })));
  return [...new Set(found.filter(({ there }) => !there).map(({ each }) => each.package))];
}
