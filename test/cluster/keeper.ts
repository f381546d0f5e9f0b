/**
 * The keeper: one process outside the namespaces for each cluster. It opens the loopback ports, starts the supervisor
 * inside fresh namespaces, and cleans up when the cluster ends, whoever ended it.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Server } from 'node:net';
import { join } from 'node:path';

import { boundToUs } from './host/bound.ts';
import { createGroup, entrances, killGroup, moveIntoLeaf, removeGroup } from './host/cgroups.ts';
import { pathWithSystem } from './host/command.ts';
import { clusterPaths } from './inside/paths.ts';
import type { ClusterPlan, Entrance, Message } from './inside/messages.ts';
import { groupOf, readRecord, writeRecord } from './state.ts';
import type { ClusterRecord } from './state.ts';
import { remove } from './sweep.ts';

/** The cluster called `default` is found at the same address every time, if nobody else is there. */
const DEFAULT_PORTS: Readonly<Record<Entrance, number>> = { api: 6443, ingress: 8088 };

/**
 * Joins the cluster's cgroups, then becomes `unshare`. The inner shell is process 1 of the new namespace: it reaps what
 * others orphan, which Node would not, and ends with the supervisor.
 */
const INTO_NAMESPACES = `
for entrance in $ENTRANCES; do echo $$ >"$entrance" || exit 1; done
exec unshare --net --mount --pid --uts --cgroup --fork --kill-child --mount-proc \
  sh -c 'hostname memoapp-cluster 2>/dev/null; "$0" "$@" & wait $!' "$@"`;

const REAP_MILLISECONDS = 3000;

interface Kept {
  readonly plan: ClusterPlan;
  readonly inner: ChildProcess;
  ready: boolean;
  ending: boolean;
}

let kept: Kept | undefined;

function tell(message: Message): void {
  if (process.connected) process.send?.(message);
}

function keep(plan: ClusterPlan): void {
  const group = groupOf(plan.name);
  createGroup(group);
  const supervisor = join(import.meta.dirname, 'inside', 'supervisor.ts');
  const command = [process.execPath, '--disable-warning=ExperimentalWarning', supervisor];
  // Should we be killed, the kernel ends the namespaces: neither side outlives the other.
  const inner = spawn(...boundToUs(['sh', '-c', INTO_NAMESPACES, 'sh', ...command]), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, PATH: pathWithSystem(), ENTRANCES: entrances(group).join(' ') },
    cwd: plan.directory,
  });
  const own: Kept = { plan, inner, ready: false, ending: false };
  kept = own;
  inner.on('message', (message: Message) => void hear(own, message));
  inner.once('error', (error) => void fail(own, `setpriv could not be started: ${error.message}`));
  inner.once('exit', (code, signal) => {
    if (!own.ending) void fail(own, `the supervisor ended with ${code ?? String(signal)}`);
  });
}

async function hear(own: Kept, message: Message): Promise<void> {
  try {
    switch (message.kind) {
      case 'hello':
        moveIntoLeaf(groupOf(own.plan.name));
        await admit(own);
        break;
      case 'ready':
        own.ready = true;
        note(own.plan.name, { phase: 'ready' });
        tell(message);
        break;
      case 'failed':
        await fail(own, message.reason);
        break;
      case 'log':
        process.stdout.write(`${new Date().toISOString()} ${message.line}\n`);
        tell(message);
        break;
      case 'keep':
      case 'begin':
      case 'entrance':
        break;
    }
  } catch (error) {
    await fail(own, error instanceof Error ? error.message : String(error));
  }
}

/** Opens the loopback ports, hands them to the supervisor and lets it begin. */
async function admit({ plan, inner }: Kept): Promise<void> {
  const apiPort = await open(plan, inner, 'api');
  const ports = plan.rung === 3 ? { apiPort, ingressPort: await open(plan, inner, 'ingress') } : { apiPort };
  note(plan.name, ports);
  inner.send({ kind: 'begin', plan, apiPort } satisfies Message);
}

async function open(plan: ClusterPlan, inner: ChildProcess, entrance: Entrance): Promise<number> {
  const server = await listen(plan.name === 'default' ? DEFAULT_PORTS[entrance] : 0);
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a loopback port could not be opened');
  await new Promise<void>((resolve, reject) => {
    inner.send({ kind: 'entrance', entrance } satisfies Message, server, (error) =>
      error === null ? resolve() : reject(error),
    );
  });
  // The supervisor has its own handle of the same socket; ours would take every other connection.
  server.close();
  return address.port;
}

async function listen(port: number): Promise<Server> {
  const server = createServer();
  return await new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' && port !== 0) resolve(listen(0));
      else reject(error);
    });
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

function note(name: string, change: Partial<ClusterRecord>): void {
  const record = readRecord(name);
  if (record !== undefined) writeRecord({ ...record, ...change });
}

/** Ends what is left of a cluster that did not start or did not stay up; its logs stay until the next `up` or `down`. */
async function fail(own: Kept, reason: string): Promise<void> {
  if (own.ending) return;
  own.ending = true;
  const { name, directory } = own.plan;
  const full = `${reason}; logs are in ${clusterPaths(directory).logs} and ${join(directory, 'keeper.log')}`;
  process.stdout.write(`${new Date().toISOString()} ${full}\n`);
  await endInner(own);
  note(name, { phase: 'failed', failure: full });
  await removeGroup(groupOf(name));
  rmSync(clusterPaths(directory).data, { recursive: true, force: true });
  tell({ kind: 'failed', reason: full });
  process.exit(1);
}

/** `unshare` is left to take in the namespace's dead first process, and we take in `unshare`: no zombie waits for init. */
async function endInner({ plan, inner }: Kept): Promise<void> {
  if (inner.exitCode !== null || inner.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => inner.once('exit', () => resolve()));
  killGroup(groupOf(plan.name), inner.pid);
  const impatience = setTimeout(() => inner.kill('SIGKILL'), REAP_MILLISECONDS);
  await ended;
  clearTimeout(impatience);
}

async function end(): Promise<void> {
  if (kept === undefined) process.exit(0);
  if (kept.ending) return;
  kept.ending = true;
  await endInner(kept);
  await remove(kept.plan.name);
  process.exit(0);
}

process.on('message', (message: Message) => {
  if (message.kind === 'keep') keep(message.plan);
});
process.on('disconnect', () => {
  const stays = kept?.ready === true && kept.plan.detached;
  if (!stays) void end();
});
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => void end());
