/** Absent members to what they mean. Pure: the same object and facts always give the same stack. */
import { resolveAuth, resolveRateLimits } from './access.ts';
import type { Problem } from './conditions.ts';
import { withoutEmpties } from './empties.ts';
import { externalCache, externalDatabase, externalEvents, resolveAccount } from './external.ts';
import { migrateAnnotation } from './labels.ts';
import type { MemoApp, MemoAppSpec } from './memoapp.ts';
import { bytesOf, canonicalQuantity, compareQuantities } from './quantity.ts';
import { Reason } from './reasons.ts';
import type {
  ClusterFacts,
  RecordedStore,
  ResolvedApi,
  ResolvedApp,
  ResolvedCache,
  ResolvedDatabase,
  ResolvedEvents,
  ResolvedImage,
  ResolvedNetworkPolicy,
  ResolvedPod,
  ResolvedResources,
  ResolvedRoute,
  ResolvedScale,
  ResolvedStorage,
  ResolvedTopic,
  ResolvedZooKeeper,
} from './resolved.ts';
import { compareVersions } from './versions.ts';

/** Versions of the stores where the spec names none and no data says otherwise. */
export const storeDefaults = {
  database: '11.8',
  cache: '8.0',
  kraft: '4.2.1',
  withZooKeeper: '3.9.2',
  zookeeper: '3.9',
} as const;

const mebi = 1024 * 1024;

type Resources = NonNullable<NonNullable<MemoAppSpec['api']>['resources']>;
type PodSpec = Omit<NonNullable<NonNullable<MemoAppSpec['api']>['pod']>, 'topologySpread'>;
type ImageSpec = { readonly repository?: string; readonly digest?: string } | undefined;

/** @param memoApp as the API server stores it, so with a uid */
export function resolve(memoApp: MemoApp, facts: ClusterFacts): ResolvedApp {
  const { spec, status, metadata } = memoApp;
  const api = resolveApi(spec);
  const database = resolveDatabase(spec, api, facts.volumes.database);
  const events = resolveEvents(spec, facts);
  return {
    name: metadata.name,
    namespace: metadata.namespace ?? '',
    uid: metadata.uid ?? '',
    generation: metadata.generation ?? 0,
    version: spec.version ?? status?.version ?? facts.release,
    migrateAgain: metadata.annotations?.[migrateAnnotation]?.slice(0, 63).toWellFormed() ?? status?.migrateAgain,
    state: spec.state ?? 'Running',
    deletionPolicy: spec.deletionPolicy ?? 'Retain',
    imagePullSecrets: spec.imagePullSecrets ?? [],
    commonLabels: spec.commonLabels ?? {},
    api,
    database,
    cache: resolveCache(spec, status?.cache?.version),
    events,
    route: resolveRoute(spec),
    networkPolicy: resolveNetworkPolicy(spec, facts),
    problems: [
      ...(database.mode === 'managed'
        ? downgrade('MariaDB', 'spec.database.managed', database.version, facts.volumes.database)
        : []),
      ...eventsProblems(events, facts.volumes),
    ],
  };
}

function resolveApi({ api = {} }: MemoAppSpec): ResolvedApi {
  return {
    image: { repository: api.image?.repository ?? 'memo-service', digest: api.image?.digest },
    scale: resolveScale(api),
    resources: resources(api.resources, { cpu: '100m', memory: '256Mi' }, '1Gi'),
    connectionPool: resolvePool(api.connectionPool),
    logLevel: api.logLevel ?? 'info',
    allowedOrigins: api.cors?.allowedOrigins ?? ['*'],
    legacyPaths: api.legacyPaths ?? 'Enabled',
    auth: resolveAuth(api.auth),
    rateLimits: resolveRateLimits(api.rateLimits),
    trustedProxies: api.trustedProxies ?? [],
    maxUnavailable: api.disruptionBudget?.maxUnavailable ?? 1,
    env: withoutEmpties(api.env ?? []),
    pod: resolvePod(api.pod, 30),
    topologySpread: api.pod?.topologySpread ?? 'Default',
  };
}

