/** What a life needs around it: volumes, and a namespace in which the operator may hold its Lease. */
import type { ApiClient } from '../../../operator/src/runtime/client/client.ts';
import { operatorUser } from '../harness/operator.ts';
import { readyMadeClass, readyMadeVolumes } from '../harness/volumes.ts';

/** A default class without a provisioner: simulated nodes have none. */
export async function prepareCluster(client: ApiClient): Promise<void> {
  await client.create(readyMadeClass);
}

/** One volume for each store, and the rights that config/rbac gives the operator in its own namespace. */
export async function prepareNamespace(client: ApiClient, namespace: string): Promise<void> {
  await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  const rbac = { apiVersion: 'rbac.authorization.k8s.io/v1', metadata: { namespace, name: 'lease' } };
  const objects = [
    ...readyMadeVolumes(2, namespace),
    {
      ...rbac,
      kind: 'Role',
      rules: [{ apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['create', 'get', 'update'] }],
    },
    {
      ...rbac,
      kind: 'RoleBinding',
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'lease' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: operatorUser }],
    },
  ];
  await Promise.all(objects.map(async (object) => await client.create(object)));
}
