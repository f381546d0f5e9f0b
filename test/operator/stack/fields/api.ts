/** What the fields of `spec.api` alone do. */
import { pod, type Effect } from './effect.ts';

const api = 'Deployment/shop-api';
const autoscaler = 'HorizontalPodAutoscaler/shop-api';

const tolerations = [{ key: 'dedicated', operator: 'Exists', effect: 'NoSchedule' } as const];
const behavior = { scaleDown: { stabilizationWindowSeconds: 600 } };
const scaled = { api: { autoscaling: { maxReplicas: 5 } } };

const spread = [
  {
    labelSelector: {
      matchLabels: { 'memo.sogangcomputerclub.org/app': 'shop', 'memo.sogangcomputerclub.org/part': 'api' },
    },
    maxSkew: 1,
    topologyKey: 'kubernetes.io/hostname',
    whenUnsatisfiable: 'ScheduleAnyway',
  },
];

function usedTo(averageUtilization: number): readonly object[] {
  return [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } } }];
}

export const apiEffects: readonly Effect[] = [
  {
    field: 'api.pod.tolerations',
    spec: { api: { pod: { tolerations } } },
    at: [api, ...pod, 'tolerations'],
    before: undefined,
    after: tolerations,
  },
  {
    field: 'api.pod.topologySpread (Default)',
    spec: { api: { pod: { topologySpread: 'Default' } } },
    base: { api: { pod: { topologySpread: 'Disabled' } } },
    at: [api, ...pod, 'topologySpreadConstraints'],
    before: undefined,
    after: spread,
  },
  {
    field: 'api.pod.topologySpread (Disabled)',
    spec: { api: { pod: { topologySpread: 'Disabled' } } },
    at: [api, ...pod, 'topologySpreadConstraints'],
    before: spread,
    after: undefined,
  },
  {
    field: 'api.autoscaling.minReplicas',
    spec: { api: { autoscaling: { minReplicas: 4, maxReplicas: 5 } } },
    base: scaled,
    at: [autoscaler, 'spec', 'minReplicas'],
    before: 2,
    after: 4,
  },
  {
    field: 'api.autoscaling.maxReplicas',
    spec: { api: { autoscaling: { maxReplicas: 9 } } },
    base: scaled,
    at: [autoscaler, 'spec', 'maxReplicas'],
    before: 5,
    after: 9,
  },
  {
    field: 'api.autoscaling.targetCPUUtilizationPercentage',
    spec: { api: { autoscaling: { maxReplicas: 5, targetCPUUtilizationPercentage: 45 } } },
    base: scaled,
    at: [autoscaler, 'spec', 'metrics'],
    before: usedTo(70),
    after: usedTo(45),
  },
  {
    field: 'api.autoscaling.behavior',
    spec: { api: { autoscaling: { maxReplicas: 5, behavior } } },
    base: scaled,
    at: [autoscaler, 'spec', 'behavior'],
    before: undefined,
    after: behavior,
  },
  {
    field: 'api.disruptionBudget.maxUnavailable',
    spec: { api: { disruptionBudget: { maxUnavailable: 2 } } },
    at: ['PodDisruptionBudget/shop-api', 'spec', 'maxUnavailable'],
    before: 1,
    after: 2,
  },
];
