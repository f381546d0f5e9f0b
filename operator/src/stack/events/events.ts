/** Kafka, where the events go: KRaft with combined broker and controller, or as the original had it, with ZooKeeper. */
import { configHashAnnotation, selector, storeVersionAnnotation } from '../../api/labels.ts';
import { names, podsService, ports, serviceHost } from '../../api/names.ts';
import { layoutOf } from '../../api/resolve.ts';
import type { ManagedEvents, ResolvedApp } from '../../api/resolved.ts';
import type { KubeObject } from '../../runtime/object.ts';
import { claims, claimTemplate, type ClaimedStore } from '../claims.ts';
import type { StackInputs } from '../inputs.ts';
import { metadata } from '../metadata.ts';
import {
  contentHash,
  fromPod,
  imageReference,
  lastWords,
  overNodes,
  placement,
  podDefaults,
  resourcesOf,
  restricted,
  scratch,
  storeContainers,
  templateMetadata,
  userIds,
} from '../pod.ts';
import { storeReplicas } from '../replicas.ts';
import { configMap, disruptionBudget, headlessService, service, serviceAccount } from '../services.ts';
import { controllerPort, kraftContainer } from './kraft.ts';
import { legacyContainer, legacyFiles } from './legacy.ts';
import { brokerAnswers, brokerStarted } from './started.ts';
import { zooKeeperObjects } from './zookeeper.ts';

export function eventsObjects(app: ResolvedApp, inputs: StackInputs): KubeObject[] {
  const { events } = app;
  if (events.mode !== 'managed') return [];
  const child = names(app);
  const listeners = [{ name: 'kafka', port: ports.events }];
  const controllers = events.zooKeeper ? [] : [{ name: 'controller', port: controllerPort }];
  return [
    ...(events.zooKeeper ? zooKeeperObjects(app, events, events.zooKeeper, inputs) : []),
    serviceAccount(app, child.events, 'events'),
    ...(events.zooKeeper ? [configMap(app, child.events, 'events', legacyFiles(app, events, events.zooKeeper))] : []),
    headlessService(app, child.events, 'events', [...listeners, ...controllers]),
    service(app, child.events, 'events', listeners),
    // A single broker has no budget: it could only block every drain.
    ...(events.replicas > 1 ? [disruptionBudget(app, child.events, 'events', 1)] : []),
    ...claims(app, claimed(app, events), inputs.observed),
    statefulSet(app, events, inputs),
  ];
}

/** What clients are given to find the brokers. */
export function bootstrapServers(app: ResolvedApp): string {
  return `${serviceHost(app, names(app).events)}:${ports.events}`;
}

function claimed(app: ResolvedApp, events: ManagedEvents): ClaimedStore {
  const layout = layoutOf(app.events);
  return {
    part: 'events',
    statefulSet: names(app).events,
    replicas: events.replicas,
    storage: events.storage,
    ...(layout !== undefined && { layout }),
  };
}

function statefulSet(app: ResolvedApp, events: ManagedEvents, { observed }: StackInputs): KubeObject {
  const child = names(app);
  const mode = events.zooKeeper ? legacyContainer(app, events) : kraftContainer(app, events);
  const writable = scratch({ config: '/opt/kafka/config', logs: '/opt/kafka/logs', tmp: '/tmp' });
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: metadata(app, child.events, 'events'),
    spec: {
      // A quorum that starts one by one, each waiting for the one before, never starts.
      podManagementPolicy: 'Parallel',
      replicas: storeReplicas(app, 'events', events.replicas, observed),
      selector: { matchLabels: selector(app, 'events') },
      serviceName: podsService(child.events),
      template: {
        metadata: templateMetadata(app, 'events', events.pod, {
          [configHashAnnotation]: contentHash(events.zooKeeper ? legacyFiles(app, events, events.zooKeeper) : {}),
          [storeVersionAnnotation]: events.version,
        }),
        spec: {
          ...podDefaults(app, child.events, userIds.kafka),
          containers: [
            {
              name: storeContainers.events,
              image: imageReference(events.image),
              ...(mode.command && { command: mode.command }),
              env: [...podIdentity, ...mode.env],
              ports: mode.ports.map(({ name, port }) => ({ name, containerPort: port, protocol: 'TCP' })),
              startupProbe: brokerStarted(events),
              readinessProbe: { ...brokerAnswers, periodSeconds: 5, timeoutSeconds: 5 },
              resources: resourcesOf(events.resources),
              securityContext: { ...restricted },
              ...lastWords,
              volumeMounts: [{ name: 'data', mountPath: '/var/lib/kafka/data' }, ...mode.mounts, ...writable.mounts],
            },
          ],
          ...placement(events.pod),
          ...(events.replicas > 1 && { topologySpreadConstraints: [overNodes(app, 'events')] }),
          volumes: [...mode.volumes, ...writable.volumes],
        },
      },
      volumeClaimTemplates: [claimTemplate(claimed(app, events), observed)],
    },
  };
}

/** Who the pod is among its like; not under KAFKA_*, which the image would take for broker properties. */
const podIdentity = [
  fromPod('POD_INDEX', "metadata.labels['apps.kubernetes.io/pod-index']"),
  fromPod('POD_NAME', 'metadata.name'),
];
