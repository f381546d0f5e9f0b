/** The commit before this tree, as files of their own: what an upgrade of the operator starts from. */
import { existsSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { CommandError, run, succeeds } from '../../cluster/host/command.ts';
import { ensurePackages } from '../../cluster/host/packages.ts';
import { removeAtExit } from '../../cluster/host/removal.ts';
import { temporaryFolder } from '../../cluster/host/temporary.ts';

const root = join(import.meta.dirname, '../../..');

/** What an upgrade consists of. A file beside these, edited or left behind, does not make the last commit the one before. */
const upgraded = ['operator', 'crds', 'config', 'docs/upgrades.md', 'package-lock.json'];

export interface PreviousTree {
  /** Path of its root. */
  readonly root: string;
  /** As `c13a1aa (Wait for both Secrets)`. */
  readonly commit: string;
  /** Its files go, at the latest when this process exits. */
  remove(): void;
}

/**
 * The last commit where the working tree is ahead of it, else the commit before.
 * @throws Error that says what to do where git knows of none
 */
export async function previousTree(): Promise<PreviousTree> {
  await ensurePackages([{ command: 'git', package: 'git' }]);
  const revision = await previousRevision();
  const commit = await git('log', '-1', '--format=%h (%s)', revision);
  const folder = temporaryFolder('previous-commit');
  removeAtExit(folder);
  const archive = join(folder, 'tree.tar');
  await git('archive', `--output=${archive}`, revision);
  await run('tar', ['-xf', archive, '-C', folder]);
  await bringDependencies(folder);
  return { root: folder, commit, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

async function previousRevision(): Promise<string> {
  let changes: string;
  try {
    changes = await git('status', '--porcelain', '--', ...upgraded);
  } catch (cause) {
    const said = cause instanceof CommandError ? cause.output.trim() : String(cause);
    throw new Error(`${missing}: run the tests in a clone of the repository; git says ${said}`, { cause });
  }
  const revision = changes === '' ? 'HEAD~1' : 'HEAD';
  if (await succeeds('git', [...here, 'rev-parse', '--verify', '--quiet', `${revision}^{commit}`])) return revision;
  const isShallow = (await git('rev-parse', '--is-shallow-repository')) === 'true';
  throw new Error(
    `${missing}: ${isShallow ? 'this clone is shallow; git fetch --unshallow' : `there is no ${revision}`}`,
  );
}

const missing = 'an upgrade starts from the commit before, and it is not here';

/** Whoever runs a tree's tests trusts the tree, whoever owns it; a question leaves the index as it is. */
const here = ['-C', root, '-c', `safe.directory=${root}`, '--no-optional-locks'];

async function git(...args: readonly string[]): Promise<string> {
  return await run('git', [...here, ...args]);
}

/** Those of this tree, unless its lock file is another: then its own, a minute in the one commit that changes dependencies. */
async function bringDependencies(folder: string): Promise<void> {
  const [own, ours] = [folder, root].map((each) => readFileSync(join(each, 'package-lock.json'), 'utf8'));
  if (own !== ours) {
    await run('npm', ['ci', '--prefer-offline', '--loglevel=error'], { cwd: folder });
    return;
  }
  for (const path of ['node_modules', 'operator/node_modules']) {
    if (existsSync(join(root, path))) symlinkSync(join(root, path), join(folder, path));
  }
}
