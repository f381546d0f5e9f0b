/** ZooKeeper, for Kafka 3 as the original ran it. */
import { configHashAnnotation, labels, selector, storeVersionAnnotation } from '../../api/labels.ts';
import { names, podsService, ports, serviceHost } from '../../api/names.ts';
import { ensembleOf } from '../../api/resolve.ts';
import type { ManagedEvents, ResolvedApp, ResolvedPod, ResolvedZooKeeper } from '../../api/resolved.ts';
import type { KubeObject } from '../../runtime/object.ts';
import { claims, claimTemplate, type ClaimedStore } from '../claims.ts';
import type { StackInputs } from '../inputs.ts';
import { metadata } from '../metadata.ts';
import { freshNames } from './container.ts';
import {
  contentHash,
  fromPod,
  imageReference,
  lastWords,
  overNodes,
  podDefaults,
  resourcesOf,
  restricted,
  scheduling,
  scratch,
  startupWithinAnHour,
  storeContainers,
  userIds,
} from '../pod.ts';
import { storeReplicas } from '../replicas.ts';
import { configMap, disruptionBudget, headlessService, service, serviceAccount } from '../services.ts';

const client = { name: 'client', port: ports.zooKeeper };
/** Members among themselves. */
export const peers = [
  { name: 'follower', port: 2888 },
  { name: 'election', port: 3888 },
] as const;

export function zooKeeperObjects(
  app: ResolvedApp,
  { pod }: Pick<ManagedEvents, 'pod'>,
  zooKeeper: ResolvedZooKeeper,
  inputs: StackInputs,
): KubeObject[] {
  const name = names(app).zookeeper;
  return [
    serviceAccount(app, name, 'zookeeper'),
    configMap(app, name, 'zookeeper', files(app, zooKeeper)),
    headlessService(app, name, 'zookeeper', [client, ...peers]),
    service(app, name, 'zookeeper', [client]),
    ...(zooKeeper.replicas > 1 ? [disruptionBudget(app, name, 'zookeeper', 1)] : []),
    ...claims(app, claimed(app, zooKeeper), inputs.observed),
    statefulSet(app, pod, zooKeeper, inputs),
  ];
}

/**
 * What brokers are given to find the ensemble: each server by its name. They give every address its share of the session's
 * time to answer; behind the one of the Service, a server that is lost with its node could take it all.
 */
export function ensembleAddress(app: ResolvedApp, { replicas }: ResolvedZooKeeper): string {
  const hosts = replicas === 1 ? [serviceHost(app, names(app).zookeeper)] : members(app, replicas);
  return hosts.map((host) => `${host}:${ports.zooKeeper}`).join(',');
}

/** Host names of the servers. */
function members(app: ResolvedApp, replicas: number): string[] {
  const set = names(app).zookeeper;
  return Array.from({ length: replicas }, (_, index) => serviceHost(app, `${set}-${index}.${podsService(set)}`));
}

function claimed(app: ResolvedApp, zooKeeper: ResolvedZooKeeper): ClaimedStore {
  const { replicas, storage } = zooKeeper;
  return {
    part: 'zookeeper',
    statefulSet: names(app).zookeeper,
    replicas,
    storage,
    layout: ensembleOf(zooKeeper),
  };
}

/** The image writes its own zoo.cfg only where there is none. */
function files(app: ResolvedApp, { replicas }: ResolvedZooKeeper): Record<string, string> {
  const servers = members(app, replicas).map(
    (host, index) => `server.${index + 1}=${host}:2888:3888;${ports.zooKeeper}`,
  );
  return {
    'zoo.cfg': [
      'dataDir=/data',
      'dataLogDir=/datalog',
      'tickTime=2000',
      'initLimit=10',
      'syncLimit=5',
      'autopurge.purgeInterval=12',
      'autopurge.snapRetainCount=3',
      'admin.enableServer=false',
      '4lw.commands.whitelist=ruok,srvr',
      // Pods come back under their name with another address.
      'quorumListenOnAllIPs=true',
      ...servers,
      '',
    ].join('\n'),
    'logback.xml': [
      '<configuration>',
      '  <appender name="stdout" class="ch.qos.logback.core.ConsoleAppender">',
      '    <encoder><pattern>%d{ISO8601} %p %m \\(%c\\)%n</pattern></encoder>',
      '  </appender>',
      '  <root level="INFO"><appender-ref ref="stdout"/></root>',
      '</configuration>',
      '',
    ].join('\n'),
  };
}

