/** What is known on disk of each cluster: one folder each, with a record of who keeps it. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { ProcessIdentity } from './host/identity.ts';
import { isRunning } from './host/identity.ts';
import { stateDirectory } from './host/paths.ts';

/** How much of Kubernetes runs: 1 = API server; 2 = and controllers with simulated nodes; 3 = and a node with pods. */
export type Rung = 1 | 2 | 3;

export interface ClusterRecord {
  readonly name: string;
  readonly rung: Rung;
  readonly phase: 'starting' | 'ready' | 'failed';
  /** The process outside the namespaces whose end is the cluster's end. */
  readonly keeper: ProcessIdentity;
  readonly started: string;
  readonly apiPort?: number;
  readonly ingressPort?: number;
  readonly failure?: string;
}

/** A path of a socket is cut at 108 bytes by the kernel; this leaves room for the file's name. */
const LONGEST_FOLDER = 85;

export function clustersDirectory(): string {
  return join(stateDirectory(), 'clusters');
}

/** @throws Error for a name that is not a short DNS label, or a folder that is too deep for sockets. */
export function clusterDirectory(name: string): string {
  if (!/^[a-z]([a-z0-9-]{0,28}[a-z0-9])?$/.test(name)) {
    throw new Error(`a cluster cannot be called "${name}": use 1 to 30 of a-z, 0-9 and -, starting with a letter`);
  }
  const directory = join(clustersDirectory(), name);
  if (Buffer.byteLength(directory) > LONGEST_FOLDER) {
    throw new Error(`${directory} is too long a path for sockets: set MEMOAPP_STATE to a shorter folder`);
  }
  return directory;
}

/** The cluster's cgroup: unique also among users with other state folders. */
export function groupOf(name: string): string {
  return `${name}.${ownSuffix()}`;
}

/** The cluster that a cgroup belonged to; undefined for groups that were made with another state folder. */
export function clusterOfGroup(group: string): string | undefined {
  const [name, suffix] = group.split('.');
  return suffix === ownSuffix() ? name : undefined;
}

function ownSuffix(): string {
  return createHash('sha256').update(clustersDirectory()).digest('hex').slice(0, 8);
}

export function writeRecord(record: ClusterRecord): void {
  const directory = clusterDirectory(record.name);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const temporary = join(directory, `.cluster.json.${process.pid}`);
  writeFileSync(temporary, JSON.stringify(record, null, 2));
  renameSync(temporary, join(directory, 'cluster.json'));
}

/** @returns undefined when there is no such cluster, or nothing readable is left of it. */
export function readRecord(name: string): ClusterRecord | undefined {
  const path = join(clusterDirectory(name), 'cluster.json');
  if (!existsSync(path)) return undefined;
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as ClusterRecord;
  } catch {
    // Written by rename, so it is whole or was never ours: a cluster without a record is swept.
    return undefined;
  }
}

/** Names of all folders, with or without a living cluster. */
export function listNames(): string[] {
  if (!existsSync(clustersDirectory())) return [];
  return readdirSync(clustersDirectory(), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
}

export function isAlive(record: ClusterRecord | undefined): record is ClusterRecord {
  return record !== undefined && isRunning(record.keeper);
}
