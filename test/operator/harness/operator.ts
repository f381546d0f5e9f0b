/** The operator as a process of its own, from its sources, with the rights that config/rbac gives it and no others. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Cluster } from '../../cluster/cluster.ts';
import { boundToUs } from '../../cluster/host/bound.ts';
import { freePort } from '../../stores/ports.ts';
import { until } from './until.ts';

/** Where the operator is installed and what it is told to look at. */
export interface Installation {
  readonly namespace: string;
  /** Absent: the whole cluster. */
  readonly namespaces?: readonly string[];
}

/** That of config/default. */
const clusterWide: Installation = { namespace: 'memo-system' };

/** As the API server knows the operator's service account. */
export const operatorUser = userOf(clusterWide);

export function userOf({ namespace }: Installation): string {
  return `system:serviceaccount:${namespace}:memo-operator`;
}

export interface RunningOperator {
  /** Resolves once it leads; throws when it ends before. */
  leads(): Promise<void>;
  /** Resolves once it knows what there is, whether it leads or stands by. */
  ready(): Promise<void>;
  /** The value of a metric, summed over its labels; undefined before it is there. */
  metric(name: string): Promise<number | undefined>;
  /** How many passes have ended well. */
  passed(): Promise<number>;
  /** Waits until that many more passes have ended well. */
  passes(more: number): Promise<void>;
  /** Ends it, and answers its exit code; null where a signal ended it. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
  /** Sends a signal and waits for nothing. */
  signal(signal: NodeJS.Signals): void;
  /** Resolves with its exit code once it has ended. */
  ended(): Promise<number | null>;
  log(): string;
}

export interface StartOptions {
  /** Another than the others', where several run; one that is started again keeps it, as a container does in its pod. */
  readonly identity?: string;
  readonly resyncMinutes?: number;
  readonly installation?: Installation;
  /** More of the command line. */
  readonly flags?: readonly string[];
  /** Root of the sources that it runs from. Absent: these. */
  readonly tree?: string;
}

export interface OperatorOptions extends StartOptions {
  /** Path of the kubeconfig it works with. */
  readonly kubeconfig: string;
}

/** Root of the sources that this file is one of. */
export const thisTree = join(import.meta.dirname, '../../..');

/** Path of a kubeconfig with the operator's own rights. */
export async function operatorKubeconfig(cluster: Cluster, installation = clusterWide): Promise<string> {
  const groups = ['system:serviceaccounts', `system:serviceaccounts:${installation.namespace}`];
  return await cluster.kubeconfigFor(userOf(installation), groups);
}

/** Resolves once it leads and works; one that does not come to lead is ended. */
export async function startOperator(cluster: Cluster, options: StartOptions = {}): Promise<RunningOperator> {
  const kubeconfig = await operatorKubeconfig(cluster, options.installation);
  const operator = await launchOperator({ ...options, kubeconfig });
  try {
    await operator.leads();
  } catch (error) {
    await operator.stop('SIGKILL');
    throw error;
  }
  return operator;
}

/** Starts it, whether it comes to lead or not. */
export async function launchOperator(options: OperatorOptions): Promise<RunningOperator> {
  const { kubeconfig, identity, resyncMinutes = 10, flags = [], installation = clusterWide, tree = thisTree } = options;
  const { namespace, namespaces } = installation;
  const port = await freePort();
  const usual = ['--health-port', String(port), '--lease-namespace', namespace, '--log-level', 'debug'];
  if (namespaces) usual.push('--namespaces', namespaces.join(','));
  const operator = [process.execPath, join(tree, 'operator/src/main.ts')];
  const all = [...operator, ...usual, '--resync-minutes', String(resyncMinutes), ...flags];
  const child = spawn(...boundToUs(all), {
    env: { ...process.env, KUBECONFIG: kubeconfig, ...(identity !== undefined && { POD_NAME: identity }) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exit = new Promise<number | null>((resolve) => child.once('exit', resolve));
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const metric = async (name: string): Promise<number | undefined> => {
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    const values = text
      .split('\n')
      .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
      .map((line) => Number(line.slice(line.lastIndexOf(' '))));
    return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0);
  };
  const passed = async (): Promise<number> => (await metric('controller_runtime_reconcile_total')) ?? 0;
  return {
    metric,
    leads: async () => {
      const state = await until('leading operator', () => {
        if (child.exitCode !== null) return 'ended';
        return output.includes('"leading"') ? 'leads' : undefined;
      });
      if (state === 'ended') throw new Error(`the operator ended: ${output}`);
    },
    ready: async () => {
      await until('an operator that is ready', async () => {
        const { ok } = await fetch(`http://127.0.0.1:${port}/readyz`);
        return ok;
      });
    },
    passed,
    passes: async (more) => {
      const before = await passed();
      await until(`${more} passes`, async () => (await passed()) >= before + more, 60);
    },
    stop: async (signal = 'SIGTERM') => {
      child.kill(signal);
      return await exit;
    },
    signal: (signal) => void child.kill(signal),
    ended: async () => await exit,
    log: () => output,
  };
}
