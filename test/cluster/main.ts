/** `node test/cluster/main.ts`: local clusters from the command line. */
import { join, resolve } from 'node:path';

import { Command, InvalidArgumentError } from 'commander';

import { describeCluster } from './cluster.ts';
import { order } from './control.ts';
import { isRunning } from './host/identity.ts';
import { withLock } from './host/lock.ts';
import { consoleLog } from './host/progress.ts';
import type { Log } from './host/progress.ts';
import { sweepTemporaryFolders } from './host/temporary.ts';
import { until } from '../until.ts';
import type { ProcessStatus } from './inside/processes.ts';
import { launch } from './launch.ts';
import { clusterDirectory, clustersDirectory, isAlive, listNames, readRecord } from './state.ts';
import type { ClusterRecord, Rung } from './state.ts';
import { sweep } from './sweep.ts';
import { ensureAll } from './toolbox/toolbox.ts';

const log: Log = consoleLog();
const program = new Command('cluster').description('Real single-node Kubernetes clusters on this machine.');

program
  .command('up')
  .description('start a cluster that stays; does nothing when it is up')
  .option('--name <name>', 'several names run side by side', 'default')
  .option('--rung <1|2|3>', '1 API server, 2 controllers and simulated nodes, 3 a node that runs pods', parseRung, 3)
  .action(up);

program
  .command('down')
  .description('stop a cluster, and clear what killed ones left')
  .option('--name <name>', 'which', 'default')
  .option('--all', 'every cluster')
  .action(down);

program
  .command('build')
  .description('build what clusters are made of, ahead of the first one')
  .argument('[source...]', 'folders of Go programs to build with the same Go')
  .action(async (sources: string[]) => {
    await ensureAll(
      sources.map((each) => resolve(each)),
      log,
    );
  });

program.command('status').description('clusters and their processes').action(status);

program
  .command('load')
  .description('bring image archives into the node')
  .argument('<archive...>', 'docker or OCI archives')
  .option('--name <name>', 'which', 'default')
  .action(async (archives: string[], { name }: { name: string }) => {
    await order(name, 'load', { archives: archives.map((each) => resolve(each)) });
    log(`cluster ${name} has the images of ${archives.join(', ')}`);
  });

program
  .command('kubeconfig')
  .description("print the path of the admin's kubeconfig")
  .option('--name <name>', 'which', 'default')
  .action(({ name }: { name: string }) => {
    process.stdout.write(`${describeCluster(running(name)).kubeconfig}\n`);
  });

async function up({ name, rung }: { name: string; rung: Rung }): Promise<void> {
  const present = readRecord(name);
  const record = isAlive(present) ? await joined(present, rung) : await started(name, rung);
  const { server, ingress, kubeconfig } = describeCluster(record);
  log(
    `cluster ${name} is ready: ${server}${ingress === undefined ? '' : `, ingress http://127.0.0.1:${ingress.port}`}`,
  );
  process.stdout.write(`export KUBECONFIG=${kubeconfig}\n`);
}

async function started(name: string, rung: Rung): Promise<ClusterRecord> {
  const { record, keeper } = await launch({ name, rung, detached: true, log });
  keeper.disconnect();
  keeper.unref();
  return record;
}

/** Someone else has started it, or is doing so. */
async function joined(record: ClusterRecord, rung: Rung): Promise<ClusterRecord> {
  if (record.rung !== rung) {
    throw new Error(`cluster ${record.name} is up at rung ${record.rung}: \`down\` it first, or use another --name`);
  }
  const hint = `see ${clusterDirectory(record.name)}/keeper.log`;
  return await until(
    `cluster ${record.name} ready`,
    () => {
      const now = readRecord(record.name);
      return now?.phase === 'ready' && now;
    },
    { seconds: 120, hint },
  );
}

async function down({ name, all }: { name: string; all?: boolean }): Promise<void> {
  for (const each of all === true ? listNames() : [name]) {
    const record = readRecord(each);
    if (!isAlive(record)) {
      log(`cluster ${each} is not up`);
      continue;
    }
    process.kill(record.keeper.pid, 'SIGTERM');
    const hint = `see ${clusterDirectory(each)}/keeper.log`;
    await until(`end of cluster ${each}`, () => !isRunning(record.keeper), { seconds: 60, hint });
    log(`cluster ${each} is down`);
  }
  const swept = await withLock(join(clustersDirectory(), '.lock'), log, async () => await sweep());
  for (const each of swept) log(`removed what a dead cluster had left: ${each}`);
  const folders = sweepTemporaryFolders();
  if (folders > 0) log(`removed temporary folders that killed programs had left: ${folders}`);
}

async function status(): Promise<void> {
  const names = listNames();
  if (names.length === 0) process.stdout.write('no clusters\n');
  for (const name of names) {
    const record = readRecord(name);
    const why = record?.failure === undefined ? '' : ` (${record.failure})`;
    if (!isAlive(record)) {
      process.stdout.write(`${name}: dead${why}; \`down\` clears it\n`);
      continue;
    }
    const { server, ingress } = describeCluster(record);
    process.stdout.write(
      `${name}: rung ${record.rung}, ${record.phase}, ${server}${ingress === undefined ? '' : `, ingress port ${ingress.port}`}\n`,
    );
    const processes = (await order(name, 'status')) as readonly ProcessStatus[];
    for (const each of processes) {
      const state = each.pid === undefined ? 'down' : each.paused ? 'paused' : 'running';
      process.stdout.write(
        `  ${each.name.padEnd(24)} ${state}${each.restarts > 0 ? `, restarted ${each.restarts} times` : ''}\n`,
      );
    }
  }
}

function running(name: string): ClusterRecord {
  const record = readRecord(name);
  if (!isAlive(record)) throw new Error(`cluster ${name} is not up: start it with \`up --name ${name}\``);
  return record;
}

function parseRung(value: string): Rung {
  if (value === '1' || value === '2' || value === '3') return Number(value) as Rung;
  throw new InvalidArgumentError('a rung is 1, 2 or 3');
}

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
