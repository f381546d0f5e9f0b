/**
 * Control groups, versions 1 and 2. Each cluster gets a group of its own in every hierarchy, so that all of its
 * processes can be found and ended, whatever became of their parents, and nobody else's.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { until } from '../../until.ts';

/** One mounted tree of control groups. */
export interface Hierarchy {
  readonly mountPoint: string;
  readonly version: 1 | 2;
  /** Mount options that select the tree, such as `cpu,cpuacct` or `none,name=systemd`; empty for version 2. */
  readonly options: string;
}

/** The group above all of ours. */
const PARENT = 'memoapp';
const NEEDED = ['cpu', 'cpuset', 'memory', 'pids'];

/** @param mountinfo in the format of /proc/self/mountinfo. */
export function hierarchies(mountinfo: string = readFileSync('/proc/self/mountinfo', 'utf8')): Hierarchy[] {
  const found: Hierarchy[] = [];
  for (const line of mountinfo.split('\n')) {
    const [before = '', after = ''] = line.split(' - ');
    const mountPoint = before.split(' ')[4];
    const [type, , superOptions = ''] = after.split(' ');
    if (mountPoint === undefined || (type !== 'cgroup' && type !== 'cgroup2')) continue;
    if (found.some((each) => each.mountPoint === mountPoint)) continue;
    const version = type === 'cgroup' ? 1 : 2;
    found.push({ mountPoint, version, options: version === 1 ? treeOptions(superOptions) : '' });
  }
  return found;
}

function treeOptions(superOptions: string): string {
  const options = superOptions
    .split(',')
    .filter((each) => each !== 'rw' && each !== 'ro' && !each.includes('release_agent'));
  const named = options.some((each) => each.startsWith('name='));
  return (named ? ['none', ...options] : options).join(',');
}

/** @throws Error that names the controllers which the machine does not offer. */
export function checkControllers(found: readonly Hierarchy[] = hierarchies()): void {
  const offered = found.flatMap((each) =>
    each.version === 1
      ? each.options.split(',')
      : readFileSync(join(each.mountPoint, 'cgroup.controllers'), 'utf8').trim().split(' '),
  );
  const missing = NEEDED.filter((each) => !offered.includes(each));
  if (missing.length === 0) return;
  throw new Error(
    `this machine offers no cgroup controller ${missing.join(', ')} (looked at ${found.map((each) => each.mountPoint).join(', ') || 'no mounted cgroup file system'}): ` +
      `pods cannot run; mount cgroups or start the machine with systemd`,
  );
}

/** Makes the group in every hierarchy, ready to take processes. */
export function createGroup(group: string): void {
  for (const { mountPoint, version } of hierarchies()) {
    const parent = join(mountPoint, PARENT);
    const own = join(parent, group);
    mkdirSync(parent, { recursive: true });
    if (version === 2) delegate(mountPoint);
    else inheritCpuset(mountPoint, parent);
    mkdirSync(own, { recursive: true });
    if (version === 2) delegate(parent);
    else inheritCpuset(parent, own);
  }
}

/** Files that take a process into the group by writing its pid. */
export function entrances(group: string): string[] {
  return hierarchies().map(({ mountPoint }) => join(mountPoint, PARENT, group, 'cgroup.procs'));
}

/**
 * In version 2 only leaves hold processes once controllers are handed down: the cluster's own processes go into one,
 * so that the kubelet's groups can stand beside it.
 */
export function moveIntoLeaf(group: string): void {
  for (const { mountPoint, version } of hierarchies()) {
    if (version === 1) continue;
    const own = join(mountPoint, PARENT, group);
    const leaf = join(own, 'system');
    mkdirSync(leaf, { recursive: true });
    for (const pid of readLines(join(own, 'cgroup.procs'))) writeFileSync(join(leaf, 'cgroup.procs'), pid);
    delegate(own);
  }
}

/** Names of all groups of ours on this machine, whoever started them. */
export function listGroups(): string[] {
  return [...new Set(hierarchies().flatMap(({ mountPoint }) => subFolders(join(mountPoint, PARENT))))];
}

/** Every process in the group or below it. */
export function processesIn(group: string): number[] {
  const folders = hierarchies().flatMap(({ mountPoint }) => tree(join(mountPoint, PARENT, group)));
  return [...new Set(folders.flatMap((folder) => readLines(join(folder, 'cgroup.procs'))))].map(Number);
}

/** Ends every process of the group but one. */
export function killGroup(group: string, exceptPid: number | undefined): void {
  for (const pid of processesIn(group)) if (pid !== exceptPid) kill(pid);
}

/** Ends every process of the group and removes it, and the common parent when it was the last. */
export async function removeGroup(group: string): Promise<void> {
  const patience = { seconds: 20, hint: `see ${entrances(group).join(' ')}`, everyMilliseconds: 20 };
  await until(
    `end of the processes in the cgroup ${PARENT}/${group}`,
    () => {
      killGroup(group, undefined);
      return processesIn(group).length === 0;
    },
    patience,
  );
  await until(
    `removal of the cgroup ${PARENT}/${group}`,
    () => {
      for (const { mountPoint } of hierarchies())
        tree(join(mountPoint, PARENT, group)).forEach((folder) => rmdirSync(folder));
      return true;
    },
    patience,
  );
  if (listGroups().length > 0) return;
  for (const { mountPoint } of hierarchies()) {
    try {
      rmdirSync(join(mountPoint, PARENT));
    } catch {
      // Already gone, or another cluster has just begun below it.
    }
  }
}

/** A new cpuset group takes no process before it has processors and memory nodes. */
function inheritCpuset(parent: string, child: string): void {
  for (const file of ['cpuset.cpus', 'cpuset.mems']) {
    const inherited = readLines(join(parent, file))[0];
    const own = readLines(join(child, file))[0];
    if (inherited !== undefined && own === undefined) writeFileSync(join(child, file), inherited);
  }
}

function delegate(folder: string): void {
  const offered = (readLines(join(folder, 'cgroup.controllers'))[0] ?? '').split(' ').filter((each) => each !== '');
  for (const controller of offered) {
    try {
      writeFileSync(join(folder, 'cgroup.subtree_control'), `+${controller}`);
    } catch (cause) {
      if (NEEDED.includes(controller))
        throw new Error(`the cgroup controller ${controller} cannot be handed down at ${folder}`, { cause });
    }
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself in between.
  }
}

/** The group's folder and all below it, deepest first; empty when it is gone. */
function tree(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return [...subFolders(folder).flatMap((name) => tree(join(folder, name))), folder];
}

function subFolders(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  } catch {
    // A group that is gone has nothing below it.
    return [];
  }
}

function readLines(path: string): string[] {
  try {
    return readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
  } catch {
    return [];
  }
}
