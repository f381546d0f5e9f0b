/** A spec full of words that say nothing: the kind takes them, and Kubernetes drops them from objects of its own. */
import type { MemoAppSpec } from '../../../operator/src/api/memoapp.ts';

const term = {
  topologyKey: 'zone',
  labelSelector: { matchLabels: {}, matchExpressions: [] },
  namespaceSelector: { matchLabels: { tier: '' }, matchExpressions: [] },
  namespaces: [],
  matchLabelKeys: [],
  mismatchLabelKeys: [],
};

const preference = { matchExpressions: [{ key: 'disk', operator: 'In' as const, values: [''] }], matchFields: [] };

const pod = {
  labels: {},
  annotations: {},
  nodeSelector: {},
  tolerations: [
    { key: 'dedicated', operator: 'Equal' as const, value: '', effect: 'NoExecute' as const, tolerationSeconds: 0 },
    { key: '', operator: 'Exists' as const, value: '' },
  ],
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: [{ key: 'disk', operator: 'Exists' as const, values: [] }] }, {}],
      },
      preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, preference }],
    },
    podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [] },
    podAntiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [term],
      preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: term }],
    },
  },
};

/** With every kind of object that is ever made. */
export const empties: MemoAppSpec = {
  imagePullSecrets: [],
  commonLabels: {},
  api: {
    image: {},
    autoscaling: { maxReplicas: 5, behavior: { scaleUp: { policies: [] }, scaleDown: {} } },
    resources: { requests: {}, limits: {} },
    connectionPool: {},
    env: [
      { name: 'EMPTY', value: '' },
      { name: 'WORD', valueFrom: { secretKeyRef: { name: 'words', key: 'word' } } },
    ],
    cors: { allowedOrigins: [] },
    rateLimits: {},
    trustedProxies: [],
    pod,
    disruptionBudget: {},
  },
  database: { managed: { image: {}, storage: {}, settings: {}, resources: { requests: {}, limits: {} }, pod } },
  cache: { managed: { image: {}, resources: {}, pod } },
  events: {
    topic: {},
    managed: {
      version: '3.9.2',
      image: {},
      storage: {},
      resources: {},
      pod,
      zooKeeper: { image: {}, storage: {}, resources: {} },
    },
  },
  route: {
    hostnames: ['memo.example'],
    ingress: { annotations: { 'example.org/note': '' } },
    gateway: { parentRefs: [{ name: 'public' }] },
  },
  networkPolicy: {
    allowFrom: [
      { namespaceSelector: { matchLabels: {} }, podSelector: { matchLabels: { tier: '' } } },
      { ipBlock: { cidr: '10.0.0.0/8', except: [] } },
    ],
  },
};
