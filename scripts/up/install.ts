/** What `make up` applies, and how it is waited for; the end-to-end tests stand on the same steps. */
import { join } from 'node:path';
import type { Kubectl } from './kubectl.ts';
import type { Say } from './steps.ts';

const root = join(import.meta.dirname, '..', '..');

export const operatorNamespace = 'memo-system';

/** The stack of the original: the object that `make up` brings to Ready. */
export const sample = { namespace: 'sgcc-memo', name: 'sgcc-memo', hostname: 'sogangcomputerclub.org' } as const;

/** Images the sample and the operator need on a cluster without a registry. */
export function sampleImages(version: string): string[] {
  return [
    `memo-operator:${version}`,
    `memo-service:${version}`,
    'mariadb:11.8',
    'redis:8.0',
    'apache/kafka:3.9.2',
    'zookeeper:3.9',
  ];
}

/** Applies the CRD, RBAC and the operator, and waits until it serves. */
export async function installOperator(kubectl: Kubectl, say: Say): Promise<void> {
  say('applying config/default');
  await kubectl.run(['apply', '-k', join(root, 'config', 'default')]);
  await kubectl.run([
    'wait',
    '--for=condition=Established',
    '--timeout=60s',
    'crd/memoapps.memo.sogangcomputerclub.org',
  ]);
  say('waiting for the operator to serve');
  await kubectl.run(['-n', operatorNamespace, 'rollout', 'status', 'deployment/memo-operator', '--timeout=120s']);
}

/** Applies the namespace and the MemoApp of config/samples. */
export async function applySample(kubectl: Kubectl): Promise<void> {
  await kubectl.run(['apply', '-k', join(root, 'config', 'samples')]);
}
