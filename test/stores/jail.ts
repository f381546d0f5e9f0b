// A store's process on this machine, in its image's root file system.
//
// A chain in which each dies with the one before: setpriv asks the kernel for SIGKILL when our process ends (kill -9
// included), unshare's child, a shell, is the first process of a PID namespace and gets SIGKILL when unshare ends, and with a
// namespace's first process go all its others and, with the last of them, its mounts. The shell stays the first process and
// stays root: a process that changes its user loses the request to die with its parent. The network is the machine's.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { boundToUs } from '../cluster/host/bound.ts';
import { gatherOutput } from '../cluster/host/output.ts';

/** What runs where. */
export interface JailSpec {
  /** Root file system on this machine; it is mounted read-only. */
  readonly root: string;
  /** Absolute program and arguments, as seen inside. */
  readonly command: readonly string[];
  /** User and group inside. */
  readonly uid: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Folders of this machine by the (existing) folder inside they appear at, writable. */
  readonly binds?: Readonly<Record<string, string>>;
  /**
   * Those of `binds` that come as disks of their own, of so many MiB: in memory, with what the folder of this machine holds, and
   * gone with the jail.
   */
  readonly disks?: Readonly<Record<string, number>>;
  /** Folders inside that become empty and writable; `/tmp` always does. */
  readonly scratch?: readonly string[];
}

/** A running process in its jail. */
export interface Jail {
  /** Process id of the program as the machine sees it. */
  readonly pid: number;
  /** The last lines it wrote to either stream. */
  logs(): string;
  /** Sends a signal; false when it has ended. */
  signal(signal: NodeJS.Signals): boolean;
  /** Resolves when every process of the jail is gone. */
  ended(): Promise<void>;
}

const LOG_LIMIT = 256 * 1024;

function quote(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/** The mounts, in a namespace of their own, then the program. The last line keeps the shell from making way for it. */
function script(spec: JailSpec): string {
  const root = quote(spec.root);
  const lines = [
    'set -e',
    `mount --rbind ${root} ${root}`,
    `mount -o remount,bind,ro ${root}`,
    `mount -t proc proc ${root}/proc`,
  ];
  lines.push(`mount -t tmpfs -o mode=1777 tmpfs ${root}/tmp`, `mount --bind /dev ${root}/dev`);
  for (const folder of spec.scratch ?? []) lines.push(`mount -t tmpfs -o mode=1777 tmpfs ${quote(spec.root + folder)}`);
  for (const [inside, outside] of Object.entries(spec.binds ?? {})) {
    const [from, to, mib] = [quote(outside), quote(spec.root + inside), spec.disks?.[inside]];
    if (mib === undefined) lines.push(`mount --bind ${from} ${to}`);
    // Without holes: what was set aside before the disk was full is there.
    else lines.push(`mount -t tmpfs -o size=${mib}m tmpfs ${to}`, `cp --archive --sparse=never ${from}/. ${to}`);
  }
  const user = `--userspec=${spec.uid}:${spec.uid}`;
  lines.push(`chroot ${user} --groups= ${root} ${spec.command.map(quote).join(' ')}`, 'exit $?');
  return lines.join('\n');
}

/** The processes that a process has started and that are still there. */
export function children(pid: number): number[] {
  const line = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return line === '' ? [] : line.split(' ').map(Number);
}

/** The shell's child that already has the program's user; undefined while the mounts are being made. */
function program(outer: number, uid: number): number | undefined {
  try {
    const found = children(outer).flatMap(children);
    return found.find((pid) => statSync(`/proc/${pid}`).uid === uid);
  } catch {
    return undefined; // a process of the chain ended while we looked: the next look, or its exit, tells more
  }
}

/** Starts a program in its jail; resolves once it has a process id, long before it is ready. Needs root. */
export async function startJail(spec: JailSpec): Promise<Jail> {
  if (process.getuid?.() !== 0) throw new Error('the stores run in namespaces of their own, which needs root');
  const unshare = ['unshare', '--mount', '--pid', '--fork', '--kill-child=SIGKILL', '--propagation', 'private'];
  const outer = spawn(...boundToUs([...unshare, 'sh', '-c', script(spec)]), {
    env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C.UTF-8', ...spec.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group of its own: Ctrl-C in a terminal reaches us alone, and we stop the stores in order.
    detached: true,
  });
  const logs = gatherOutput(outer, LOG_LIMIT);
  const pid = await innerPid(outer, spec.uid, logs);
  return {
    pid,
    logs,
    signal: (signal) => running(outer) && deliver(pid, signal),
    ended: async () => {
      if (running(outer)) await once(outer, 'exit');
    },
  };
}

function running(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}

function deliver(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false; // ESRCH: it ended between the check and the signal
  }
}

async function innerPid(outer: ChildProcess, uid: number, log: () => string): Promise<number> {
  const failed = once(outer, 'error').then(([error]: unknown[]) => Promise.reject(error as Error));
  failed.catch(() => undefined);
  const deadline = Date.now() + 10_000;
  while (Date.now() < deadline && running(outer)) {
    const pid = outer.pid === undefined ? undefined : program(outer.pid, uid);
    if (pid !== undefined) return pid;
    await Promise.race([failed, wait(5)]);
  }
  throw new Error(`the store's process did not start: ${log()}`);
}