function resolvePool(pool: NonNullable<MemoAppSpec['api']>['connectionPool'] = {}): ResolvedApi['connectionPool'] {
  const { max = 20 } = pool;
  return { min: pool.min ?? Math.min(10, max), max };
}

function resolveScale(api: NonNullable<MemoAppSpec['api']>): ResolvedScale {
  if (!api.autoscaling) return { mode: 'fixed', replicas: api.replicas ?? 2 };
  const { behavior, maxReplicas, targetCPUUtilizationPercentage = 70 } = api.autoscaling;
  const minReplicas = api.autoscaling.minReplicas ?? Math.min(2, maxReplicas);
  return {
    mode: 'autoscaled',
    minReplicas,
    maxReplicas,
    targetCPUUtilizationPercentage,
    behavior: withoutEmpties(behavior),
  };
}

/** @param grace seconds that the part needs to stop in good order */
function resolvePod(pod: PodSpec = {}, grace: number): ResolvedPod {
  return {
    labels: pod.labels ?? {},
    annotations: pod.annotations ?? {},
    nodeSelector: pod.nodeSelector ?? {},
    tolerations: withoutEmpties(pod.tolerations ?? []),
    affinity: withoutEmpties(pod.affinity),
    priorityClassName: pod.priorityClassName,
    terminationGracePeriodSeconds: pod.terminationGracePeriodSeconds ?? grace,
  };
}

/**
 * Enough for the pools of all API pods, of the one more of a roll-out, and for 20 people, probes and migrations; the
 * relay's connection is one of its pool's. In powers of two from 512 on: MariaDB restarts to take another number, and
 * that must not come with every pod more. An allowed connection that nobody opens costs next to nothing.
 */
function allowedConnections({ scale, connectionPool }: ResolvedApi): number {
  const pods = (scale.mode === 'fixed' ? scale.replicas : scale.maxReplicas) + 1;
  const needed = pods * connectionPool.max + 20;
  return Math.max(512, 2 ** Math.ceil(Math.log2(needed)));
}

function resolveDatabase({ database }: MemoAppSpec, api: ResolvedApi, recorded?: RecordedStore): ResolvedDatabase {
  if (database?.external) return externalDatabase(database.external);
  const managed = database?.managed ?? {};
  const version = managed.version ?? recorded?.version ?? storeDefaults.database;
  const sized = resources(managed.resources, { cpu: '100m', memory: '512Mi' }, '1Gi');
  return {
    mode: 'managed',
    image: image(managed.image, 'mariadb', version),
    version,
    storage: storage(managed.storage, '10Gi'),
    resources: sized,
    maxConnections: allowedConnections(api),
    // Half of the memory: the rest is connections, sort buffers and the server itself.
    bufferPoolBytes: Math.max(64 * mebi, Math.floor(memoryLimit(sized) / 2 / mebi) * mebi),
    settings: Object.fromEntries(Object.entries(managed.settings ?? {}).map(([name, value]) => [name, String(value)])),
    account: managed.credentialsSecret && resolveAccount(managed.credentialsSecret, 'username'),
    pod: resolvePod(managed.pod, 300),
  };
}

/** @param running the version that runs: it holds no data, so the status is all that remembers it */
function resolveCache({ cache = {} }: MemoAppSpec, running?: string): ResolvedCache {
  const ttl = cache.ttl ?? '300s';
  if (cache.disabled) return { ttl, mode: 'disabled' };
  if (cache.external) return { ttl, ...externalCache(cache.external) };
  const managed = cache.managed ?? {};
  const sized = resources(managed.resources, { cpu: '50m', memory: '64Mi' }, '128Mi');
  return {
    ttl,
    mode: 'managed',
    image: image(managed.image, 'redis', managed.version ?? running ?? storeDefaults.cache),
    maxMemoryPolicy: managed.maxMemoryPolicy ?? 'allkeys-lru',
    // A quarter is left for buffers, fragmentation and Redis itself.
    maxMemoryBytes: Math.floor((memoryLimit(sized) * 3) / 4),
    resources: sized,
    pod: resolvePod(managed.pod, 10),
  };
}

