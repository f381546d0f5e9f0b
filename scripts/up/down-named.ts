/** `make down CONTEXT=`: takes away what `make up` and `make deploy` made there, by their label, and nothing else. */
import type { Namespace } from 'kubernetes-types/core/v1.js';
import { appLabel } from '../../operator/src/api/labels.ts';
import type { KubeObject } from '../../operator/src/runtime/object.ts';
import type { Voice } from '../../test/cluster/host/progress.ts';
import { until } from '../../test/until.ts';
import type { Kubectl } from '../stack/kubectl.ts';
import { crd, operator } from '../stack/manifests.ts';
import { madeBy } from '../stack/ownership.ts';
import type { Journal } from './journal.ts';
import { begin } from './named.ts';
import { Steps } from './steps.ts';

const WAIT = '--timeout=300s';
/** What the operator is made of, but for the CRD: deleted in this order. */
export const OPERATOR_KINDS = ['deployments', 'poddisruptionbudgets', 'rolebindings', 'roles', 'serviceaccounts'];
export const CLUSTER_KINDS = ['clusterrolebindings', 'clusterroles'];

export async function downNamed(context: string, journal: Journal): Promise<string[]> {
  const steps = new Steps(journal);
  const { kubectl } = await begin(context, steps);
  await steps.run('MemoApps', async (voice) => await removeMemoApps(kubectl, voice));
  await steps.run('namespaces', async (voice) => await removeNamespaces(kubectl, voice));
  const others = await memoApps(kubectl);
  if (others.length > 0) {
    const names = others.map(({ metadata }) => `${metadata.namespace ?? ''}/${metadata.name}`).join(', ');
    steps.say(`the operator and the CRD stay: these MemoApps need them: ${names}`);
    return [];
  }
  await steps.run('operator', async (voice) => await removeOperator(kubectl, voice));
  return [];
}

async function removeMemoApps(kubectl: Kubectl, { say }: Voice): Promise<void> {
  for (const { metadata } of await memoApps(kubectl, '-l', madeBy)) {
    const { name, namespace = '' } = metadata;
    await kubectl.run(['delete', 'memoapp', name, '-n', namespace, WAIT]);
    // A namespace with pods on their way out looks again only after half of the longest time that one of them may take.
    const ended = { seconds: 300, hint: `see kubectl get pods -n ${namespace}`, everyMilliseconds: 500 };
    await until(
      `the end of the pods of ${namespace}/${name}`,
      async () => {
        const pods = await kubectl.list<KubeObject>('pods', '-n', namespace, '-l', `${appLabel}=${name}`);
        return pods.length === 0;
      },
      ended,
    );
    say(`MemoApp ${namespace}/${name} is gone, and every pod of it`);
  }
}

/** With their volumes: that is why a namespace that was there before is never claimed. */
async function removeNamespaces(kubectl: Kubectl, { say }: Voice): Promise<void> {
  for (const { metadata } of await kubectl.list<Namespace>('namespaces', '-l', madeBy)) {
    const name = metadata?.name ?? '';
    if (name === operator.namespace) continue;
    say(`waiting for the end of namespace ${name}`);
    await kubectl.run(['delete', 'namespace', name, WAIT]);
    say(`namespace ${name} is gone, with its volumes`);
  }
}

async function removeOperator(kubectl: Kubectl, { say, note }: Voice): Promise<void> {
  const { namespace } = operator;
  const remove = async (...args: readonly string[]): Promise<void> => {
    const text = await kubectl.run(['delete', ...args, '-l', madeBy, '--ignore-not-found', WAIT]);
    for (const line of text.trim().split('\n')) note(line);
  };
  const ours = await kubectl.list<KubeObject>('deployments', '-n', namespace, '-l', madeBy);
  await remove(OPERATOR_KINDS.join(','), '-n', namespace);
  // The operator has made its Lease by itself, without the label.
  if (ours.length > 0)
    await kubectl.run(['delete', 'lease', operator.name, '-n', namespace, '--ignore-not-found', WAIT]);
  await remove(CLUSTER_KINDS.join(','));
  await remove('crd');
  await remove('namespaces');
  say('operator, rights and CRD are gone');
}

/** None where the cluster does not know the kind. */
async function memoApps(kubectl: Kubectl, ...selector: readonly string[]): Promise<readonly KubeObject[]> {
  if ((await kubectl.get('crd', crd)) === undefined) return [];
  return await kubectl.list<KubeObject>('memoapps', '--all-namespaces', ...selector);
}
