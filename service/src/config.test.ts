import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { createAuthority } from '../../test/cluster/certificates/certificate.ts';
import { faultsOf, noFiles } from '../../test/service/harness/faults.ts';
import { ConfigurationError, parseConfig, parseTopicConfig, VARIABLES } from './config.ts';
import { configurationPage } from './config/document.ts';
import { parseDuration } from './config/forms.ts';

const URL = 'mysql://memo:secret@db:3306/memo_app';
const jwt = { AUTH_JWT_ISSUER: 'https://id.example', AUTH_JWT_AUDIENCE: 'memo' };
const authority = createAuthority('somebody').certificate.trim();

describe('the configuration', () => {
  it('is documented as it is: run `make generate` after a change', () => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/configuration.md'), 'utf8');
    expect(page).to.equal(configurationPage(VARIABLES));
  });

  it('needs nothing but the database to serve', () => {
    const config = parseConfig({ DATABASE_URL: URL }, noFiles);
    expect(config).not.to.have.any.keys('auth', 'cache', 'events');
    expect(config.rateLimits).to.deep.equal({});
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
      legacyPaths: 'Enabled',
      trustedProxies: [],
      maxContentBytes: 1_048_576,
      requestTimeoutMs: 30_000,
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

  it('takes brokers by name and by address, on the port of Kafka where none is named', () => {
    const serversOf = (servers: string): readonly string[] | undefined =>
      parseConfig({ DATABASE_URL: URL, KAFKA_BOOTSTRAP_SERVERS: servers }, noFiles).events?.bootstrapServers;
    expect(serversOf('kafka, 10.0.0.7:9093, [fd00::1], [::ffff:10.0.0.7]:1')).to.deep.equal([
      'kafka:9092',
      '10.0.0.7:9093',
      '[fd00::1]:9092',
      '[::ffff:10.0.0.7]:1',
    ]);
    for (const servers of [
      'fd00::1',
      'fd00::1:9092',
      '[kafka]:9092',
      '[fd00]',
      'kafka:0',
      'kafka:65536',
      'kafka:',
      ':9092',
    ]) {
      const faults = faultsOf({ DATABASE_URL: URL, KAFKA_BOOTSTRAP_SERVERS: servers });
      expect(
        faults.map(({ variable }) => variable),
        servers,
      ).to.deep.equal(['KAFKA_BOOTSTRAP_SERVERS']);
    }
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

  it('takes account, authority and SASL from variables of their own', () => {
    const files: Record<string, string> = {
      '/run/user': 'memo\n',
      '/run/password': 'p@ss/word\n',
      '/run/ca': authority,
    };
    const config = parseConfig(
      {
        DATABASE_URL: 'mysql://db.example:3307/memos',
        DATABASE_USERNAME_FILE: '/run/user',
        DATABASE_PASSWORD_FILE: '/run/password',
        DATABASE_TLS: 'VerifyCA',
        DATABASE_TLS_CA_FILE: '/run/ca',
        REDIS_URL: 'rediss://cache.example:6380',
        REDIS_PASSWORD_FILE: '/run/password',
        KAFKA_BOOTSTRAP_SERVERS: 'kafka:9093',
        KAFKA_TLS: 'VerifyFull',
        KAFKA_SASL_MECHANISM: 'PLAIN',
        KAFKA_SASL_USERNAME_FILE: '/run/user',
        KAFKA_SASL_PASSWORD_FILE: '/run/password',
      },
      (path) => files[path] ?? noFiles(path),
    );
    expect(config.database.url).to.deep.equal({
      host: 'db.example',
      port: 3307,
      user: 'memo',
      password: 'p@ss/word',
      database: 'memos',
    });
    expect(config.database.tls).to.deep.equal({ verify: 'VerifyCA', ca: authority });
    expect(config.cache).to.deep.include({ password: 'p@ss/word', tls: { verify: 'VerifyFull' } });
    expect(config.events).to.deep.include({
      tls: { verify: 'VerifyFull' },
      sasl: { mechanism: 'PLAIN', username: 'memo', password: 'p@ss/word' },
    });
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

  it('asks for tokens only when all is there that they are verified by, and never leaves the API open by mistake', () => {
    const jwks = 'https://id.example/keys';
    const secret = 's'.repeat(32);
    const authOf = (more: Record<string, string>): unknown =>
      parseConfig({ DATABASE_URL: URL, ...jwt, ...more }, () => `${secret}\n`).auth;
    const expected = { issuer: 'https://id.example', audience: 'memo', rolesClaim: 'roles' };
    expect(authOf({ AUTH_JWT_JWKS_URL: jwks })).to.deep.equal({ ...expected, key: { type: 'jwks', url: jwks } });
    expect(authOf({ AUTH_JWT_SECRET_FILE: '/run/secret', AUTH_JWT_ROLES_CLAIM: 'a.b' })).to.deep.equal({
      ...expected,
      rolesClaim: 'a.b',
      key: { type: 'secret', secret },
    });
    const halves: readonly (readonly [environment: Record<string, string>, faulty: string])[] = [
      [jwt, 'AUTH_JWT_JWKS_URL'],
      [{ AUTH_JWT_AUDIENCE: 'memo' }, 'AUTH_JWT_JWKS_URL'],
      [{ AUTH_JWT_JWKS_URL: jwks, AUTH_JWT_AUDIENCE: 'memo' }, 'AUTH_JWT_ISSUER'],
      [{ AUTH_JWT_SECRET: secret, AUTH_JWT_ISSUER: 'x' }, 'AUTH_JWT_AUDIENCE'],
      [{ ...jwt, AUTH_JWT_JWKS_URL: jwks, AUTH_JWT_SECRET: secret }, 'AUTH_JWT_SECRET'],
      [{ ...jwt, AUTH_JWT_JWKS_URL: 'id.example/keys' }, 'AUTH_JWT_JWKS_URL'],
      [{ ...jwt, AUTH_JWT_SECRET: 's'.repeat(31) }, 'AUTH_JWT_SECRET'],
    ];
    for (const [environment, faulty] of halves) {
      const faults = faultsOf({ DATABASE_URL: URL, ...environment }).map(({ variable }) => variable);
      expect(faults, JSON.stringify(environment)).to.include(faulty);
    }
  });

  it('takes no user or password for published keys: the address would be in the log, and nobody could ask there', () => {
    for (const user of ['me:hunter2@', 'me@', ':hunter2@']) {
      const tokens = { ...jwt, AUTH_JWT_JWKS_URL: `https://${user}id.example/keys` };
      const fault = 'must not hold a user or a password: give an address that asks for none';
      expect(faultsOf({ DATABASE_URL: URL, ...tokens })).to.deep.equal([
        { variable: 'AUTH_JWT_JWKS_URL', fault, fix: 'write https://id.example/keys' },
      ]);
    }
  });

  it('reads limits and networks, and refuses what would limit or trust something else than was meant', () => {
    const read = parseConfig(
      {
        DATABASE_URL: URL,
        RATE_LIMIT_READ: '600/1m',
        RATE_LIMIT_SEARCH: '5/24h',
        TRUSTED_PROXIES: '10.0.0.0/8, fd00::1',
      },
      noFiles,
    );
    expect(read.rateLimits).to.deep.equal({
      read: { requests: 600, seconds: 60 },
      search: { requests: 5, seconds: 86_400 },
    });
    expect(read.http.trustedProxies).to.deep.equal(['10.0.0.0/8', 'fd00::1']);
    for (const rate of ['600', '0/1m', '600/m', '600/500ms', '600/1.5s', '600/25h', '-1/1m', '600/1m/1m']) {
      expect(faultsOf({ DATABASE_URL: URL, RATE_LIMIT_WRITE: rate })[0]?.variable, rate).to.equal('RATE_LIMIT_WRITE');
    }
    for (const networks of ['10.0.0.0/33', '10.0.0/8', 'proxy.example', 'fd00::/129', '10.0.0.0/8/8', '/8']) {
      const [fault] = faultsOf({ DATABASE_URL: URL, TRUSTED_PROXIES: networks });
      expect(fault?.variable, networks).to.equal('TRUSTED_PROXIES');
    }
  });

  it('takes a day for the end of the paths without a version, where they are deprecated', () => {
    const end = { DATABASE_URL: URL, LEGACY_PATHS_SUNSET: '2027-06-30' };
    const { http } = parseConfig({ ...end, LEGACY_PATHS: 'Deprecated' }, noFiles);
    expect(http.legacyPathsSunset).to.deep.equal(new Date('2027-06-30T00:00:00Z'));
    expect(faultsOf(end)[0]?.variable).to.equal('LEGACY_PATHS_SUNSET');
    expect(faultsOf({ ...end, LEGACY_PATHS: 'Deprecated', LEGACY_PATHS_SUNSET: 'soon' })[0]?.fault).to.include('2027');
  });

  it('lets `topic` do without a database, and asks it for Kafka', () => {
    expect(parseTopicConfig({ KAFKA_BOOTSTRAP_SERVERS: 'k:9092' }, noFiles).events.retentionMs).to.equal(604_800_000);
    expect(() => parseTopicConfig({ DATABASE_URL: URL }, noFiles)).to.throw(
      ConfigurationError,
      'KAFKA_BOOTSTRAP_SERVERS',
    );
    expect(() => parseConfig({}, noFiles)).to.throw(ConfigurationError, 'DATABASE_URL: is not set');
  });

  it('takes empty text for absent, as Compose writes it, and an empty file as well', () => {
    expect(parseConfig({ DATABASE_URL: URL, REDIS_URL: '', CACHE_TTL: '' }, noFiles).cache).to.equal(undefined);
    const empty = { DATABASE_URL: URL, DATABASE_PASSWORD_FILE: '/run/empty', REDIS_URL_FILE: '/run/empty' };
    const config = parseConfig(empty, () => '\n');
    expect([config.cache, config.database.url.password]).to.deep.equal([undefined, 'secret']);
  });

  it('takes a file for the secret of tokens that is empty for a fault: the API would be open', () => {
    const named = { DATABASE_URL: URL, AUTH_JWT_SECRET_FILE: '/run/empty' };
    for (const environment of [named, { ...named, ...jwt }]) {
      expect(() => parseConfig(environment, () => '')).to.throw(
        ConfigurationError,
        /^AUTH_JWT_SECRET_FILE: names an empty file; write a text of at least 32 bytes there$/,
      );
    }
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
