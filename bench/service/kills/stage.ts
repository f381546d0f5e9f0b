/** What is killed and frozen: two replicas of the service on one MariaDB, one Redis and one broker of Kafka. */
import { within } from '../../../service/src/waiting.ts';
import { freeze } from '../../../test/cluster/host/frozen.ts';
import { metric, migrate, runToEnd, startService } from '../../../test/service/harness/service.ts';
import type { Reply, Service } from '../../../test/service/harness/service.ts';
import { startKafka } from '../../../test/stores/kafka.ts';
import type { Kafka } from '../../../test/stores/kafka.ts';
import { startMariaDB } from '../../../test/stores/mariadb.ts';
import type { MariaDB } from '../../../test/stores/mariadb.ts';
import { startRedis } from '../../../test/stores/redis.ts';
import type { Store } from '../../../test/stores/store.ts';

/** How long a client waits for an answer: less than the faults last. */
const PATIENCE_MS = 2_000;
const METRIC_MS = 1_000;

/** Something that can be killed, started again, and made to stand still. */
export interface Victim {
  readonly name: 'replica' | 'database' | 'redis' | 'kafka';
  kill(): Promise<void>;
  revive(): Promise<void>;
  freeze(): Promise<void>;
  thaw(): void;
}

/** One replica, whichever process that is at the moment. */
export class Replica implements Victim {
  readonly name = 'replica';
  readonly #environment: Readonly<Record<string, string>>;
  #service: Service | undefined;

  constructor(environment: Readonly<Record<string, string>>) {
    this.#environment = environment;
  }

  async revive(): Promise<void> {
    this.#service = await startService(this.#environment, { ready: false });
  }

  async kill(): Promise<void> {
    const service = this.#service;
    this.#service = undefined;
    await service?.kill();
  }

  async freeze(): Promise<void> {
    const service = this.#service;
    if (service !== undefined) await freeze(service.pid, () => this.#service === service);
  }

  thaw(): void {
    if (this.#service !== undefined) process.kill(this.#service.pid, 'SIGCONT');
  }

  /** Undefined: nobody answered in time. The request may be answered, and its change made, later. */
  async ask(...[method, path, body, headers]: Parameters<Service['call']>): Promise<Reply | undefined> {
    const asked = this.#service?.call(method, path, body, headers);
    return asked && (await within(asked, PATIENCE_MS, 'the replica').catch(() => undefined));
  }

  /** Undefined also where nobody answered. */
  async metric(name: string): Promise<number | undefined> {
    const asked = this.#service && metric(this.#service, name);
    return asked && (await within(asked, METRIC_MS, 'the replica').catch(() => undefined));
  }
}

export interface Stage {
  readonly database: MariaDB;
  readonly kafka: Kafka;
  readonly replicas: readonly Replica[];
  readonly stores: readonly Victim[];
  stop(): Promise<void>;
}

/** @throws when a store or a replica does not start */
export async function setStage(): Promise<Stage> {
  const [database, redis, kafka] = await Promise.all([startMariaDB(), startRedis(), startKafka({ version: '4.2.1' })]);
  const [broker] = kafka.brokers;
  if (broker === undefined) throw new Error('Kafka has no broker');
  const environment = {
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    KAFKA_BOOTSTRAP_SERVERS: kafka.bootstrapServers.join(','),
    UPDATE_EVENTS: 'Enabled',
    LOG_LEVEL: 'error',
  };
  for (const command of [migrate(environment), runToEnd('topic', environment)]) {
    const { status, stdout, stderr } = await command;
    if (status !== 0) throw new Error(`${stdout}${stderr}`);
  }
  const replicas = [new Replica(environment), new Replica(environment)];
  await Promise.all(replicas.map((replica) => replica.revive()));
  return {
    database,
    kafka,
    replicas,
    stores: [victim('database', database), victim('redis', redis), victim('kafka', broker)],
    stop: async () => {
      await Promise.all(replicas.map((replica) => replica.kill()));
      await Promise.all([database.stop(), redis.stop(), kafka.stop()]);
    },
  };
}

function victim(name: Victim['name'], store: Store): Victim {
  return {
    name,
    kill: () => store.kill(),
    revive: () => store.restart(),
    freeze: () => store.freeze(),
    thaw: () => store.thaw(),
  };
}
