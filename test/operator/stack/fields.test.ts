/** Fields of the spec with one effect each: what an admin finds of them in the objects that are made. */
import { expect } from 'chai';
import type { JobSpec } from 'kubernetes-types/batch/v1.js';
import type { MemoAppSpec } from '../../../operator/src/api/memoapp.ts';
import type { KubeObject } from '../../../operator/src/runtime/object.ts';
import { urlOf } from '../../../operator/src/stack/route/route.ts';
import { everything, resolved } from '../harness/rendered.ts';

/** What is found at a place of an object, without the field and with it. */
interface Effect {
  readonly field: string;
  readonly spec: MemoAppSpec;
  /** Without the field, where an object would not be there else. */
  readonly base?: MemoAppSpec;
  /** `Kind/name`, and keys of maps and indices of lists from there. */
  readonly at: readonly [object: string, ...path: (string | number)[]];
  readonly before: unknown;
  readonly after: unknown;
}

const template = ['spec', 'template'] as const;
const pod = [...template, 'spec'] as const;
const image = [...pod, 'containers', 0, 'image'] as const;
const environment = [...pod, 'containers', 0, 'env'] as const;

const api = 'Deployment/shop-api';
const database = 'StatefulSet/shop-database';
const cache = 'StatefulSet/shop-cache';
const events = 'StatefulSet/shop-events';
const zooKeeper = 'StatefulSet/shop-zookeeper';
const ingress = 'Ingress/shop-route';

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;
const tolerations = [{ key: 'dedicated', operator: 'Exists', effect: 'NoSchedule' } as const];
const behavior = { scaleDown: { stabilizationWindowSeconds: 600 } };
const scale = { minReplicas: 2, maxReplicas: 5 };
const hostnames = ['memo.example', 'www.memo.example'];
const withZooKeeper = { version: '3.9.2', zooKeeper: {} };
const plainIngress = { route: { hostnames, ingress: {} } };
const memory = (limit: string): { resources: { limits: { memory: string } } } => ({
  resources: { limits: { memory: limit } },
});
const mebi = 1024 ** 2;

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

const effects: readonly Effect[] = [
  {
    field: 'api.pod.labels',
    spec: { api: { pod: { labels: { team: 'club' } } } },
    at: [api, ...template, 'metadata', 'labels', 'team'],
    before: undefined,
    after: 'club',
  },
  {
    field: 'api.pod.annotations',
    spec: { api: { pod: { annotations: { 'linkerd.io/inject': 'enabled' } } } },
    at: [api, ...template, 'metadata', 'annotations', 'linkerd.io/inject'],
    before: undefined,
    after: 'enabled',
  },
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
    field: 'api.autoscaling.behavior',
    spec: { api: { autoscaling: { ...scale, behavior } } },
    base: { api: { autoscaling: scale } },
    at: ['HorizontalPodAutoscaler/shop-api', 'spec', 'behavior'],
    before: undefined,
    after: behavior,
  },
  {
    field: 'api.pod.terminationGracePeriodSeconds',
    spec: { api: { pod: { terminationGracePeriodSeconds: 77 } } },
    at: [api, ...pod, 'terminationGracePeriodSeconds'],
    before: 30,
    after: 77,
  },
  {
    field: 'database.managed.pod.terminationGracePeriodSeconds',
    spec: { database: { managed: { pod: { terminationGracePeriodSeconds: 77 } } } },
    at: [database, ...pod, 'terminationGracePeriodSeconds'],
    before: 300,
    after: 77,
  },
  {
    field: 'api.disruptionBudget.maxUnavailable',
    spec: { api: { disruptionBudget: { maxUnavailable: 2 } } },
    at: ['PodDisruptionBudget/shop-api', 'spec', 'maxUnavailable'],
    before: 1,
    after: 2,
  },
  {
    field: 'database.managed.image.digest',
    spec: { database: { managed: { image: { digest } } } },
    at: [database, ...image],
    before: 'mariadb:11.8',
    after: `mariadb@${digest}`,
  },
  {
    field: 'cache.managed.image.digest',
    spec: { cache: { managed: { image: { digest } } } },
    at: [cache, ...image],
    before: 'redis:8.0',
    after: `redis@${digest}`,
  },
  {
    field: 'events.managed.image.digest',
    spec: { events: { managed: { image: { digest } } } },
    at: [events, ...image],
    before: 'apache/kafka:4.2.1',
    after: `apache/kafka@${digest}`,
  },
  {
    field: 'events.managed.zooKeeper.image.digest',
    spec: { events: { managed: { ...withZooKeeper, zooKeeper: { version: '3.9', image: { digest } } } } },
    base: { events: { managed: { ...withZooKeeper, zooKeeper: { version: '3.9' } } } },
    at: [zooKeeper, ...image],
    before: 'zookeeper:3.9',
    after: `zookeeper@${digest}`,
  },
  {
    field: 'cache.managed.maxMemoryPolicy',
    spec: { cache: { managed: { maxMemoryPolicy: 'allkeys-lfu' } } },
    at: ['ConfigMap/shop-cache', 'data', 'redis.conf', 'maxmemory-policy'],
    before: 'allkeys-lru',
    after: 'allkeys-lfu',
  },
  {
    field: 'cache.managed.resources.limits.memory (three quarters of it for Redis)',
    spec: { cache: { managed: memory('512Mi') } },
    at: ['ConfigMap/shop-cache', 'data', 'redis.conf', 'maxmemory'],
    before: String(96 * mebi),
    after: String(384 * mebi),
  },
  {
    field: 'events.managed.resources.limits.memory (half of it is the heap)',
    spec: { events: { managed: memory('4Gi') } },
    at: [events, ...environment, 'KAFKA_HEAP_OPTS'],
    before: '-Xms512m -Xmx512m',
    after: '-Xms2048m -Xmx2048m',
  },
  {
    field: 'events.managed.zooKeeper.resources.limits.memory (half of it is the heap)',
    spec: { events: { managed: { ...withZooKeeper, zooKeeper: memory('1Gi') } } },
    base: { events: { managed: withZooKeeper } },
    at: [zooKeeper, ...environment, 'SERVER_JVMFLAGS'],
    before: '-Xms192m -Xmx192m -Dsun.net.inetaddr.ttl=3',
    after: '-Xms512m -Xmx512m -Dsun.net.inetaddr.ttl=3',
  },
  {
    field: 'route.ingress.className',
    spec: { route: { hostnames, ingress: { className: 'traefik' } } },
    base: plainIngress,
    at: [ingress, 'spec', 'ingressClassName'],
    before: undefined,
    after: 'traefik',
  },
  {
    field: 'route.ingress.tls',
    spec: { route: { hostnames, ingress: { tls: { secretName: 'memo-tls' } } } },
    base: plainIngress,
    at: [ingress, 'spec', 'tls'],
    before: undefined,
    after: [{ hosts: hostnames, secretName: 'memo-tls' }],
  },
  {
    field: 'route.ingress.annotations',
    spec: { route: { hostnames, ingress: { annotations: { 'cert-manager.io/cluster-issuer': 'public' } } } },
    base: plainIngress,
    at: [ingress, 'metadata', 'annotations'],
    before: undefined,
    after: { 'cert-manager.io/cluster-issuer': 'public' },
  },
];

