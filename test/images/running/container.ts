// An image's process as a container runtime would start it, without a runtime: namespaces alone, nothing on the disk.
//
// A chain in which each dies with the one before, as in test/stores/jail.ts: a shell that stays root is the first process of
// an outer PID namespace, and the image's command the first of an inner one. So the command is process 1, as in a container,
// and still ends with us, whatever way we end; with it go the mounts and the network.
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { constants } from 'node:os';
import { boundToUs } from '../../cluster/host/bound.ts';
import { gatherOutput } from '../../cluster/host/output.ts';
import { until } from '../../until.ts';
import { children } from '../../stores/jail.ts';
import type { Image } from './image.ts';

export interface ContainerOptions {
  /** In place of the image's entrypoint, as a pod's `command`. */
  readonly command?: readonly string[];
  /** In place of the image's command, as a pod's `args`. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The user id, which is the group id as well. */
  readonly user: number;
  /** Paths that are empty and writable, as an emptyDir is. The rest of the root is read-only, unless `writable`. */
  readonly scratch?: readonly string[];
  readonly writable?: boolean;
  /** Files with their text, read-only but runnable where they begin with `#!`. */
  readonly files?: Readonly<Record<string, string>>;
  /** Folders of the machine by their path inside, writable. */
  readonly folders?: Readonly<Record<string, string>>;
  /** Names that stand for the loopback address, as `localhost` does. */
  readonly names?: readonly string[];
  /** Shares this container's network instead of having its own. */
  readonly beside?: Container;
}

export interface Result {
  /** The exit code; 128 and more for the signal that ended it. */
  readonly status: number;
  /** What it wrote to both streams. */
  readonly output: string;
}

/** A process with a read-only root, one user without privileges, and a network that is its own loopback. */
export interface Container extends AsyncDisposable {
  /** Process 1, as the machine counts. */
  readonly pid: number;
  readonly ended: boolean;
  logs(): string;
  /** Runs a command beside process 1, with its user and environment, as `kubectl exec` and exec probes do. */
  exec(command: readonly string[], input?: string): Promise<Result>;
  /** SIGTERM, then the exit code: 128 and more for a signal. */
  stop(): Promise<Result>;
}

/**
 * $1 is the image's root, $2 whether it may be written, $3 the names in its hosts file. Then KIND PATH TEXT for each mount
 * up to `--`, then NAME=VALUE variables and the command that enters the root. The inner mount of /proc is the inner
 * namespace's.
 */
const START = `
image=$1 writable=$2 names=$3
shift 3
mount -t tmpfs tmpfs /mnt
mkdir /mnt/upper /mnt/work /mnt/root
mount -t overlay -o "lowerdir=$image,upperdir=/mnt/upper,workdir=/mnt/work" overlay /mnt/root
mkdir -p /mnt/root/proc /mnt/root/dev
mount --rbind /dev /mnt/root/dev
ip link set lo up
while [ "$1" != -- ]; do
  path=/mnt/root$2
  case $1 in
    scratch) mkdir -p "$path"; mount -t tmpfs -o mode=1777 tmpfs "$path" ;;
    folder) mkdir -p "$path"; mount --bind "$3" "$path" ;;
    file)
      mkdir -p "$(dirname "$path")"
      printf %s "$3" >"$path"
      case $3 in '#!'*) chmod 755 "$path" ;; esac
      ;;
  esac
  shift 3
done
shift
# Every runtime writes this file: Java asks for the address of its own host name.
mkdir -p /mnt/root/etc
echo "127.0.0.1 localhost container $names" >/mnt/root/etc/hosts
[ "$writable" = yes ] || mount -o remount,ro /mnt/root
unshare --pid --uts --fork sh -euc '
  mount -t proc proc /mnt/root/proc
  echo container >/proc/sys/kernel/hostname
  exec setpriv --no-new-privs env -i "$@"
' sh "$@" && status=0 || status=$?
exit "$status"
`;