/**
 * Only a server that is part of the quorum says its mode; the port is open without one, and a rolling change that went by the
 * port would take the next server before the last is back.
 */
const serves = {
  exec: {
    command: [
      '/bin/bash',
      '-c',
      [
        `exec 3<>/dev/tcp/localhost/${ports.zooKeeper} && echo srvr >&3 || exit 1`,
        'while read -r -t 3 word rest <&3; do [[ $word == Mode: ]] && exit; done',
        'echo "not part of a quorum"; exit 1',
      ].join('\n'),
    ],
  },
};

function statefulSet(
  app: ResolvedApp,
  pod: ResolvedPod,
  zooKeeper: ResolvedZooKeeper,
  { observed }: StackInputs,
): KubeObject {
  const name = names(app).zookeeper;
  const writable = scratch({ tmp: '/tmp', logs: '/logs' });
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: metadata(app, name, 'zookeeper'),
    spec: {
      podManagementPolicy: 'Parallel',
      replicas: storeReplicas(app, 'zookeeper', zooKeeper.replicas, observed),
      selector: { matchLabels: selector(app, 'zookeeper') },
      serviceName: podsService(name),
      template: {
        metadata: {
          labels: labels(app, 'zookeeper'),
          annotations: {
            [configHashAnnotation]: contentHash(files(app, zooKeeper)),
            [storeVersionAnnotation]: zooKeeper.version,
          },
        },
        spec: {
          ...podDefaults(app, name, userIds.zookeeper),
          containers: [
            {
              name: storeContainers.zookeeper,
              image: imageReference(zooKeeper.image),
              // Ids start at 1, pods at 0.
              command: [
                '/bin/sh',
                '-c',
                'ZOO_MY_ID=$((POD_INDEX + 1)) exec /docker-entrypoint.sh zkServer.sh start-foreground',
              ],
              env: [
                fromPod('POD_INDEX', "metadata.labels['apps.kubernetes.io/pod-index']"),
                {
                  name: 'SERVER_JVMFLAGS',
                  value: `-Xms${zooKeeper.heapMebibytes}m -Xmx${zooKeeper.heapMebibytes}m ${freshNames}`,
                },
              ],
              ports: [client, ...peers].map((port) => ({
                name: port.name,
                containerPort: port.port,
                protocol: 'TCP',
              })),
              startupProbe: startupWithinAnHour(serves),
              readinessProbe: { ...serves, periodSeconds: 5, timeoutSeconds: 5 },
              resources: resourcesOf(zooKeeper.resources),
              securityContext: { ...restricted },
              ...lastWords,
              volumeMounts: [
                { name: 'data', mountPath: '/data', subPath: 'data' },
                { name: 'data', mountPath: '/datalog', subPath: 'datalog' },
                { name: 'config', mountPath: '/conf', readOnly: true },
                ...writable.mounts,
              ],
            },
          ],
          // An affinity of the brokers is about them.
          ...scheduling({ ...pod, affinity: {} }),
          terminationGracePeriodSeconds: 30,
          ...(zooKeeper.replicas > 1 && { topologySpreadConstraints: [overNodes(app, 'zookeeper')] }),
          volumes: [{ name: 'config', configMap: { name } }, ...writable.volumes],
        },
      },
      volumeClaimTemplates: [claimTemplate(claimed(app, zooKeeper), observed)],
    },
  };
}
