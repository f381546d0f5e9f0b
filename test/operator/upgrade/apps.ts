/** MemoApps that together use every part in each of its modes, and how each of them stands at rest on simulated nodes. */
import type { MemoAppSpec } from '../../../operator/src/api/memoapp.ts';
import type { Reason } from '../../../operator/src/api/reasons.ts';
import type { KubeObject } from '../../../operator/src/runtime/object.ts';

export interface Tried {
  readonly spec: MemoAppSpec;
  /** What `Ready` says at rest. */
  readonly rests: Reason;
}

const given = { name: 'given' };
const tls = { caSecret: given };

/** Whatever shows in a pod is asked for; what is left out is what the operator adds to it. */
const everything: MemoAppSpec = {
  deletionPolicy: 'Delete',
  imagePullSecrets: [{ name: 'registry' }],
  commonLabels: { team: 'club' },
  api: {
    autoscaling: { maxReplicas: 5 },
    resources: { requests: { cpu: '50m' }, limits: { memory: '512Mi' } },
    connectionPool: { max: 10 },
    logLevel: 'debug',
    env: [{ name: 'MAIL_PASSWORD', valueFrom: { secretKeyRef: { ...given, key: 'password' } } }],
    cors: { allowedOrigins: ['https://memo.example'] },
    auth: { jwt: { issuer: 'https://id.example', audience: 'memo', secret: { ...given, key: 'signing-key' } } },
    rateLimits: { write: { requests: 30, per: '1m' } },
    trustedProxies: ['10.244.0.0/16'],
    legacyPaths: 'Deprecated',
    pod: { annotations: { 'club.example/note': 'ours' }, topologySpread: 'Disabled' },
  },
  database: {
    managed: { credentialsSecret: given, settings: { wait_timeout: 600 }, pod: { terminationGracePeriodSeconds: 600 } },
  },
  cache: { ttl: '60s', managed: { maxMemoryPolicy: 'volatile-lru', resources: { limits: { memory: '256Mi' } } } },
  events: {
    managed: { replicas: 3, resources: { limits: { memory: '2Gi' } } },
    topic: { name: 'notes', partitions: 6 },
    updateEvents: 'Enabled',
  },
  networkPolicy: { allowFrom: [{ namespaceSelector: { matchLabels: { team: 'club' } } }] },
};

const external: MemoAppSpec = {
  api: { replicas: 1 },
  database: { external: { host: 'db.example', credentialsSecret: given, migrationCredentialsSecret: given, tls } },
  cache: { external: { url: 'rediss://cache.example:6380', credentialsSecret: given, tls } },
  events: {
    external: {
      bootstrapServers: ['kafka.example:9093'],
      sasl: { mechanism: 'SCRAM-SHA-512', credentialsSecret: given },
      tls,
    },
  },
};

/** Paused before the upgrade, as its admin would to choose the hour. */
export const paused = 'paused';

/** By name. Nobody measures simulated pods, so that an autoscaler is blind. */
export const apps: Readonly<Record<string, Tried>> = {
  least: { spec: {}, rests: 'Available' },
  original: {
    spec: {
      events: { managed: { replicas: 3, zooKeeper: { replicas: 3 } } },
      route: { hostnames: ['memo.example'], ingress: { className: 'traefik' } },
    },
    rests: 'Available',
  },
  everything: { spec: everything, rests: 'MetricsMissing' },
  external: { spec: external, rests: 'Available' },
  small: {
    spec: {
      api: { replicas: 1 },
      cache: { disabled: {} },
      events: { disabled: {} },
      networkPolicy: { mode: 'Disabled' },
    },
    rests: 'Available',
  },
  stopped: { spec: { state: 'Stopped' }, rests: 'Stopped' },
  [paused]: { spec: { api: { replicas: 1 }, events: { managed: { zooKeeper: {} } } }, rests: 'Available' },
  single: { spec: { api: { replicas: 1 }, events: { managed: { zooKeeper: {} } } }, rests: 'Available' },
};

/** How many volumes they claim. */
export const volumes = 22;

/** The Secret that every spec names: an account, an authority, a key. */
export const givenSecret: KubeObject = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: given,
  stringData: {
    username: 'club',
    password: 'a-password',
    'ca.crt': 'a certificate',
    'signing-key': 'k'.repeat(32),
  },
};
