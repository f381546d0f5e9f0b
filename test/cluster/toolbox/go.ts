/**
 * A Go toolchain that is new enough. A machine without Go gets Debian's (old, but able to download modules), and with
 * it the official toolchain, which is published as a module.
 */
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { CommandError, run } from '../host/command.ts';
import { ensurePackages } from '../host/packages.ts';
import type { Log } from '../host/progress.ts';
import { GO_VERSION } from './tools.ts';

/** The `go` command and the environment it runs in. */
export interface Go {
  readonly command: string;
  readonly env: NodeJS.ProcessEnv;
}

/** Finds or brings Go. Call it under the toolbox lock. */
export async function ensureGo(cache: string, log: Log): Promise<Go> {
  const env = environment(cache);
  if (isNewEnough(await versionOf('go', env))) return { command: 'go', env };
  const brought = join(cache, `go-${GO_VERSION}`);
  const command = join(brought, 'bin', 'go');
  if (!existsSync(command)) await bootstrap(brought, env, log);
  return { command, env: { ...env, GOROOT: brought } };
}

/** Modules and compiled packages are kept in our own cache, writable so that deleting the cache works with plain rm. */
function environment(cache: string): NodeJS.ProcessEnv {
  return {
    ...process.env,
    GOMODCACHE: join(goCaches(cache), 'mod'),
    GOCACHE: join(goCaches(cache), 'build'),
    GOFLAGS: '-modcacherw',
    GOTOOLCHAIN: 'local',
    GOWORK: 'off',
    CGO_ENABLED: '0',
  };
}

/** Where Go keeps modules and compiled packages. */
export function goCaches(cache: string): string {
  return join(cache, 'go');
}

async function bootstrap(target: string, env: NodeJS.ProcessEnv, log: Log): Promise<void> {
  await ensurePackages(
    [
      { command: 'go', package: 'golang-go' },
      { command: 'update-ca-certificates', package: 'ca-certificates' },
    ],
    log,
  );
  const platform = `linux-${process.arch === 'arm64' ? 'arm64' : 'amd64'}`;
  log(`downloading Go ${GO_VERSION}`);
  // Debian's Go knows no GOTOOLCHAIN and refuses flags that it does not know.
  const answer = await run(
    'go',
    ['mod', 'download', '-json', `golang.org/toolchain@v0.0.1-go${GO_VERSION}.${platform}`],
    {
      env: { ...env, GOFLAGS: '' },
      cwd: '/',
    },
  );
  const { Dir: source } = JSON.parse(answer) as { Dir: string };
  // Nobody else is here, under the lock: what stands there was left by a run that was killed.
  const temporary = `${target}.making`;
  await rm(temporary, { recursive: true, force: true });
  await mkdir(temporary, { recursive: true });
  await cp(source, temporary, { recursive: true });
  // A module zip holds neither execute permissions nor a file named go.mod below its root.
  await run('chmod', ['-R', 'u+w', temporary]);
  await makeExecutable(join(temporary, 'bin'));
  await makeExecutable(join(temporary, 'pkg', 'tool'));
  for (const file of await readdir(temporary, { recursive: true })) {
    if (file === '_go.mod' || file.endsWith('/_go.mod')) {
      await rename(join(temporary, file), join(temporary, file.replace(/_go\.mod$/, 'go.mod')));
    }
  }
  await rename(temporary, target);
}

async function makeExecutable(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) await chmod(join(entry.parentPath, entry.name), 0o755);
  }
}

async function versionOf(command: string, env: NodeJS.ProcessEnv): Promise<string> {
  try {
    return await run(command, ['env', 'GOVERSION'], { env, cwd: '/' });
  } catch (error) {
    if (error instanceof CommandError) return '';
    throw error;
  }
}

/** @param version as `go env GOVERSION` prints it: `go1.26.8`. */
export function isNewEnough(version: string, wanted: string = GO_VERSION): boolean {
  const match = /^go(\d+)\.(\d+)(?:\.(\d+))?\b/.exec(version.trim());
  if (match === null) return false;
  const have = match.slice(1).map((part) => Number(part || 0));
  for (const [index, want] of wanted.split('.').map(Number).entries()) {
    const difference = (have[index] ?? 0) - want;
    if (difference !== 0) return difference > 0;
  }
  return true;
}