/** Starts a container; it lives as long as this process at the most. */
export async function start(image: Image, options: ContainerOptions): Promise<Container> {
  const { child, env } = spawnContainer(image, options);
  const text = gatherOutput(child);
  const ended = exit(child);
  const over = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const pid = await until(
    'the container runs',
    () => {
      if (over()) throw new Error(text());
      return firstProcess(child.pid ?? 0);
    },
    { seconds: 10, hint: 'look at its output' },
  ).catch(async (error: unknown) => {
    child.kill('SIGKILL');
    await ended;
    throw error;
  });
  const kill = (signal: NodeJS.Signals): void => {
    if (!over()) process.kill(pid, signal);
  };
  return {
    pid,
    get ended() {
      return over();
    },
    logs: text,
    async stop() {
      kill('SIGTERM');
      return { status: await ended, output: text() };
    },
    async exec(command, input = '') {
      const enter = ['--target', String(pid), '--mount', '--pid', '--net', '--uts', '--root', '--wd'];
      const ids = ['--setgid', String(options.user), '--setuid', String(options.user)];
      const beside = spawn('/usr/bin/nsenter', [...enter, ...ids, ...command], { env });
      beside.stdin.on('error', () => undefined);
      beside.stdin.end(input);
      const output = gatherOutput(beside);
      return { status: await exit(beside), output: output() };
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** Runs a container to its end. */
export async function runToEnd(image: Image, options: ContainerOptions): Promise<Result> {
  const { child } = spawnContainer(image, options);
  const text = gatherOutput(child);
  return { status: await exit(child), output: text() };
}

interface Spawned {
  readonly child: ChildProcess;
  readonly env: Readonly<Record<string, string>>;
}

function spawnContainer(image: Image, options: ContainerOptions): Spawned {
  const { config } = image;
  const set = (config.Env ?? []).map((entry): [string, string] => {
    const at = entry.indexOf('=');
    return [entry.slice(0, at), entry.slice(at + 1)];
  });
  const env = { ...Object.fromEntries(set), ...options.env };
  const mounts = [
    ...(options.scratch ?? []).flatMap((path) => ['scratch', path, '']),
    ...Object.entries(options.folders ?? {}).flatMap(([path, folder]) => ['folder', path, folder]),
    ...Object.entries(options.files ?? {}).flatMap(([path, content]) => ['file', path, content]),
  ];
  const entrypoint = options.command ?? config.Entrypoint ?? [];
  const command = [...entrypoint, ...(options.args ?? (options.command ? [] : (config.Cmd ?? [])))];
  const user = String(options.user);
  const place = config.WorkingDir === undefined || config.WorkingDir === '' ? '/' : config.WorkingDir;
  const enter = ['/usr/bin/unshare', '--root=/mnt/root', `--wd=${place}`, '--setgid', user, '--setuid', user, '--'];
  const network = options.beside ? ['nsenter', '--target', String(options.beside.pid), '--net'] : [];
  const fresh = ['--mount', '--pid', '--fork', '--kill-child=SIGKILL', '--propagation', 'private'];
  if (!options.beside) fresh.push('--net');
  const settings = [image.root, options.writable === true ? 'yes' : 'no', (options.names ?? []).join(' ')];
  const shell = ['sh', '-euc', START, 'sh', ...settings];
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const inside = ['unshare', ...fresh, ...shell, ...mounts, '--', ...variables, ...enter, ...command];
  const child = spawn(...boundToUs([...network, ...inside]), {
    env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return { child, env };
}

function exit(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}

/** The first process of the inner namespace, once it has become the image's command; undefined before. */
function firstProcess(outer: number): number | undefined {
  // setpriv has become unshare; below it are the shell, the inner unshare and then process 1.
  const [pid] = children(outer).flatMap(children).flatMap(children);
  if (pid === undefined) return undefined;
  return readlinkSync(`/proc/${pid}/root`) === '/' ? undefined : pid;
}
