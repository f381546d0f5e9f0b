/** What the audit log keeps: who did what to which object with which result, never an object's content. */

const CLUSTER_USERS = [
  'system:apiserver',
  'system:kube-controller-manager',
  'system:kube-scheduler',
  'system:kube-proxy',
  'cluster-addon',
];

export const AUDIT_POLICY = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived'],
  omitManagedFields: true,
  rules: [
    // The cluster's own reading and renewing would drown what tests look for; its writes to objects are kept.
    { level: 'None', users: CLUSTER_USERS, verbs: ['get', 'list', 'watch'] },
    { level: 'None', userGroups: ['system:nodes'], verbs: ['get', 'list', 'watch'] },
    { level: 'None', userGroups: ['system:serviceaccounts:kube-system'], verbs: ['get', 'list', 'watch'] },
    { level: 'None', nonResourceURLs: ['/readyz*', '/livez*', '/healthz*', '/version', '/openapi/*'] },
    { level: 'Metadata' },
  ],
};
