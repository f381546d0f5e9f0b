/** What is in a namespace, but for what Kubernetes itself puts into each. */
import type { Kubectl } from '../../../scripts/stack/kubectl.ts';

const KINDS = [
  'deployments.apps,replicasets.apps,statefulsets.apps,controllerrevisions.apps,jobs.batch,pods',
  'services,endpointslices,ingresses,configmaps,secrets,persistentvolumeclaims,serviceaccounts',
  'horizontalpodautoscalers,poddisruptionbudgets,roles,rolebindings,leases',
].join(',');

const OF_KUBERNETES: ReadonlySet<string> = new Set(['configmap/kube-root-ca.crt', 'serviceaccount/default']);

/** @returns names such as `secret/memo-database-root`, sorted */
export async function remains(kubectl: Kubectl, namespace: string): Promise<string[]> {
  const names = (await kubectl.run(['get', KINDS, '-n', namespace, '-o', 'name'])).split('\n');
  return names.filter((name) => name !== '' && !OF_KUBERNETES.has(name)).toSorted();
}
