/** The seam between operator and service: the service's own parser reads what the operator renders. */
import { expect } from 'chai';
import type { MemoApp } from '../../operator/src/api/memoapp.ts';
import type { ResolvedApp } from '../../operator/src/api/resolved.ts';
import { resolve } from '../../operator/src/api/resolve.ts';
import { mountedUris, serviceEnvironment, topicEnvironment } from '../../operator/src/stack/api/environment.ts';
import type { DatabaseBoundConfig } from '../../service/src/config.ts';
import { parseConfig, parseTopicConfig, VARIABLES } from '../../service/src/config.ts';
import { property, schema } from './schema.ts';

const specs: readonly (readonly [what: string, spec: MemoApp['spec']])[] = [
  ['nothing', {}],
  ['no origin', { api: { cors: { allowedOrigins: [] } } }],
  ['a small pool and nothing of its minimum', { api: { connectionPool: { max: 5 } } }],
  ['no cache and no events', { cache: { disabled: {} }, events: { disabled: {} } }],
  [
    'everything',
    {
      api: {
        autoscaling: { maxReplicas: 5 },
        connectionPool: { min: 12, max: 14 },
        logLevel: 'debug',
        legacyPaths: 'Disabled',
        cors: { allowedOrigins: ['https://memo.example'] },
      },
      cache: { ttl: '60s' },
      events: { managed: { version: '3.9.2', zooKeeper: {} }, topic: { name: 'notes' }, updateEvents: 'Enabled' },
    },
  ],
];

describe('the environment that the operator renders', () => {
  for (const [what, spec] of specs) {
    it(`is what the service reads, for a spec that asks for ${what}`, () => {
      const app = resolved(spec);
      const config = configOf(app);
      expect(config.database.poolMax).to.equal(app.api.connectionPool.max);
      expect(config.http.legacyPaths).to.equal(app.api.legacyPaths === 'Enabled');
      expect(config.http.allowedOrigins).to.deep.equal(app.api.allowedOrigins);
      expect(config.updateEvents).to.equal(app.events.updateEvents === 'Enabled');
      expect(config.cache !== undefined).to.equal(app.cache.mode === 'managed');
      expect(config.events?.topic).to.equal(app.events.mode === 'managed' ? app.events.topic.name : undefined);
    });
  }

  it('is read at every bound that the schema sets', () => {
    const api = schema('spec', 'api');
    for (const logLevel of property(api, 'logLevel').enum ?? []) {
      expect(configOf(resolved({ api: { logLevel } as MemoApp['spec']['api'] & object })).logLevel).to.equal(logLevel);
    }
    const pool = property(api, 'connectionPool');
    for (const bound of ['minimum', 'maximum'] as const) {
      const max = property(pool, 'max')[bound] ?? 0;
      expect(configOf(resolved({ api: { connectionPool: { max } } })).database.poolMax).to.equal(max);
      const min = Math.min(max, property(pool, 'min')[bound] ?? 0);
      const { database } = configOf(resolved({ api: { connectionPool: { min, max } } }));
      expect(database).to.include({ poolMin: min, poolMax: max });
    }
    for (const ttl of ['1s', '300s', '5m', '4m60s']) {
      expect(configOf(resolved({ cache: { ttl } })).cache?.ttlMs).to.be.within(1000, 300_000);
    }
    const topic = schema('spec', 'events', 'topic');
    for (const bound of ['minimum', 'maximum'] as const) {
      const partitions = property(topic, 'partitions')[bound] ?? 0;
      const replicationFactor = property(topic, 'replicationFactor')[bound] ?? 0;
      const retention = bound === 'minimum' ? '1m' : '87600h';
      const app = resolved({ events: { topic: { partitions, replicationFactor, retention } } });
      const { events } = parseTopicConfig(variables(topicEnvironment(app)), () => '');
      expect(events).to.include({ partitions, replicationFactor });
    }
  });

  it('names variables that the service knows', () => {
    const app = resolved({});
    const names = [...serviceEnvironment(app), ...topicEnvironment(app)].map(({ name }) => name.replace(/_FILE$/, ''));
    expect(Object.keys(VARIABLES)).to.include.members(names);
  });
});

function resolved(spec: MemoApp['spec']): ResolvedApp {
  const metadata = { name: 'shop', namespace: 'club', uid: 'u' };
  const memoApp: MemoApp = { apiVersion: 'memo.sogangcomputerclub.org/v1alpha1', kind: 'MemoApp', metadata, spec };
  return resolve(memoApp, { release: '0.1.0', volumes: {} });
}

function variables(list: readonly { name: string; value: string }[]): Record<string, string> {
  return Object.fromEntries(list.map(({ name, value }) => [name, value]));
}

/** The service's configuration from what is rendered, with the files of the mounted Secrets. */
function configOf(app: ResolvedApp): DatabaseBoundConfig {
  const folders = mountedUris(app).map(({ mountPath }) => mountPath);
  return parseConfig(variables(serviceEnvironment(app)), (path) => {
    expect(
      folders.some((folder) => path.startsWith(`${folder}/`)),
      path,
    ).to.equal(true);
    return path.includes('/cache/')
      ? 'redis://memo_a:pw@shop-cache.club.svc:6379/0'
      : 'mysql://memo_a:pw@shop-database.club.svc:3306/memo_app';
  });
}
