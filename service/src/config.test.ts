import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { ConfigurationError, parseConfig, parseTopicConfig, VARIABLES } from './config.ts';
import { configurationPage } from './config/document.ts';
import { parseDuration } from './config/forms.ts';

const URL = 'mysql://memo:secret@db:3306/memo_app';

function noFiles(path: string): string {
  throw Object.assign(new Error(path), { code: 'ENOENT' });
}

function faultsOf(environment: Record<string, string>): readonly { variable: string; fault: string; fix: string }[] {
  try {
    parseConfig(environment, noFiles);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults;
    throw error;
  }
  return [];
}

describe('the configuration', () => {
  it('is documented as it is: run `make generate` after a change', () => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/configuration.md'), 'utf8');
    expect(page).to.equal(configurationPage(VARIABLES));
  });

  it('needs nothing but the database to serve', () => {
    const config = parseConfig({ DATABASE_URL: URL }, noFiles);
    expect(config).not.to.have.any.keys('cache', 'events');
    expect(config.database).to.deep.equal({
      url: { host: 'db', port: 3306, user: 'memo', password: 'secret', database: 'memo_app' },
      poolMin: 10,
      poolMax: 20,
      timeZone: 'UTC',
    });
    expect(config.http).to.deep.equal({
      host: '::',
      port: 8000,
      managementPort: 9090,
      allowedOrigins: ['*'],
      legacyPaths: true,
      maxContentBytes: 1_048_576,
      shutdownDelayMs: 5000,
    });
  });

  it("has defaults that its own forms take, so that the page's default can be written out", () => {
    const fallbacks = Object.entries(VARIABLES).flatMap(([name, { fallback }]: [string, { fallback?: string }]) =>
      fallback === undefined ? [] : [[name, fallback] as const],
    );
    const written = { DATABASE_URL: URL, ...Object.fromEntries(fallbacks) };
    expect(parseConfig(written, noFiles)).to.deep.equal(parseConfig({ DATABASE_URL: URL }, noFiles));
  });

  it("takes the original's three variables unchanged", () => {
    const config = parseConfig(
      {
        DATABASE_URL: 'mysql+aiomysql://phoenix:p/w?#%40x@mariadb/memo_app?charset=utf8mb4',
        REDIS_URL: 'redis://redis:6379',
        KAFKA_BOOTSTRAP_SERVERS: 'kafka:9092, kafka-2:9092',
      },
      noFiles,
    );
    expect(config.database.url).to.deep.equal({
      host: 'mariadb',
      port: 3306,
      user: 'phoenix',
      password: 'p/w?#@x',
      database: 'memo_app',
    });
    expect(config.cache).to.deep.equal({ url: 'redis://redis:6379', ttlMs: 300_000 });
    expect(config.events).to.deep.include({ bootstrapServers: ['kafka:9092', 'kafka-2:9092'], topic: 'memo_events' });
  });

  it('reads secrets from files, and refuses both at once', () => {
    const config = parseConfig({ DATABASE_URL_FILE: '/run/url' }, (path) => (path === '/run/url' ? `${URL}\n` : ''));
    expect(config.database.url.password).to.equal('secret');
    expect(faultsOf({ DATABASE_URL: URL, DATABASE_URL_FILE: '/run/url' })[0]?.fault).to.include('DATABASE_URL_FILE');
    expect(faultsOf({ DATABASE_URL_FILE: '/run/url' })).to.deep.include({
      variable: 'DATABASE_URL_FILE',
      fault: 'names a file that cannot be read (ENOENT)',
      fix: 'mount it or correct the path',
    });
  });

  it('names every fault at once, with the fix and without the value', () => {
    const faults = faultsOf({
      DATABASE_URL: 'mysql://nobody:hunter2@/x',
      CACHE_TTL: '301s',
      PORT: '65536',
      UPDATE_EVENTS: 'yes',
      SHUTDOWN_DELAY: '5',
      CORS_ALLOWED_ORIGINS: 'example.org',
      DATABASE_TIME_ZONE: 'Mars/Olympus',
    });
    expect(faults.map(({ variable }) => variable)).to.have.members([
      'DATABASE_URL',
      'CACHE_TTL',
      'PORT',
      'UPDATE_EVENTS',
      'SHUTDOWN_DELAY',
      'CORS_ALLOWED_ORIGINS',
      'DATABASE_TIME_ZONE',
    ]);
    expect(faults.every(({ fix }) => fix.startsWith('write '))).to.equal(true);
    expect(JSON.stringify(faults)).not.to.include('hunter2');
  });

  it('refuses a pool whose least is above its most, and TLS that it would not speak', () => {
    const pool = { DATABASE_URL: URL, DATABASE_POOL_MIN: '30', DATABASE_POOL_MAX: '20' };
    expect(faultsOf(pool)[0]?.fix).to.include('at most 20');
    expect(faultsOf({ DATABASE_URL: `${URL}?ssl=true` })[0]?.fault).to.include('TLS');
  });

  it('refuses a topic that would wait for more copies than it has', () => {
    const kafka = { KAFKA_BOOTSTRAP_SERVERS: 'kafka:9092', KAFKA_TOPIC_REPLICATION_FACTOR: '2' };
    const waiting = (copies: string): unknown =>
      parseTopicConfig({ ...kafka, KAFKA_TOPIC_MIN_INSYNC_REPLICAS: copies }, noFiles).events.minInSyncReplicas;
    expect(waiting('2')).to.equal(2);
    expect(() => waiting('3')).to.throw(ConfigurationError, /MIN_INSYNC_REPLICAS: is above .*write at most 2/);
  });

  it('lets `topic` do without a database, and asks it for Kafka', () => {
    expect(parseTopicConfig({ KAFKA_BOOTSTRAP_SERVERS: 'k:9092' }, noFiles).events.retentionMs).to.equal(604_800_000);
    expect(() => parseTopicConfig({ DATABASE_URL: URL }, noFiles)).to.throw(
      ConfigurationError,
      'KAFKA_BOOTSTRAP_SERVERS',
    );
    expect(() => parseConfig({}, noFiles)).to.throw(ConfigurationError, 'DATABASE_URL: is not set');
  });

  it('takes empty text for absent, as Compose writes it', () => {
    expect(parseConfig({ DATABASE_URL: URL, REDIS_URL: '', CACHE_TTL: '' }, noFiles).cache).to.equal(undefined);
  });

  it('reads any password that is escaped', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'binary' }), (password) => {
        const url = `mariadb://u:${encodeURIComponent(password)}@[::1]:3307/d`;
        expect(parseConfig({ DATABASE_URL: url }, noFiles).database.url).to.include({
          password,
          host: '::1',
          port: 3307,
        });
      }),
    );
  });

  it('reads durations as Go writes them', () => {
    expect(['300s', '1h30m', '500ms', '1.5m', '0'].map(parseDuration)).to.deep.equal([
      300_000, 5_400_000, 500, 90_000, 0,
    ]);
    expect(['', '5', 's', '5 s', '-5s', '5d', '1h 30m'].map(parseDuration)).to.deep.equal(Array(7).fill(undefined));
  });
});
