/**
 * A Docker engine of the test's own: its root file system, processes, network, mounts and control groups are namespaces of
 * one process tree that dies with us, however we end. A machine's own Docker is neither asked nor needed.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import {
  checkControllers,
  createGroup,
  entrances,
  hierarchies,
  listGroups,
  moveIntoLeaf,
  processesIn,
  removeGroup,
} from '../cluster/host/cgroups.ts';
import { boundToUs } from '../cluster/host/bound.ts';
import type { Hierarchy } from '../cluster/host/cgroups.ts';
import { run } from '../cluster/host/command.ts';
import type { CommandOptions } from '../cluster/host/command.ts';
import { identify } from '../cluster/host/identity.ts';
import { gatherOutput } from '../cluster/host/output.ts';
import { ensurePackages, NAMESPACE_PACKAGES } from '../cluster/host/packages.ts';
import { removeAtExit } from '../cluster/host/removal.ts';
import { temporaryFolder } from '../cluster/host/temporary.ts';
import { until } from '../until.ts';
import { cacheFolder } from '../images/making/cache.ts';
import { ensureRootfs } from '../images/rootfs.ts';
import { children } from '../stores/jail.ts';

/** Where {@link Engine.folder} and the archives of images are inside. */
export const SHARED = '/srv';
const ARCHIVES = '/archives';

/** Joins the control groups, then the namespaces; process 1 inside reaps what others orphan. */
const ENTER = `
for entrance in $ENTRANCES; do echo $$ >"$entrance"; done
exec unshare --net --mount --pid --uts --ipc --cgroup --fork --kill-child=SIGKILL --propagation private sh -euc "$START" sh "$@"
`;

/**
 * $1 is the root file system, $2 our folder, $3 the folder of the archives; then TYPE OPTIONS PATH for each hierarchy of
 * control groups, which a new mount shows from our own group on. It says when nothing of the machine can be reached any more,
 * and waits for a line: by then it has been moved into the right leaf.
 */
const START = `
rootfs=$1 folder=$2 archives=$3
shift 3
mount -t tmpfs tmpfs /mnt
mkdir /mnt/upper /mnt/work /mnt/root
mount -t overlay -o "lowerdir=$rootfs,upperdir=/mnt/upper,workdir=/mnt/work" overlay /mnt/root
cd /mnt/root
mkdir -p outside var/lib/docker .${SHARED} .${ARCHIVES}
mount --rbind /dev dev
mount -t proc proc proc
mount -t sysfs sysfs sys
mount -t tmpfs -o mode=755 tmpfs sys/fs/cgroup
while [ $# -gt 0 ]; do
  mkdir -p ".$3"
  mount -t "$1" -o "$2" "$1" ".$3"
  shift 3
done
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs -o mode=1777 tmpfs tmp
mount --bind "$folder/docker" var/lib/docker
mount --bind "$folder/shared" .${SHARED}
mount --bind "$archives" .${ARCHIVES}
ip link set lo up
pivot_root . outside
umount -l /outside
echo inside
read -r go
dockerd --host unix:///run/docker.sock --exec-opt native.cgroupdriver=cgroupfs </dev/null &
wait $!
`;

const ENVIRONMENT = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/root',
  DOCKER_HOST: 'unix:///run/docker.sock',
};

export interface Engine {
  /** A folder of the machine that is {@link SHARED} inside. */
  readonly folder: string;
  /** Processes of the engine and its containers. */
  processes(): number[];
  /** Runs a command beside the daemon. @throws CommandError */
  run(command: readonly string[], options?: Pick<CommandOptions, 'input'>): Promise<string>;
  /** Takes in images. @param archives paths, in the cache's folder of archives */
  load(archives: Iterable<string>): Promise<void>;
  /** Ends all of it at once, as the kernel does when we die. */
  kill(): Promise<void>;
  /** Ends all of it and removes what namespaces do not take with them. */
  remove(): Promise<void>;
}

/** Starts an engine without images. @throws Error with the end of the daemon's log */
export async function startEngine(): Promise<Engine> {
  if (process.getuid?.() !== 0) throw new Error('a Docker engine needs root: it makes namespaces, mounts and networks');
  await ensurePackages(NAMESPACE_PACKAGES);
  checkControllers();
  await sweep();
  const rootfs = await ensureRootfs('docker');
  const folder = temporaryFolder('docker');
  removeAtExit(folder);
  for (const name of ['docker', 'shared']) mkdirSync(join(folder, name));
  const group = `docker-${process.pid}.test`;
  createGroup(group);
  const child = spawnEngine(rootfs, folder, group);
  const log = gatherOutput(child, 4000);
  const pid = await firstInside(child, log);
  moveIntoLeaf(group);
  child.stdin?.write('go\n');
  const engine: Engine = {
    folder: join(folder, 'shared'),
    processes: () => processesIn(group),
    run: (command, options) => {
      const namespaces = ['--mount', '--net', '--pid', '--uts', '--ipc', '--cgroup', '--root', '--wd'];
      return run('nsenter', ['--target', String(pid), ...namespaces, ...command], { ...options, env: ENVIRONMENT });
    },
    async load(archives) {
      const cached = cacheFolder('images', 'archives');
      const paths = [...archives].map((archive) => archive.replace(cached, ARCHIVES));
      await Promise.all(paths.map((path) => engine.run(['docker', 'load', '--quiet', '--input', path])));
    },
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
    async remove() {
      await engine.kill();
      await removeGroup(group);
      rmSync(folder, { recursive: true });
    },
  };
  const patience = { seconds: 60, hint: 'the end of its log is below' };
  await until('the Docker engine answers', () => engine.run(['docker', 'info']), patience).catch(
    async (cause: unknown) => {
      await engine.remove();
      throw new Error(log(), { cause });
    },
  );
  return engine;
}

function spawnEngine(rootfs: string, folder: string, group: string): ChildProcess {
  const archives = cacheFolder('images', 'archives');
  mkdirSync(archives, { recursive: true });
  const controls = hierarchies().flatMap(mountWords);
  return spawn(...boundToUs(['sh', '-euc', ENTER, 'sh', rootfs, folder, archives, ...controls]), {
    env: { PATH: ENVIRONMENT.PATH, ENTRANCES: entrances(group).join(' '), START },
    stdio: 'pipe',
  });
}

function mountWords({ mountPoint, options, version }: Hierarchy): string[] {
  return version === 1 ? ['cgroup', options, mountPoint] : ['cgroup2', 'rw', mountPoint];
}

/** Process 1 of the namespaces, once it sees nothing but its own root: before that, commands would speak to the machine's. */
async function firstInside(child: ChildProcess, log: () => string): Promise<number> {
  const ended = once(child, 'exit').then(() => Promise.reject(new Error(log())));
  if (child.stdout !== null) await Promise.race([once(child.stdout, 'data'), ended]);
  const [pid] = children(child.pid ?? 0);
  if (pid === undefined) throw new Error(log());
  return pid;
}

/** The groups of engines whose owners were killed; empty, for the namespaces have taken the processes. */
async function sweep(): Promise<void> {
  for (const group of listGroups()) {
    const owner = /^docker-(\d+)\.test$/.exec(group)?.[1];
    if (owner !== undefined && identify(Number(owner)) === undefined) await removeGroup(group);
  }
}
