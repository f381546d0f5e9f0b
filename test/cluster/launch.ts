/** Starts a cluster: sweeps what dead ones left, brings the binaries, claims the name and waits for the keeper's word. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';

import { ensureBridgeFiltering } from './host/bridge-filtering.ts';
import { checkControllers } from './host/cgroups.ts';
import { identify } from './host/identity.ts';
import { withLock } from './host/lock.ts';
import { ensurePackages, NAMESPACE_PACKAGES, NODE_PACKAGES } from './host/packages.ts';
import type { Log } from './host/progress.ts';
import type { ClusterPlan, Message } from './inside/messages.ts';
import { clusterDirectory, clustersDirectory, isAlive, readRecord, writeRecord } from './state.ts';
import type { ClusterRecord, Rung } from './state.ts';
import { sweep } from './sweep.ts';
import { definitionsFolder, ensureTools, nodeImageArchive, tidyUp, toolPath } from './toolbox/toolbox.ts';

export interface LaunchOptions {
  readonly name: string;
  readonly rung: Rung;
  /** Outlives this process. */
  readonly detached: boolean;
  readonly log: Log;
}

export interface Launched {
  readonly record: ClusterRecord;
  readonly keeper: ChildProcess;
}

const CONTROL_PLANE = ['etcd', 'kube-apiserver', 'kubectl'];
const CONTROLLERS = ['kube-controller-manager', 'kube-scheduler'];
const NODE = ['kubelet', 'kube-proxy', 'containerd', 'ctr', 'bridge'];
const ADDONS = ['coredns', 'metrics-server', 'local-path-provisioner', 'traefik'];

/** Binaries that a rung needs. */
export function toolsOf(rung: Rung): readonly string[] {
  if (rung === 1) return CONTROL_PLANE;
  if (rung === 2) return [...CONTROL_PLANE, ...CONTROLLERS, 'kwok'];
  return [...CONTROL_PLANE, ...CONTROLLERS, ...NODE, ...ADDONS];
}

/**
 * @throws Error when the name is taken by a living cluster, or what a cluster needs cannot be had; the message says
 * where to look.
 */
export async function launch(options: LaunchOptions): Promise<Launched> {
  const { name, rung, log } = options;
  const directory = clusterDirectory(name);
  if (process.getuid?.() !== 0) throw new Error('a cluster needs root: it makes namespaces, mounts and network cards');
  if (rung === 3) checkControllers();
  if (rung === 3) await ensureBridgeFiltering(log);
  await ensurePackages(rung === 3 ? [...NAMESPACE_PACKAGES, ...NODE_PACKAGES] : NAMESPACE_PACKAGES, log);
  const plan: ClusterPlan = { name, rung, directory, detached: options.detached, ...(await parts(rung, log)) };
  const keeper = await withLock(join(clustersDirectory(), '.lock'), log, async () => await claim(plan, log));
  await readiness(keeper, plan, log);
  const record = readRecord(name);
  if (record === undefined) throw new Error(`the record of the cluster ${name} has vanished from ${directory}`);
  return { record, keeper };
}

async function parts(rung: Rung, log: Log): Promise<Pick<ClusterPlan, 'tools' | 'gatewayApi' | 'nodeImage'>> {
  const names = toolsOf(rung);
  await ensureTools(names, log);
  const tools = Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await toolPath(name, log)] as const)),
  );
  const forNodes =
    rung === 3
      ? { gatewayApi: await definitionsFolder('gateway-api', log), nodeImage: await nodeImageArchive(log) }
      : {};
  await tidyUp(log);
  return { tools, ...forNodes };
}

/** Under the lock, so that two starters of one name see each other. */
async function claim(plan: ClusterPlan, log: Log): Promise<ChildProcess> {
  const failed = (name: string): boolean => name !== plan.name && readRecord(name)?.phase === 'failed';
  for (const name of await sweep(failed)) log(`removed what a dead cluster had left: ${name}`);
  const present = readRecord(plan.name);
  if (isAlive(present))
    throw new Error(`a cluster called ${plan.name} is already ${present.phase}: stop it first, or use another name`);
  mkdirSync(plan.directory, { recursive: true, mode: 0o700 });
  const output = openSync(join(plan.directory, 'keeper.log'), 'a');
  // A process group of its own: what a terminal sends to its programs does not reach the cluster.
  const keeper = spawn(process.execPath, [join(import.meta.dirname, 'keeper.ts')], {
    stdio: ['ignore', output, output, 'ipc'],
    detached: true,
    cwd: '/',
  });
  closeSync(output);
  const identity = keeper.pid === undefined ? undefined : identify(keeper.pid);
  if (identity === undefined)
    throw new Error(`the cluster's keeper could not be started: see ${plan.directory}/keeper.log`);
  const started = new Date().toISOString();
  writeRecord({ name: plan.name, rung: plan.rung, phase: 'starting', keeper: identity, started });
  keeper.send({ kind: 'keep', plan } satisfies Message);
  return keeper;
}

async function readiness(keeper: ChildProcess, plan: ClusterPlan, log: Log): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const refuse = (reason: string): void => reject(new Error(`the cluster ${plan.name} did not start: ${reason}`));
    keeper.on('message', (message: Message) => {
      if (message.kind === 'log') log(message.line);
      if (message.kind === 'ready') resolve();
      if (message.kind === 'failed') refuse(message.reason);
    });
    keeper.once('exit', (code, signal) =>
      refuse(`its keeper ended with ${code ?? String(signal)}; see ${plan.directory}/keeper.log`),
    );
  });
}
