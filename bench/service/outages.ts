/**
 * What clients get while a store is down, frozen or cut off in silence: every request right after the fault, and again once
 * the service has noticed. `node bench/service/outages.ts --only frozen`. Prints a table; fails when an answer is neither the
 * right one nor a 503, or took more than five seconds.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startKafka } from '../../test/stores/kafka.ts';
import { startMariaDB } from '../../test/stores/mariadb.ts';
import { startRedis } from '../../test/stores/redis.ts';
import type { Store } from '../../test/stores/store.ts';
import { createMemo, migrate, startService, timed, type Service } from '../../test/service/harness/service.ts';
import { quantile } from '../quantile.ts';

/** One kind of request. */
interface Asked {
  readonly what: string;
  ask(service: Service, memos: Memos): ReturnType<Service['call']>;
}

/** One that the cache has, and others, each of which is asked for once. */
interface Memos {
  readonly cached: number;
  next(): number;
}

const memo = { title: '회의', content: '내일 회의 준비' };

const requests: readonly Asked[] = [
  { what: 'GET, cached', ask: (service, { cached }) => service.call('GET', `/v1/memos/${cached}`) },
  { what: 'GET, not cached', ask: (service, memos) => service.call('GET', `/v1/memos/${memos.next()}`) },
  { what: 'list', ask: (service) => service.call('GET', '/v1/memos/') },
  { what: 'search', ask: (service) => service.call('GET', '/v1/memos/search/?q=회의') },
  { what: 'POST', ask: (service) => service.call('POST', '/v1/memos/', memo) },
  { what: 'PUT', ask: (service, memos) => service.call('PUT', `/v1/memos/${memos.next()}`, memo) },
  { what: 'DELETE', ask: (service, memos) => service.call('DELETE', `/v1/memos/${memos.next()}`) },
  { what: '/health', ask: (service) => service.call('GET', '/health') },
];

interface Fault {
  strike(store: Store): Promise<void> | void;
  mend(store: Store): Promise<void> | void;
}

const faults: Readonly<Record<string, Fault>> = {
  killed: { strike: async (store) => await store.kill(), mend: async (store) => await store.restart() },
  frozen: { strike: async (store) => await store.freeze(), mend: (store) => store.thaw() },
  'cut off in silence': { strike: (store) => store.cut('silent'), mend: (store) => store.uncut() },
};

const FIRST = 5;
const LATER = 20;
/** Longer than it takes the service to notice. */
const NOTICED = 6_000;
const LONGEST = 5_000;

const { values } = parseArgs({ options: { only: { type: 'string', default: '' } } });
const [database, redis, kafka] = await Promise.all([
  startMariaDB({ proxied: true }),
  startRedis({ proxied: true }),
  startKafka({ version: '4.2.1', proxied: true }),
]);
const [broker] = kafka.brokers;
if (broker === undefined) throw new Error('Kafka without a broker');
const environment = {
  DATABASE_URL: database.url,
  REDIS_URL: redis.url,
  KAFKA_BOOTSTRAP_SERVERS: kafka.bootstrapServers.join(','),
  KAFKA_TOPIC_CREATE: 'true',
  LOG_LEVEL: 'error',
};
const { status, stderr } = await migrate(environment);
if (status !== 0) throw new Error(stderr);

let late = 0;
console.log(
  '| store | fault | request | status right after | slowest of 5, ms | status later | median of 20, ms | slowest, ms |',
);
console.log('|---|---|---|---|---|---|---|---|');
for (const [name, store] of Object.entries({ MariaDB: database, Redis: redis, Kafka: broker })) {
  for (const [called, fault] of Object.entries(faults)) {
    if (called.includes(values.only)) await suffer(name, called, store, fault);
  }
}
await Promise.all([database.stop(), redis.stop(), kafka.stop()]);
if (late > 0) console.error(`${late} answers were wrong or took more than ${LONGEST} ms`);
process.exitCode = late > 0 ? 1 : 0;

async function suffer(name: string, called: string, store: Store, fault: Fault): Promise<void> {
  const service = await startService(environment);
  const memos = await written(service, 1 + 3 * (FIRST + LATER));
  await service.call('GET', `/v1/memos/${memos.cached}`);
  await fault.strike(store);
  const first = await Promise.all(requests.map(async (request) => await answers(service, memos, request, FIRST)));
  await pause(NOTICED);
  const later = await Promise.all(requests.map(async (request) => await answers(service, memos, request, LATER)));
  for (const [index, { what }] of requests.entries()) {
    const [early, then] = [first[index] ?? [], later[index] ?? []];
    const cells = [name, called, what, statuses(early), most(early), statuses(then), middle(then), most(then)];
    console.log(`| ${cells.join(' | ')} |`);
    late += [...early, ...then].filter(({ ms, status }) => ms > LONGEST || (status >= 400 && status !== 503)).length;
  }
  await fault.mend(store);
  await service.stop();
}

async function written(service: Service, count: number): Promise<Memos> {
  const ids: number[] = [];
  for (let number = 0; number < count; number += 1) ids.push(await createMemo(service, memo));
  const [cached = 0, ...others] = ids;
  return {
    cached,
    next: () => {
      const id = others.pop();
      if (id === undefined) throw new Error('every memo has been asked for');
      return id;
    },
  };
}

interface Answered {
  readonly status: number;
  readonly ms: number;
}

async function answers(service: Service, memos: Memos, request: Asked, times: number): Promise<Answered[]> {
  const all: Answered[] = [];
  for (let time = 0; time < times; time += 1) {
    const { ms, reply } = await timed(request.ask(service, memos));
    all.push({ status: reply.status, ms });
  }
  return all;
}

function statuses(all: readonly Answered[]): string {
  return [...new Set(all.map(({ status }) => status))].toSorted((left, right) => left - right).join(', ');
}

function most(all: readonly Answered[]): string {
  return Math.max(...all.map(({ ms }) => ms)).toFixed(0);
}

function middle(all: readonly Answered[]): string {
  return quantile(
    all.map(({ ms }) => ms),
    0.5,
  ).toFixed(0);
}
