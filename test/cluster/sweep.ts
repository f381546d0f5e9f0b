/**
 * Clears what a cluster leaves when everything of it was killed at once. Namespaces take processes, mounts, interfaces
 * and firewall rules with them; what can stay is the cgroup and the folder.
 */
import { rm } from 'node:fs/promises';

import { listGroups, removeGroup } from './host/cgroups.ts';
import { clusterDirectory, clusterOfGroup, groupOf, isAlive, listNames, readRecord } from './state.ts';

export interface Leftovers {
  readonly groups: readonly string[];
  readonly names: readonly string[];
}

/**
 * Decides what may go: never anything of a cluster that lives, never a cgroup of another state folder.
 * @param alive says whether the cluster of that name still has its keeper.
 */
export function leftovers(
  names: readonly string[],
  groups: readonly string[],
  alive: (name: string) => boolean,
): Leftovers {
  return {
    groups: groups.filter((group) => {
      const name = clusterOfGroup(group);
      return name !== undefined && !alive(name);
    }),
    names: names.filter((name) => !alive(name)),
  };
}

/**
 * Call it under the state lock.
 * @param keep says whose folder stays although the cluster is dead: one that failed keeps its logs until it is told to go.
 * @returns the names of the clusters of which something was left.
 */
export async function sweep(keep: (name: string) => boolean = () => false): Promise<string[]> {
  const names = listNames().filter((name) => !keep(name));
  const found = leftovers(names, listGroups(), (name) => isAlive(readRecord(name)));
  for (const group of found.groups) await removeGroup(group);
  for (const name of found.names) await removeDirectory(name);
  return [...new Set([...found.names, ...found.groups.map((group) => clusterOfGroup(group) ?? group)])];
}

/** Removes all that a cluster whose processes are gone, or about to be, has left. */
export async function remove(name: string): Promise<void> {
  await removeGroup(groupOf(name));
  await removeDirectory(name);
}

async function removeDirectory(name: string): Promise<void> {
  await rm(clusterDirectory(name), { recursive: true, force: true, maxRetries: 5 });
}
