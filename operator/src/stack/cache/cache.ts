/** Redis, the cache in front of the database: one pod, memory only. Losing it costs speed, never data. */
import { configHashAnnotation, selector, storeVersionAnnotation } from '../../api/labels.ts';
import { names, podsService, ports } from '../../api/names.ts';
import type { ManagedCache, ResolvedApp } from '../../api/resolved.ts';
import type { KubeObject } from '../../runtime/object.ts';
import type { StackInputs } from '../inputs.ts';
import { metadata } from '../metadata.ts';
import {
  contentHash,
  imageReference,
  placement,
  podDefaults,
  resourcesOf,
  restricted,
  scratch,
  startupWithinAnHour,
  storeContainers,
  templateMetadata,
  userIds,
} from '../pod.ts';
import { storeReplicas } from '../replicas.ts';
import { configMap, headlessService, service, serviceAccount } from '../services.ts';

export function cacheObjects(app: ResolvedApp, inputs: StackInputs): KubeObject[] {
  const { cache } = app;
  if (cache.mode !== 'managed') return [];
  const child = names(app);
  const port = { name: 'redis', port: ports.cache };
  return [
    serviceAccount(app, child.cache, 'cache'),
    configMap(app, child.cache, 'cache', { 'redis.conf': redisConfig(cache) }),
    headlessService(app, child.cache, 'cache', [port]),
    service(app, child.cache, 'cache', [port]),
    statefulSet(app, cache, inputs),
  ];
}

function redisConfig({ maxMemoryBytes, maxMemoryPolicy }: ManagedCache): string {
  return [
    'dir /data',
    `maxmemory ${maxMemoryBytes}`,
    `maxmemory-policy ${maxMemoryPolicy}`,
    // Memory only: what a restart would bring back could be older than the database.
    'save ""',
    'appendonly no',
    'aclfile /run/secrets/memo/users.acl',
    '',
  ].join('\n');
}

/** The default user may do nothing but PING, which needs no password. */
const ping = { exec: { command: ['redis-cli', '-e', 'ping'] } };

function statefulSet(app: ResolvedApp, cache: ManagedCache, { observed, secretHashes }: StackInputs): KubeObject {
  const child = names(app);
  const writable = scratch({ data: '/data' });
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: metadata(app, child.cache, 'cache'),
    spec: {
      podManagementPolicy: 'Parallel',
      replicas: storeReplicas(app, 'cache', 1, observed),
      selector: { matchLabels: selector(app, 'cache') },
      serviceName: podsService(child.cache),
      template: {
        metadata: templateMetadata(app, 'cache', cache.pod, {
          [configHashAnnotation]: contentHash(redisConfig(cache), secretHashes[child.cacheCredentials]),
          [storeVersionAnnotation]: cache.image.tag,
        }),
        spec: {
          ...podDefaults(app, child.cache, userIds.redis),
          containers: [
            {
              name: storeContainers.cache,
              image: imageReference(cache.image),
              args: ['redis-server', '/etc/redis/redis.conf'],
              ports: [{ name: 'redis', containerPort: ports.cache, protocol: 'TCP' }],
              startupProbe: startupWithinAnHour(ping),
              readinessProbe: { ...ping, periodSeconds: 5, timeoutSeconds: 2 },
              resources: resourcesOf(cache.resources),
              securityContext: { ...restricted },
              volumeMounts: [
                { name: 'config', mountPath: '/etc/redis', readOnly: true },
                { name: 'users', mountPath: '/run/secrets/memo', readOnly: true },
                ...writable.mounts,
              ],
            },
          ],
          ...placement(cache.pod),
          volumes: [
            { name: 'config', configMap: { name: child.cache } },
            {
              name: 'users',
              secret: { secretName: child.cacheCredentials, items: [{ key: 'users.acl', path: 'users.acl' }] },
            },
            ...writable.volumes,
          ],
        },
      },
    },
  };
}
