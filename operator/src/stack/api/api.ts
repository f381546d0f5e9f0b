/** The memo API: a Deployment that is rolled without an outage, its Service, autoscaler and disruption budget. */
import type { DeploymentSpec } from 'kubernetes-types/apps/v1.js';
import { configHashAnnotation, selector } from '../../api/labels.ts';
import { names, ports } from '../../api/names.ts';
import type { ResolvedApp, ResolvedScale } from '../../api/resolved.ts';
import type { KubeObject } from '../../runtime/object.ts';
import type { StackInputs } from '../inputs.ts';
import { metadata } from '../metadata.ts';
import {
  overNodes,
  placement,
  podDefaults,
  resourcesOf,
  restricted,
  scratch,
  secretMounts,
  templateMetadata,
  userIds,
} from '../pod.ts';
import { disruptionBudget, service, serviceAccount } from '../services.ts';
import { configHash } from './config-hash.ts';
import { environmentsOfBefore, isUntried } from './database-in-use.ts';
import { serviceEnvironment, serviceSecrets } from './environment.ts';

export function apiObjects(app: ResolvedApp, inputs: StackInputs): KubeObject[] {
  const name = names(app).api;
  const { scale } = app.api;
  return [
    serviceAccount(app, name, 'api'),
    service(app, name, 'api', [{ name: 'http', port: ports.api }]),
    disruptionBudget(app, name, 'api', app.api.maxUnavailable),
    deployment(app, inputs),
    ...(scale.mode === 'autoscaled' && app.state === 'Running' ? [autoscaler(app, scale)] : []),
  ];
}

function deployment(app: ResolvedApp, inputs: StackInputs): KubeObject {
  const name = names(app).api;
  const replicas = wantedReplicas(app, inputs);
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: metadata(app, name, 'api'),
    spec: {
      ...(replicas !== undefined && { replicas }),
      selector: { matchLabels: selector(app, 'api') },
      ...rollOut(app, inputs),
      template: inputs.heldTemplate ?? template(app, inputs),
    },
  };
}

function template(app: ResolvedApp, inputs: StackInputs): object {
  const writable = scratch({ tmp: '/tmp' });
  const secrets = secretMounts(serviceSecrets(app));
  return {
    metadata: templateMetadata(app, 'api', app.api.pod, {
      [configHashAnnotation]: configHash(app, inputs),
    }),
    spec: {
      ...podDefaults(app, names(app).api, userIds.memo),
      containers: [
        {
          name: 'api',
          image: inputs.apiImage,
          env: [...serviceEnvironment(app), ...app.api.env],
          ports: [
            { name: 'http', containerPort: ports.api, protocol: 'TCP' },
            { name: 'management', containerPort: ports.management, protocol: 'TCP' },
          ],
          livenessProbe: { ...probe('/livez'), failureThreshold: 6, periodSeconds: 10, timeoutSeconds: 5 },
          readinessProbe: { ...probe('/readyz'), periodSeconds: 2, timeoutSeconds: 2 },
          resources: resourcesOf(app.api.resources),
          securityContext: { ...restricted },
          volumeMounts: [...secrets.mounts, ...writable.mounts],
        },
      ],
      ...placement(app.api.pod),
      ...(app.api.topologySpread === 'Default' && { topologySpreadConstraints: [overNodes(app, 'api')] }),
      volumes: [...secrets.volumes, ...writable.volumes],
    },
  };
}

/** One more before one less, so that it costs no capacity; but one database after the other (`database-in-use.ts`). */
function rollOut(app: ResolvedApp, { observed, ready }: StackInputs): Pick<DeploymentSpec, 'paused' | 'strategy'> {
  const oneByOne = { strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 }, type: 'RollingUpdate' } };
  if (app.state === 'Stopped') return oneByOne;
  // Not Recreate at once: while paused the number of pods would not follow.
  if (isUntried(app, observed) && !ready) return { ...oneByOne, paused: true };
  return environmentsOfBefore(app, observed).length > 0 ? { strategy: { type: 'Recreate' } } : oneByOne;
}

/** By number: probes go to the management port, which no Service has. */
function probe(path: string): { httpGet: { path: string; port: number } } {
  return { httpGet: { path, port: ports.management } };
}

/**
 * undefined: the autoscaler owns the number. While it is ours and an autoscaler is wanted, the number that runs now is
 * kept, within its bounds, so that handing it over changes nothing.
 */
function wantedReplicas(app: ResolvedApp, { observed, apiReplicas }: StackInputs): number | undefined {
  const { scale } = app.api;
  if (app.state === 'Stopped') return 0;
  if (scale.mode === 'fixed') return scale.replicas;
  if (apiReplicas === 'handed') return undefined;
  const live = observed.get('Deployment', names(app).api)?.spec?.replicas ?? scale.minReplicas;
  return Math.min(scale.maxReplicas, Math.max(scale.minReplicas, live));
}

function autoscaler(app: ResolvedApp, scale: Extract<ResolvedScale, { mode: 'autoscaled' }>): KubeObject {
  const name = names(app).api;
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: metadata(app, name, 'api'),
    spec: {
      ...(scale.behavior && { behavior: scale.behavior }),
      maxReplicas: scale.maxReplicas,
      metrics: [
        {
          resource: {
            name: 'cpu',
            target: { averageUtilization: scale.targetCPUUtilizationPercentage, type: 'Utilization' },
          },
          type: 'Resource',
        },
      ],
      minReplicas: scale.minReplicas,
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
    },
  };
}
