/** What a cluster could leave on the machine, so that a test can compare before and after. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';

import { listGroups } from '../host/cgroups.ts';
import { isInstalled, pathWithSystem, run } from '../host/command.ts';
import { contentOf } from '../host/content.ts';
import { identify } from '../host/identity.ts';
import { clusterDirectory, groupOf } from '../state.ts';

export interface MachineState {
  readonly mounts: readonly string[];
  readonly interfaces: readonly string[];
  readonly rules: readonly string[];
}

/** The machine's own mounts, interfaces and firewall rules, as seen from outside every cluster. */
export async function machineState(): Promise<MachineState> {
  const mounts = lines(readFileSync('/proc/self/mountinfo', 'utf8')).map((line) => line.split(' ')[4] ?? '');
  const interfaces = readdirSync('/sys/class/net');
  return { mounts: mounts.sort(), interfaces: interfaces.sort(), rules: await firewallRules() };
}

/** Everything that still belongs to a cluster: processes, cgroups, its folder. Empty when it is gone. */
export function traces(name: string): string[] {
  const directory = clusterDirectory(name);
  const found = processesWith(directory, groupOf(name)).map((pid) => `process ${pid}`);
  if (listGroups().includes(groupOf(name))) found.push(`cgroup ${groupOf(name)}`);
  if (existsSync(directory)) found.push(`folder ${directory}`);
  return found;
}

/** Processes that name the cluster's folder, or stand in its cgroup. A dead one that waits for init to note it counts no more. */
export function processesWith(directory: string, group: string): number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .filter((pid) => {
      const cgroup = contentOf(`/proc/${pid}/cgroup`);
      const command = contentOf(`/proc/${pid}/cmdline`);
      return cgroup.includes(group) || command.includes(directory);
    })
    .map(Number)
    .filter((pid) => identify(pid) !== undefined);
}

async function firewallRules(): Promise<string[]> {
  // Without nft there are no rules of ours: only rung 3 makes any, and it installs nft.
  if (!(await isInstalled('nft'))) return [];
  return lines(await run('nft', ['list', 'ruleset'], { env: { ...process.env, PATH: pathWithSystem() } }));
}

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}
