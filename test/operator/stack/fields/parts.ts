/** What the fields do that several parts have: each for its own pods. */
import type { MemoAppSpec } from '../../../../operator/src/api/memoapp.ts';
import { container, digest, pod, template, withZooKeeper, type Effect } from './effect.ts';

type Database = NonNullable<NonNullable<MemoAppSpec['database']>['managed']>;

/** What the parts have in common. */
type Common = Pick<Database, 'image' | 'pod' | 'resources'>;

interface PartWithPods {
  readonly field: string;
  readonly object: string;
  readonly spec: (more: Common) => MemoAppSpec;
  /** Without a tag. */
  readonly image: string;
  readonly tag: string;
  /** In seconds. undefined: the spec does not ask. */
  readonly grace: number | undefined;
  readonly resources: object;
}

const parts: readonly PartWithPods[] = [
  {
    field: 'api',
    object: 'Deployment/shop-api',
    spec: (api) => ({ api }),
    image: 'memo-service',
    tag: '0.1.0',
    grace: 30,
    resources: { requests: { cpu: '100m', memory: '256Mi' }, limits: { memory: '1Gi' } },
  },
  {
    field: 'database.managed',
    object: 'StatefulSet/shop-database',
    spec: (managed) => ({ database: { managed } }),
    image: 'mariadb',
    tag: '11.8',
    grace: 300,
    resources: { requests: { cpu: '100m', memory: '512Mi' }, limits: { memory: '1Gi' } },
  },
  {
    field: 'cache.managed',
    object: 'StatefulSet/shop-cache',
    spec: (managed) => ({ cache: { managed } }),
    image: 'redis',
    tag: '8.0',
    grace: 10,
    resources: { requests: { cpu: '50m', memory: '64Mi' }, limits: { memory: '128Mi' } },
  },
  {
    field: 'events.managed',
    object: 'StatefulSet/shop-events',
    spec: (managed) => ({ events: { managed } }),
    image: 'apache/kafka',
    tag: '4.2.1',
    grace: 120,
    resources: { requests: { cpu: '200m', memory: '768Mi' }, limits: { memory: '1Gi' } },
  },
  {
    field: 'events.managed.zooKeeper',
    object: 'StatefulSet/shop-zookeeper',
    spec: ({ image, resources }) => ({
      events: {
        managed: { ...withZooKeeper, zooKeeper: { ...(image && { image }), ...(resources && { resources }) } },
      },
    }),
    image: 'zookeeper',
    tag: '3.9',
    grace: undefined,
    resources: { requests: { cpu: '100m', memory: '256Mi' }, limits: { memory: '384Mi' } },
  },
];

const asked = { requests: { cpu: '250m', memory: '1500Mi' }, limits: { cpu: '2', memory: '3Gi' } };
const mirror = 'registry.example:5000/club/mirror';

/** What every container has. */
function containerEffects({ field, image, object, resources, spec, tag }: PartWithPods): Effect[] {
  const base = spec({});
  const at = [object, ...container, 'image'] as const;
  return [
    {
      field: `${field}.image.repository`,
      spec: spec({ image: { repository: mirror } }),
      base,
      at,
      before: `${image}:${tag}`,
      after: `${mirror}:${tag}`,
    },
    {
      field: `${field}.image.digest`,
      spec: spec({ image: { digest } }),
      base,
      at,
      before: `${image}:${tag}`,
      after: `${image}@${digest}`,
    },
    {
      field: `${field}.image.repository (with digest)`,
      spec: spec({ image: { repository: mirror, digest } }),
      base,
      at,
      before: `${image}:${tag}`,
      after: `${mirror}@${digest}`,
    },
    {
      field: `${field}.resources`,
      spec: spec({ resources: asked }),
      base,
      at: [object, ...container, 'resources'],
      before: resources,
      after: asked,
    },
  ];
}

function podEffects({ field, grace, object, spec }: PartWithPods): Effect[] {
  if (grace === undefined) return [];
  const metadata = [object, ...template, 'metadata'] as const;
  return [
    {
      field: `${field}.pod.labels`,
      spec: spec({ pod: { labels: { team: 'club' } } }),
      at: [...metadata, 'labels', 'team'],
      before: undefined,
      after: 'club',
    },
    {
      field: `${field}.pod.annotations`,
      spec: spec({ pod: { annotations: { 'linkerd.io/inject': 'enabled' } } }),
      at: [...metadata, 'annotations', 'linkerd.io/inject'],
      before: undefined,
      after: 'enabled',
    },
    {
      field: `${field}.pod.terminationGracePeriodSeconds`,
      spec: spec({ pod: { terminationGracePeriodSeconds: 777 } }),
      at: [object, ...pod, 'terminationGracePeriodSeconds'],
      before: grace,
      after: 777,
    },
  ];
}

export const partEffects: readonly Effect[] = parts.flatMap((part) => [...containerEffects(part), ...podEffects(part)]);
