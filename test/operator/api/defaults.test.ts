/** What the schema says of an absent field is what the operator makes of it. */
import { expect } from 'chai';
import type { MemoApp, MemoAppSpec } from '../../../operator/src/api/memoapp.ts';
import { ports } from '../../../operator/src/api/names.ts';
import type { ResolvedApp, ResolvedResources } from '../../../operator/src/api/resolved.ts';
import { resolve } from '../../../operator/src/api/resolve.ts';
import { stack } from '../../../operator/src/stack/stack.ts';
import { seen } from '../harness/rendered.ts';
import { crdText, fields, property, schema, type Schema } from '../harness/schema.ts';

function resolved(spec: MemoAppSpec): ResolvedApp {
  const metadata = { name: 'shop', namespace: 'club', uid: 'u' };
  const memoApp: MemoApp = { apiVersion: 'memo.sogangcomputerclub.org/v1alpha1', kind: 'MemoApp', metadata, spec };
  return resolve(memoApp, { release: '0.1.0', volumes: {} });
}

const least = resolved({});
const legacy = resolved({ events: { managed: { zooKeeper: {} } } });
const { cache, database, events } = least;
const zooKeeper = legacy.events.mode === 'managed' ? legacy.events.zooKeeper : undefined;
if (
  database.mode !== 'managed' ||
  cache.mode !== 'managed' ||
  events.mode !== 'managed' ||
  !zooKeeper ||
  legacy.events.mode !== 'managed'
) {
  throw new Error('the least spec does not have every store');
}

function sized({ requests, limits }: ResolvedResources): string {
  return `requests of ${requests['cpu'] ?? '?'} CPU and ${requests['memory'] ?? '?'}, a limit of ${limits['memory'] ?? '?'}, no CPU limit`;
}

/** The words of each description that names a default, made from what the operator resolves. */
const words: Readonly<Record<string, string>> = {
  api: 'two pods',
  'api.replicas': `${least.api.scale.mode === 'fixed' ? least.api.scale.replicas : '?'}.`,
  'api.image': `\`${least.api.image.repository}\``,
  'api.autoscaling.minReplicas': `the smaller of ${fewest(9)} and maxReplicas`,
  'api.connectionPool': `\`{min: ${least.api.connectionPool.min}, max: ${least.api.connectionPool.max}}\``,
  'api.connectionPool.min': `the smaller of ${least.api.connectionPool.min} and max`,
  'api.disruptionBudget': `${least.api.maxUnavailable}.`,
  'api.resources': sized(least.api.resources),
  'database.managed.image': `\`${database.image.repository}\``,
  'database.managed.version': `${database.version} on an empty one`,
  'database.managed.storage': `${database.storage.size} of the default StorageClass`,
  'database.managed.resources': sized(database.resources),
  'cache.managed.image': `\`${cache.image.repository}\``,
  'cache.managed.version': `${cache.image.tag} at first`,
  'cache.managed.resources': sized(cache.resources),
  'events.managed.image': `\`${events.image.repository}\``,
  'events.managed.version': `at first ${events.version}, and ${legacy.events.version} with zooKeeper`,
  'events.managed.storage': `${events.storage.size} of the default StorageClass`,
  'events.managed.resources': sized(events.resources),
  'events.managed.zooKeeper.image': `\`${zooKeeper.image.repository}\``,
  'events.managed.zooKeeper.version': `${zooKeeper.version} at first`,
  'events.managed.zooKeeper.storage': `${zooKeeper.storage.size} of the default StorageClass`,
  'events.managed.zooKeeper.resources': sized(zooKeeper.resources),
  'events.topic': `${events.topic.name} with ${events.topic.partitions} partitions, kept for ${events.topic.retention}`,
  'events.topic.replicationFactor': `the smaller of ${copies(9)} and the number of brokers`,
  route: `port ${ports.api}`,
};

/** A number, an image, or a number in a word. */
const namesADefault = /absent: [^.]*(\d|`[a-z/-]+`|two pods)/;

function fewest(maxReplicas: number): number {
  const { scale } = resolved({ api: { autoscaling: { maxReplicas } } }).api;
  return scale.mode === 'autoscaled' ? scale.minReplicas : 0;
}

function copies(replicas: number): number {
  return resolved({ events: { managed: { replicas } } }).events.topic.replicationFactor ?? 0;
}

describe('the defaults that the schema names', () => {
  const spec = schema('spec');

  it('are the ones of the operator, in every description that names one', () => {
    const naming = fields(spec).filter(([, { description = '' }]) => namesADefault.test(description));
    expect(naming.map(([path]) => path.join('.')).toSorted()).to.deep.equal(Object.keys(words).toSorted());
    for (const [path, text] of Object.entries(words)) {
      expect(path.split('.').reduce(property, spec).description, path).to.include(text);
    }
  });

  it('are the smaller of two where they say so', () => {
    expect([fewest(1), fewest(2), copies(1), copies(3)]).to.deep.equal([1, 2, 1, 3]);
    expect(resolved({ api: { connectionPool: { max: 5 } } }).api.connectionPool).to.deep.equal({ min: 5, max: 5 });
    expect(resolved({ api: { connectionPool: { max: 50 } } }).api.connectionPool).to.deep.equal({ min: 10, max: 50 });
  });

  it('mean the same written out as absent', () => {
    const leaves = fields(spec).filter(([, field]) => field.default !== undefined);
    expect(leaves).not.to.have.length(0);
    for (const [path, field] of leaves) {
      const [absent, written] = [without(spec, path), without(spec, path)];
      set(written, path, field.default);
      expect(resolved(written), path.join('.')).to.deep.equal(resolved(absent));
    }
  });

  it('name children that there are', () => {
    const app = resolved({
      events: { managed: { zooKeeper: {} } },
      route: { hostnames: ['memo.example'], ingress: {}, gateway: { parentRefs: [{ name: 'public' }] } },
    });
    const observed = seen();
    const made = stack(app, {
      observed,
      apiImage: 'memo-service:0.1.0',
      apiReplicas: 'ours',
      ready: true,
      secretHashes: {},
    });
    const named = [...crdText.matchAll(/(Deployment|StatefulSet|Service|Ingress|HTTPRoute) `<name>(-[a-z-]+)`/g)];
    expect(named).not.to.have.length(0);
    for (const [text, kind, suffix = ''] of named) {
      const there = made.some((object) => object.kind === kind && object.metadata.name === `shop${suffix}`);
      expect(there, text).to.equal(true);
    }
  });
});

/** A spec with everything above the field, and what its parents require, but not the field itself. */
function without(of: Schema, path: readonly string[]): MemoAppSpec {
  const spec: Record<string, unknown> = {};
  let [at, schemaAt]: [Record<string, unknown>, Schema] = [spec, of];
  for (const name of path.slice(0, -1)) {
    const next: Record<string, unknown> = {};
    at[name] = next;
    [at, schemaAt] = [next, property(schemaAt, name)];
    for (const required of schemaAt.required ?? []) at[required] = property(schemaAt, required).maximum ?? {};
  }
  return spec;
}

function set(spec: MemoAppSpec, path: readonly string[], value: unknown): void {
  const parent = path
    .slice(0, -1)
    .reduce<Record<string, unknown>>(
      (at, name) => at[name] as Record<string, unknown>,
      spec as Record<string, unknown>,
    );
  parent[path.at(-1) ?? ''] = value;
}