/** Every part that may have a pod, and a route. */
const whole: MemoAppSpec = { events: { managed: withZooKeeper }, ...plainIngress };

describe('a field of the spec', () => {
  for (const { field, spec, base = {}, at, before, after } of effects) {
    it(`${field} is in ${at[0]}`, () => {
      expect(valueAt(objects(base), at)).to.deep.equal(before);
      expect(valueAt(objects(spec), at)).to.deep.equal(after);
    });
  }

  it('commonLabels is on every child and on every pod', () => {
    const found = objects({ ...whole, commonLabels: { team: 'club' } });
    expect(found).to.have.length.above(25);
    for (const object of found) expect(object.metadata.labels, nameOf(object)).to.include({ team: 'club' });
    for (const object of withPods(found)) {
      expect(valueAt([object], [nameOf(object), ...template, 'metadata', 'labels']), nameOf(object)).to.include({
        team: 'club',
      });
    }
  });

  it('imagePullSecrets is in every pod, those of Jobs too', () => {
    const imagePullSecrets = [{ name: 'registry' }, { name: 'mirror' }];
    const pods = withPods(objects({ ...whole, imagePullSecrets }));
    const parts = pods.map(({ metadata }) => metadata.labels?.['memo.sogangcomputerclub.org/part']);
    expect(parts).to.have.members(['api', 'database', 'cache', 'events', 'zookeeper', 'migrate', 'topic']);
    for (const object of pods) {
      const at = [nameOf(object), ...pod, 'imagePullSecrets'] as const;
      expect(valueAt([object], at), nameOf(object)).to.deep.equal(imagePullSecrets);
    }
  });

  it('route.ingress.tls makes the address one of https', () => {
    expect(urlOf(resolved(plainIngress))).to.equal('http://memo.example');
    const tls = { secretName: 'memo-tls' };
    expect(urlOf(resolved({ route: { hostnames, ingress: { tls } } }))).to.equal('https://memo.example');
  });

  it('events.external.createTopic decides whether there is a Job for the topic', () => {
    const jobs = (createTopic: 'IfMissing' | 'Never'): unknown[] =>
      objects({ events: { external: { bootstrapServers: ['kafka:9092'], createTopic } } })
        .filter(({ kind }) => kind === 'Job')
        .map(({ metadata }) => metadata.labels?.['memo.sogangcomputerclub.org/part']);
    expect(jobs('IfMissing')).to.have.members(['migrate', 'topic']);
    expect(jobs('Never')).to.deep.equal(['migrate']);
  });
});

function objects(spec: MemoAppSpec): KubeObject[] {
  return everything(resolved(spec));
}

function nameOf({ kind, metadata }: KubeObject): string {
  return `${kind}/${metadata.name}`;
}

function withPods(all: readonly KubeObject[]): KubeObject[] {
  return all.filter((object) => (object['spec'] as Partial<JobSpec> | undefined)?.template !== undefined);
}

/** Along keys and indices, names of variables, and first words of the lines of a file. Throws where there is no such object. */
function valueAt(all: readonly KubeObject[], [name, ...path]: Effect['at']): unknown {
  const object = all.find((each) => nameOf(each) === name);
  if (!object) throw new Error(`there is no ${name}`);
  return path.reduce<unknown>(stepInto, object);
}

function stepInto(value: unknown, key: string | number): unknown {
  if (typeof value === 'string') {
    const line = value.split('\n').find((each) => each.startsWith(`${key} `));
    return line?.slice(String(key).length + 1);
  }
  if (Array.isArray(value) && typeof key === 'string') {
    return (value as { name: string; value: unknown }[]).find((each) => each.name === key)?.value;
  }
  return (value as Readonly<Record<string | number, unknown>> | undefined)?.[key];
}