function resolveEvents({ events = {} }: MemoAppSpec, facts: ClusterFacts): ResolvedEvents {
  const updateEvents = events.updateEvents ?? 'Disabled';
  const replicas = events.managed?.replicas ?? 1;
  if (events.external) {
    return { topic: resolveTopic(events.topic), updateEvents, ...externalEvents(events.external) };
  }
  const topic = resolveTopic(events.topic, replicas);
  if (events.disabled) return { topic, updateEvents, mode: 'disabled' };
  const managed = events.managed ?? {};
  const fallback = managed.zooKeeper ? storeDefaults.withZooKeeper : storeDefaults.kraft;
  const version = managed.version ?? facts.volumes.events?.version ?? fallback;
  const sized = resources(managed.resources, { cpu: '200m', memory: '768Mi' }, '1Gi');
  return {
    topic,
    updateEvents,
    mode: 'managed',
    image: image(managed.image, 'apache/kafka', version),
    version,
    replicas,
    storage: storage(managed.storage, '5Gi'),
    resources: sized,
    heapMebibytes: heap(sized),
    zooKeeper: resolveZooKeeper(managed.zooKeeper, facts),
    pod: resolvePod(managed.pod, 120),
  };
}

function resolveZooKeeper(
  spec: NonNullable<NonNullable<MemoAppSpec['events']>['managed']>['zooKeeper'],
  facts: ClusterFacts,
): ResolvedZooKeeper | undefined {
  if (!spec) return undefined;
  const version = spec.version ?? facts.volumes.zookeeper?.version ?? storeDefaults.zookeeper;
  const sized = resources(spec.resources, { cpu: '100m', memory: '256Mi' }, '384Mi');
  return {
    image: image(spec.image, 'zookeeper', version),
    version,
    replicas: spec.replicas ?? 1,
    storage: storage(spec.storage, '1Gi'),
    resources: sized,
    heapMebibytes: heap(sized),
  };
}

/** @param brokers undefined: how many there are is known to the `topic` command alone */
function resolveTopic(topic: NonNullable<MemoAppSpec['events']>['topic'], brokers?: number): ResolvedTopic {
  const replicationFactor = topic?.replicationFactor ?? (brokers === undefined ? undefined : Math.min(3, brokers));
  return {
    name: topic?.name ?? 'memo_events',
    partitions: topic?.partitions ?? 3,
    replicationFactor,
    // With two copies a write that waits for both would stop with either broker. Brokers of others have their own mind.
    minInSyncReplicas: brokers === undefined ? undefined : (replicationFactor ?? 1) >= 3 ? 2 : 1,
    retention: topic?.retention ?? '168h',
  };
}

function resolveRoute({ route }: MemoAppSpec): ResolvedRoute {
  if (!route) return { mode: 'none' };
  const { gateway, hostnames, ingress } = route;
  const { annotations = {}, className, tls } = ingress ?? {};
  return {
    mode: 'routed',
    hostnames,
    ingress: ingress && { className, tlsSecretName: tls?.secretName, annotations },
    gateway,
  };
}

function resolveNetworkPolicy({ networkPolicy = {} }: MemoAppSpec, facts: ClusterFacts): ResolvedNetworkPolicy {
  const { allowFrom = [], mode = 'Enabled' } = networkPolicy;
  if (mode === 'Disabled') return { mode };
  return { mode, allowFrom: withoutEmpties(allowFrom), operatorNamespace: facts.operatorNamespace };
}

