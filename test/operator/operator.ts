/** The operator as a process of its own, from its sources, with the rights that config/rbac gives it and no others. */
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { Cluster } from '../cluster/cluster.ts';
import { freePort } from '../stores/ports.ts';
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
  /** The value of a metric, summed over its labels; undefined before it is there. */
  metric(name: string): Promise<number | undefined>;
  /** Waits until that many more passes have ended well. */
  passes(more: number): Promise<void>;
  /** Ends it, and answers its exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
  log(): string;
}

const main = join(import.meta.dirname, '../../operator/src/main.ts');

/** Resolves once it leads and works. */
export async function startOperator(
  cluster: Cluster,
  resyncMinutes = 10,
  installation = clusterWide,
): Promise<RunningOperator> {
  const { namespace, namespaces } = installation;
  const groups = ['system:serviceaccounts', `system:serviceaccounts:${namespace}`];
  const kubeconfig = await cluster.kubeconfigFor(userOf(installation), groups);
  const port = await freePort();
  const flags = ['--health-port', String(port), '--lease-namespace', namespace, '--log-level', 'debug'];
  if (namespaces) flags.push('--namespaces', namespaces.join(','));
  const child = spawn(process.execPath, [main, ...flags, '--resync-minutes', String(resyncMinutes)], {
    env: { ...process.env, KUBECONFIG: kubeconfig },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
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
  const ended = async (): Promise<number> => (await metric('controller_runtime_reconcile_total')) ?? 0;
  await until('leading operator', () => {
    if (child.exitCode !== null) throw new Error(`the operator ended: ${output}`);
    return output.includes('"leading"') ? true : undefined;
  });
  return {
    metric,
    passes: async (more) => {
      const before = await ended();
      await until(`${more} passes`, async () => ((await ended()) >= before + more ? true : undefined), 60);
    },
    stop: async (signal = 'SIGTERM') => await end(child, signal),
    log: () => output,
  };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const exit = new Promise<number | null>((resolve) => child.once('exit', resolve));
  child.kill(signal);
  return await exit;
}
