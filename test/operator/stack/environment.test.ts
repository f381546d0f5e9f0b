/** The seam between operator and service: the service's own parser reads what the operator renders. */
import { expect } from 'chai';
import type { MemoApp } from '../../../operator/src/api/memoapp.ts';
import {
  migrationEnvironment,
  serviceEnvironment,
  topicEnvironment,
  variablesOf,
} from '../../../operator/src/stack/api/environment.ts';
import { databaseConnection, eventsConnection, triedAccount } from '../../../operator/src/stack/api/connections.ts';
import { parseConfig, parseTopicConfig, VARIABLES } from '../../../service/src/config.ts';
import { authority, configOf, mounted, variables } from '../harness/parsed.ts';
import { resolved } from '../harness/rendered.ts';
import { property, schema } from '../harness/schema.ts';

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

const ca = { caSecret: { name: 'ca', key: 'root.pem' } };
const external: MemoApp['spec'] = {
  database: {
    external: {
      host: 'db.example',
      database: 'memos',
      credentialsSecret: { name: 'db', usernameKey: 'db-user' },
      migrationCredentialsSecret: { name: 'db', usernameKey: 'owner', passwordKey: 'owner-password' },
      tls: ca,
    },
  },
  cache: { external: { url: 'rediss://cache.example:6380/1', credentialsSecret: { name: 'cache' }, tls: ca } },
  events: {
    external: {
      bootstrapServers: ['k1.example:9093', 'k2.example:9093'],
      sasl: { mechanism: 'SCRAM-SHA-512', credentialsSecret: { name: 'kafka' } },
      tls: { mode: 'VerifyCA' },
    },
  },
};

describe('the environment that the operator renders', () => {
  it('brings address, account and authority of external stores to the service', () => {
    const { cache, database, events } = configOf(resolved(external));
    expect(database.url).to.deep.equal({
      host: 'db.example',
      port: 3306,
      database: 'memos',
      user: 'of db-user',
      password: 'of password',
    });
    expect(database.tls).to.deep.equal({ verify: 'VerifyFull', ca: authority });
    expect(cache).to.deep.include({
      url: 'rediss://cache.example:6380/1',
      password: 'of password',
      tls: { verify: 'VerifyFull', ca: authority },
    });
    expect(cache).not.to.have.property('username');
    expect(events).to.deep.include({
      bootstrapServers: ['k1.example:9093', 'k2.example:9093'],
      sasl: { mechanism: 'SCRAM-SHA-512', username: 'of username', password: 'of password' },
      tls: { verify: 'VerifyCA' },
    });
  });

  it('gives the migration an account of its own, with that of the API to try, or that where there is no other', () => {
    const { secrets } = databaseConnection(resolved(external), 'migration');
    const files = mounted([...secrets, ...triedAccount(resolved(external)).secrets]);
    const environment = [
      ...migrationEnvironment(resolved(external)),
      ...variablesOf(triedAccount(resolved(external)).variables),
    ];
    const owner = parseConfig(variables(environment), files);
    expect(owner.database.url).to.include({ user: 'of owner', password: 'of owner-password' });
    expect(owner.database.service).to.deep.equal({ user: 'of db-user', password: 'of password' });
    const plain = { external: { host: '::1', credentialsSecret: { name: 'db' } } };
    const app = resolved({ database: plain });
    const same = parseConfig(
      variables(migrationEnvironment(app)),
      mounted(databaseConnection(app, 'migration').secrets),
    );
    expect(same.database.url).to.include({ host: '::1', user: 'of username', database: 'memo_app' });
    expect(same.database).not.to.have.property('tls');
    expect(same.database).not.to.have.property('service');
  });

  it('alters no topic that others own, and leaves its copies to the brokers there are', () => {
    const app = resolved(external);
    const { events } = parseTopicConfig(variables(topicEnvironment(app)), mounted(eventsConnection(app).secrets));
    expect(events.alterTopic).to.equal(false);
    expect(events).not.to.have.property('replicationFactor');
  });

  for (const [what, spec] of specs) {
    it(`is what the service reads, for a spec that asks for ${what}`, () => {
      const app = resolved(spec);
      const config = configOf(app);
      expect(config.database.poolMax).to.equal(app.api.connectionPool.max);
      expect(config.http.legacyPaths).to.equal(app.api.legacyPaths);
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
    for (const legacyPaths of property(api, 'legacyPaths').enum ?? []) {
      const app = resolved({ api: { legacyPaths } as MemoApp['spec']['api'] & object });
      expect(configOf(app).http.legacyPaths).to.equal(legacyPaths);
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
      const [retention, retentionMs] = bound === 'minimum' ? ['1m', 60_000] : ['87600h', 315_360_000_000];
      const app = resolved({ events: { topic: { partitions, replicationFactor, retention } } });
      const { events } = parseTopicConfig(variables(topicEnvironment(app)), () => '');
      expect(events).to.include({ partitions, replicationFactor, retentionMs });
    }
  });

  it('names variables that the service knows', () => {
    const app = resolved({});
    const names = [...serviceEnvironment(app), ...topicEnvironment(app)].map(({ name }) => name.replace(/_FILE$/, ''));
    expect(Object.keys(VARIABLES)).to.include.members(names);
  });
});
