/** The service on stores as others run them: TLS with an authority of their own, and accounts beside the addresses. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { createAuthority } from '../../cluster/certificates/certificate.ts';
import { startKafka, type Kafka } from '../../stores/kafka.ts';
import { startMariaDB, type MariaDB } from '../../stores/mariadb.ts';
import { until } from '../../until.ts';
import { startRedis } from '../../stores/redis.ts';
import type { Store } from '../../stores/store.ts';
import { createMemo, migrate, runToEnd, startService, type Service } from '../harness/service.ts';
import { temporaryFolder } from '../../cluster/host/temporary.ts';

interface Health {
  readonly services: { readonly database: string; readonly redis: string; readonly kafka: string };
}

const healthy: Health['services'] = { database: 'healthy', redis: 'healthy', kafka: 'healthy' };

describe('the service on stores with TLS and accounts', function () {
  this.timeout(180_000);
  const authority = createAuthority('theirs');
  const stranger = createAuthority('somebody else');
  const folder = temporaryFolder('secured');
  let database: MariaDB;
  let redis: Store;
  let kafka: Kafka;
  let environment: Record<string, string>;
  const services: Service[] = [];

  before(async () => {
    // Of the address alone: a name is checked by VerifyFull, and `localhost` is none of its.
    const certificate = authority.issue({ commonName: 'store' }, ['127.0.0.1']);
    [database, redis, kafka] = await Promise.all([
      startMariaDB({ certificate }),
      startRedis({
        certificate,
        password: 'nobody-knows',
        account: 'memo on >cache-secret ~memo:* ~memo-state:* ~rate:* +@all',
      }),
      startKafka({ version: '4.2.1', certificate, account: { username: 'memo', password: 'kafka-secret' } }),
    ]);
    environment = {
      DATABASE_URL: `mysql://127.0.0.1:${database.port}/${database.database}`,
      DATABASE_USERNAME: 'memo',
      DATABASE_PASSWORD_FILE: file('database-password', 'memo\n'),
      DATABASE_TLS: 'VerifyFull',
      DATABASE_TLS_CA_FILE: file('ca.crt', authority.certificate),
      REDIS_URL: `rediss://127.0.0.1:${redis.port}`,
      REDIS_USERNAME: 'memo',
      REDIS_PASSWORD_FILE: file('cache-password', 'cache-secret'),
      REDIS_TLS_CA_FILE: join(folder, 'ca.crt'),
      KAFKA_BOOTSTRAP_SERVERS: kafka.bootstrapServers.join(','),
      KAFKA_TLS: 'VerifyFull',
      KAFKA_TLS_CA_FILE: join(folder, 'ca.crt'),
      KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512',
      KAFKA_SASL_USERNAME: 'memo',
      KAFKA_SASL_PASSWORD_FILE: file('kafka-password', 'kafka-secret'),
    };
  });

  /** Whoever was turned away, or turned a store away, is alive to this moment and stops in good order. */
  afterEach(async () => {
    const codes = await Promise.all(services.splice(0).map((service) => service.stop()));
    expect(
      codes.every((code) => code === 0),
      codes.join(),
    ).to.equal(true);
  });

  after(async () => {
    await Promise.all([database.stop(), redis.stop(), kafka.stop()]);
    rmSync(folder, { recursive: true });
  });

  function file(name: string, content: string): string {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  }

  /** The state of the stores as soon as it is what is waited for. */
  async function finds(changes: Record<string, string>, wanted: Health['services']): Promise<void> {
    const service = await startService({ ...environment, ...changes }, { ready: false });
    services.push(service);
    await untilFound(service, wanted);
  }

  async function untilFound(service: Service, wanted: Health['services']): Promise<void> {
    let last: Health['services'] | undefined;
    try {
      await until('the stores are as expected', async () => {
        last = ((await service.manage('/health')).json as Health).services;
        return JSON.stringify(last) === JSON.stringify(wanted);
      });
    } catch (error) {
      throw new Error(`they are ${JSON.stringify(last)}: ${service.logs()}`, { cause: error });
    }
  }

  it('migrates, makes the topic, and serves memos, cache and events', async () => {
    const migrated = await migrate(environment);
    expect(migrated.status, migrated.stderr + migrated.stdout).to.equal(0);
    const made = await runToEnd('topic', environment);
    expect(made.status, made.stderr + made.stdout).to.equal(0);
    const service = await startService(environment);
    services.push(service);
    const id = await createMemo(service);
    expect((await service.call('GET', `/v1/memos/${id}`)).status).to.equal(200);
    await untilFound(service, healthy);
    await until('the event is out', async () =>
      /^memo_outbox_backlog 0$/m.test((await service.manage('/metrics')).text),
    );
  });

  it('speaks to nobody whose certificate another authority has signed', async () => {
    const ca = file('stranger.crt', stranger.certificate);
    await refusesEach({ DATABASE_TLS_CA_FILE: ca, REDIS_TLS_CA_FILE: ca, KAFKA_TLS_CA_FILE: ca });
  });

  it('trusts no authority that it was not given', async () => {
    await refusesEach({ DATABASE_TLS_CA_FILE: '', REDIS_TLS_CA_FILE: '', KAFKA_TLS_CA_FILE: '' });
  });

  it('asks for the name of the host with VerifyFull, and not with VerifyCA', async () => {
    const byName = {
      DATABASE_URL: `mysql://localhost:${database.port}/${database.database}`,
      REDIS_URL: `rediss://localhost:${redis.port}`,
      KAFKA_BOOTSTRAP_SERVERS: `localhost:${kafka.brokers[0]?.port}`,
    };
    const byAuthority = { DATABASE_TLS: 'VerifyCA', REDIS_TLS: 'VerifyCA', KAFKA_TLS: 'VerifyCA' };
    await Promise.all([refusesEach(byName), finds({ ...byName, ...byAuthority }, healthy)]);
  });

  it('is let in nowhere with a wrong password', async () => {
    const wrong = file('wrong', 'guess');
    await refusesEach({
      DATABASE_PASSWORD_FILE: wrong,
      REDIS_PASSWORD_FILE: wrong,
      KAFKA_SASL_PASSWORD_FILE: wrong,
    });
  });

  /**
   * Each change shuts out its own store. The stores that were not changed turn healthy meanwhile, so that what is unhealthy
   * is not only late.
   */
  async function refusesEach(changes: Readonly<Record<string, string>>): Promise<void> {
    const of = (prefixes: RegExp): Record<string, string> =>
      Object.fromEntries(Object.entries(changes).filter(([name]) => prefixes.test(name)));
    await Promise.all([
      finds(of(/^(?:DATABASE|REDIS)/), { database: 'unhealthy', redis: 'unhealthy', kafka: 'healthy' }),
      finds(of(/^KAFKA/), { database: 'healthy', redis: 'healthy', kafka: 'unhealthy' }),
    ]);
  }
});
