/** The operator on a cluster: applied, and waited for until it serves. */
import type { Deployment } from 'kubernetes-types/apps/v1.js';
import { until } from '../../test/until.ts';
import { group } from '../../operator/src/api/names.ts';
import type { KubeObject } from '../../operator/src/runtime/object.ts';
import type { Kubectl } from './kubectl.ts';
import { crd, operator } from './manifests.ts';

/** The pods of the operator. */
export const operatorPods = {
  namespace: operator.namespace,
  selector: `${group}/component=operator`,
} as const;

/** @returns what changed, a line for each object */
export async function applyOperator(kubectl: Kubectl, objects: readonly KubeObject[]): Promise<string[]> {
  const lines = await kubectl.apply(objects);
  await established(kubectl);
  return lines.filter((line) => !line.endsWith(' unchanged'));
}

/** Not by `kubectl wait`, which fails on a definition so new that it has no conditions. */
async function established(kubectl: Kubectl): Promise<void> {
  const hint = `see: kubectl describe crd ${crd}`;
  await until(
    'the API server serves MemoApps',
    async () => {
      const definition = await kubectl.get<Definition>('crd', crd);
      return definition !== undefined && isEstablished(definition);
    },
    { seconds: 60, hint, everyMilliseconds: 200 },
  );
}

/** What is read of a CustomResourceDefinition. */
export interface Definition {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] | null };
}

/** Whether the API server serves what it defines. */
export function isEstablished({ status }: Definition): boolean {
  return status?.conditions?.some(({ type, status: is }) => type === 'Established' && is === 'True') ?? false;
}

/** @throws Error that says how many pods serve, when they do not within the time */
export async function waitForOperator(kubectl: Kubectl, seconds: number, say: (line: string) => void): Promise<void> {
  const { name, namespace } = operator;
  const hint = 'what is known of its pods follows';
  await until(
    'the operator serves',
    async () => {
      const deployment = await kubectl.get<Deployment>('deployment', name, '-n', namespace);
      const rolledOut = deployment !== undefined && serves(deployment);
      if (!rolledOut) say('waiting for its pod');
      return rolledOut;
    },
    { seconds, hint, everyMilliseconds: 500 },
  );
}

/** As `kubectl rollout status` sees it: every wanted pod is of the latest template and available, and no other is left. */
function serves({ metadata, spec, status = {} }: Deployment): boolean {
  const wanted = spec?.replicas ?? 1;
  const { observedGeneration = 0, updatedReplicas = 0, availableReplicas = 0, replicas = 0 } = status;
  const seen = observedGeneration >= (metadata?.generation ?? 0);
  return seen && updatedReplicas >= wanted && availableReplicas >= wanted && replicas <= wanted;
}
