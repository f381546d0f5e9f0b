/** Debian packages that the cluster and the images need: installed when missing, and said so. */
import { withLock } from './lock.ts';
import type { Log } from './progress.ts';
import { CommandError, isInstalled, run } from './command.ts';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';

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

/** Seconds to wait for other runs of apt, such as a fresh machine's own updates. */
const LOCK_SECONDS = 600;

/**
 * Installs what is missing.
 * @throws Error that names the packages, where they cannot be installed.
 */
export async function ensurePackages(requirements: readonly Requirement[], log: Log = () => undefined): Promise<void> {
  if ((await missing(requirements)).length === 0) return;
  await withLock(join(tmpdir(), 'memoapp-packages.lock'), log, async () => {
    const packages = await missing(requirements);
    if (packages.length === 0) return;
    const list = packages.join(' ');
    if (process.getuid?.() !== 0) throw new Error(`missing: ${list}. Install them, or run as root: a cluster needs it`);
    if (!(await isInstalled('apt-get')))
      throw new Error(`missing: ${list}. There is no apt-get here: install them by hand`);
    log(`installing Debian packages: ${list}`);
    await updateLists(log);
    const options = ['-y', '-q', '--no-install-recommends', '-o', `DPkg::Lock::Timeout=${LOCK_SECONDS}`];
    // It goes on when we are killed: half an installation is in everybody's way.
    await run('setsid', ['--fork', '--wait', 'apt-get', ...options, 'install', ...packages], {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  });
}

/** apt waits for dpkg's lock when told to, but never for that of its lists, which a machine's own updates take for minutes. */
async function updateLists(log: Log): Promise<void> {
  const deadline = performance.now() + LOCK_SECONDS * 1000;
  for (;;) {
    try {
      await run('apt-get', ['update', '-q']);
      return;
    } catch (error) {
      const locked = error instanceof CommandError && error.message.includes('/lists/lock');
      if (!locked || performance.now() > deadline) throw error;
      log('another apt holds the package lists: waiting for it');
      await pause(2000);
    }
  }
}

async function missing(requirements: readonly Requirement[]): Promise<string[]> {
  const found = await Promise.all(requirements.map(async (each) => ({ each, there: await isInstalled(each.command) })));
  return [...new Set(found.filter(({ there }) => !there).map(({ each }) => each.package))];
}
