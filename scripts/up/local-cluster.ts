/** The cluster on this machine: started and stopped by the program of test/cluster, so that it outlives the command. */
import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { describeCluster } from '../../test/cluster/cluster.ts';
import type { Cluster } from '../../test/cluster/cluster.ts';
import { boundToUs } from '../../test/cluster/host/bound.ts';
import type { Voice } from '../../test/cluster/host/progress.ts';
import { clusterDirectory, isAlive, readRecord } from '../../test/cluster/state.ts';

export type LocalCluster = Omit<Cluster, 'stop'>;

const root = resolve(import.meta.dirname, '../..');
const program = join(root, 'test/cluster/main.ts');

/** The program's own clock, which a step shows already. Its last words have none. */
const CLOCK = /^ *(?:\d+ min )?[\d.]+ s {2}/;
const MOST_WORDS = 12;
/** What takes minutes, once. */
const SLOW = /^(?:making|made|installing|downloading|waiting for another|removed)|have to be built/;

/**
 * Starts the cluster, or finds it up.
 * @throws Error with the program's last words, and where its logs are
 */
export async function startLocalCluster(name: string, voice: Voice, signal: AbortSignal): Promise<LocalCluster> {
  await call(['up', '--name', name, '--rung', '3'], voice, signal, `its logs are in ${clusterDirectory(name)}`);
  const record = readRecord(name);
  if (!isAlive(record)) throw new Error(`the cluster ${name} ended at once: see ${clusterDirectory(name)}/keeper.log`);
  return describeCluster(record);
}

/** Stops the cluster and clears what killed ones left. */
export async function stopLocalCluster(name: string, voice: Voice): Promise<void> {
  await call(['down', '--name', name], voice, undefined, `see ${clusterDirectory(name)}`);
}

async function call(
  args: readonly string[],
  { say, note }: Voice,
  signal: AbortSignal | undefined,
  hint: string,
): Promise<void> {
  // Ended with us, however we end, it takes with it a cluster that is not up yet, and whatever it builds.
  const child = spawn(...boundToUs([process.execPath, program, ...args]), {
    cwd: root,
    signal,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const lastWords: string[] = [];
  createInterface(child.stderr).on('line', (line) => {
    const text = line.replace(CLOCK, '');
    if (text === line) lastWords.push(line);
    (SLOW.test(text) ? say : note)(text);
  });
  const code = await new Promise<number | null>((settle, refuse) => {
    child.once('error', refuse);
    child.once('close', settle);
  });
  if (code !== 0) throw new Error([...lastWords.slice(-MOST_WORDS), hint].join('\n'));
}
