/** kubectl on a test's cluster, with its answer whether it liked the call or not. */
import { spawn, type SpawnOptionsWithoutStdio } from 'node:child_process';
import type { Cluster } from '../../cluster/cluster.ts';

export interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export type Kubectl = (args: readonly string[], input?: unknown) => Promise<Answer>;

/** Runs a program to its end, however that is; an `input` that is no string goes in as JSON. */
export async function answerOf(
  program: string,
  args: readonly string[],
  { input, ...options }: Pick<SpawnOptionsWithoutStdio, 'cwd' | 'env'> & { readonly input?: unknown } = {},
): Promise<Answer> {
  return await new Promise((resolve, reject) => {
    const child = spawn(program, args, options);
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? -1, stdout, stderr }));
    child.stdin.end(input === undefined || typeof input === 'string' ? input : JSON.stringify(input));
  });
}

/** @returns kubectl as the cluster's admin; an `input` that is no string goes in as JSON */
export async function kubectlOn(cluster: Pick<Cluster, 'kubeconfig' | 'toolPath'>): Promise<Kubectl> {
  const program = await cluster.toolPath('kubectl');
  return async (args, input) => await answerOf(program, ['--kubeconfig', cluster.kubeconfig, ...args], { input });
}

/** The MemoApp of a spec, as it would be applied. */
export function memoApp(name: string, spec: object, namespace = 'default'): object {
  return { apiVersion: 'memo.sogangcomputerclub.org/v1alpha1', kind: 'MemoApp', metadata: { name, namespace }, spec };
}