function image(spec: ImageSpec, repository: string, tag: string): ResolvedImage {
  return { repository: spec?.repository ?? repository, tag, digest: spec?.digest };
}

function storage(
  spec: { readonly size?: string; readonly className?: string } | undefined,
  size: string,
): ResolvedStorage {
  return { size: canonicalQuantity(spec?.size ?? size), className: spec?.className };
}

/**
 * Requests and the memory limit have defaults, each on its own, moved where they would contradict what is asked for.
 * A CPU limit is set only where it is asked for.
 */
function resources(spec: Resources | undefined, requests: Record<string, string>, memory: string): ResolvedResources {
  const limits = { memory: larger(memory, spec?.requests?.memory), ...spec?.limits };
  const asked = {
    cpu: smaller(requests['cpu'] ?? '0', spec?.limits?.cpu),
    memory: smaller(requests['memory'] ?? '0', spec?.limits?.memory),
    ...spec?.requests,
  };
  return { requests: canonical(asked), limits: canonical(limits) };
}

function larger(fallback: string, bound: number | string | undefined): number | string {
  return bound !== undefined && compareQuantities(bound, fallback) > 0 ? bound : fallback;
}

function smaller(fallback: string, bound: number | string | undefined): number | string {
  return bound !== undefined && compareQuantities(bound, fallback) < 0 ? bound : fallback;
}

function canonical(quantities: Record<string, number | string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(quantities)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, quantity]) => [name, canonicalQuantity(quantity)]),
  );
}

function memoryLimit({ limits }: ResolvedResources): number {
  return bytesOf(limits['memory'] ?? '0');
}

/** Half of the limit: the page cache, which Kafka lives from, threads and metaspace need the rest. */
function heap(sized: ResolvedResources): number {
  return Math.max(64, Math.floor(memoryLimit(sized) / 2 / mebi));
}

function eventsProblems(events: ResolvedEvents, volumes: ClusterFacts['volumes']): Problem[] {
  if (events.mode !== 'managed') return [];
  const field = 'spec.events.managed';
  const kafka = [
    ...downgrade('Kafka', field, events.version, volumes.events),
    ...layoutChange('Kafka', field, layoutOf(events), volumes.events),
  ];
  const { zooKeeper } = events;
  if (!zooKeeper) return kafka;
  return [
    ...kafka,
    ...downgrade('ZooKeeper', `${field}.zooKeeper`, zooKeeper.version, volumes.zookeeper),
    ...layoutChange('ZooKeeper', `${field}.zooKeeper`, ensembleOf(zooKeeper), volumes.zookeeper),
  ];
}

function downgrade(store: string, field: string, wanted: string, recorded?: RecordedStore): Problem[] {
  const ran = recorded?.version;
  if (ran === undefined || compareVersions(wanted, ran) >= 0) return [];
  const message = `${field}.version asks for ${wanted}, but its volume was written by ${store} ${ran}, which cannot go back; set ${ran}`;
  return [{ reason: Reason.StoreDowngrade, message }];
}

/** Mode and number of brokers, as it is written on their volumes. */
export function layoutOf(events: ResolvedEvents): string | undefined {
  if (events.mode !== 'managed') return undefined;
  return `${events.zooKeeper ? 'zookeeper' : 'kraft'}-${events.replicas}`;
}

/** Number of ZooKeeper servers, as it is written on their volumes. */
export function ensembleOf({ replicas }: ResolvedZooKeeper): string {
  return `ensemble-${replicas}`;
}

function layoutChange(store: string, field: string, wanted: string | undefined, recorded?: RecordedStore): Problem[] {
  const written = recorded?.layout;
  if (wanted === undefined || written === undefined || written === wanted) return [];
  const message = `${field} asks for ${wanted}, but the volumes found were written as ${written}; ask for that, or delete the volumes of ${store}`;
  return [{ reason: Reason.LayoutChanged, message }];
}
