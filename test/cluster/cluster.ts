/**
 * A local Kubernetes cluster for tests: `startCluster` gives one that ends with the process that started it, however
 * that ends. `up` of the command line gives one that stays.
 */
import type { ChildProcess } from 'node:child_process';

import { order } from './control.ts';
import type { Log } from './host/progress.ts';
import { clusterPaths } from './inside/paths.ts';
import type { ProcessStatus } from './inside/processes.ts';
import { launch } from './launch.ts';
import { clusterDirectory } from './state.ts';
import type { ClusterRecord, Rung } from './state.ts';
import { toolPath } from './toolbox/toolbox.ts';

export type { Rung } from './state.ts';

export interface ClusterOptions {
  /** 1 to 30 of a-z, 0-9 and -. Clusters of different names run side by side. */
  readonly name: string;
  readonly rung: Rung;
  readonly log?: Log;
}

export interface Cluster {
  readonly name: string;
  readonly rung: Rung;
  /** Path of the admin's kubeconfig; it works from the machine, over loopback. */
  readonly kubeconfig: string;
  readonly server: string;
  /** Where Traefik listens; rung 3 only. */
  readonly ingress?: { readonly host: '127.0.0.1'; readonly port: number };
  /** Path of the API server's audit log: one JSON event a line, without bodies. */
  readonly auditLog: string;
  /** Path of a binary such as `kubectl`, built on demand. */
  toolPath(tool: string): Promise<string>;
  /** Brings image archives (docker or OCI) into the node; what is there already is skipped. */
  load(archives: readonly string[]): Promise<void>;
  /** Path of a kubeconfig of a user with a client certificate. */
  kubeconfigFor(user: string, groups?: readonly string[]): Promise<string>;
  /** Freezes a process such as `etcd` or `kube-apiserver`: its connections stay, nothing answers. */
  pause(process: string): Promise<void>;
  resume(process: string): Promise<void>;
  /** Ends a process with SIGKILL; it stays down until `restart`. */
  kill(process: string): Promise<void>;
  /** Ends a process orderly, if it runs, starts it and waits until it is ready. */
  restart(process: string): Promise<void>;
  status(): Promise<readonly ProcessStatus[]>;
  /** Ends the cluster and removes everything of it. */
  stop(): Promise<void>;
}

/** @throws Error that says what is wrong, where its log is and what to do. */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const { name, rung, log = () => undefined } = options;
  const { record, keeper } = await launch({ name, rung, log, detached: false });
  // A test that forgets to stop its cluster still ends: the cluster follows it.
  keeper.unref();
  keeper.channel?.unref();
  return { ...describeCluster(record), stop: async () => await stop(keeper) };
}

/** The handle of a cluster that is up, without the right to stop it. */
export function describeCluster(record: ClusterRecord): Omit<Cluster, 'stop'> {
  const { name, rung, apiPort = 0, ingressPort } = record;
  const paths = clusterPaths(clusterDirectory(name));
  return {
    name,
    rung,
    kubeconfig: paths.kubeconfig,
    server: `https://127.0.0.1:${apiPort}`,
    ...(ingressPort === undefined ? {} : { ingress: { host: '127.0.0.1', port: ingressPort } }),
    auditLog: paths.auditLog,
    toolPath: async (tool) => await toolPath(tool),
    load: async (archives) => {
      await order(name, 'load', { archives });
    },
    kubeconfigFor: async (user, groups = []) => String(await order(name, 'kubeconfig-for', { user, groups })),
    pause: async (process) => {
      await order(name, 'pause', { process });
    },
    resume: async (process) => {
      await order(name, 'resume', { process });
    },
    kill: async (process) => {
      await order(name, 'kill', { process });
    },
    restart: async (process) => {
      await order(name, 'restart', { process });
    },
    status: async () => (await order(name, 'status')) as readonly ProcessStatus[],
  };
}

async function stop(keeper: ChildProcess): Promise<void> {
  if (keeper.exitCode !== null || keeper.signalCode !== null) return;
  keeper.ref();
  const ended = new Promise<void>((resolve) => keeper.once('exit', () => resolve()));
  keeper.kill('SIGTERM');
  await ended;
}
