/** Who speaks to whom: every connection that pods of an app make, and no other. */
import type { Part } from '../../api/labels.ts';
import { ports } from '../../api/names.ts';
import type { ResolvedApp } from '../../api/resolved.ts';
import type { Environment } from '../api/container.ts';
import { environmentsOfBefore } from '../api/database-in-use.ts';
import { controllerPort } from '../events/kraft.ts';
import { peers } from '../events/zookeeper.ts';
import type { Observed } from '../observed.ts';

/** Parts that have pods. */
export type PodPart = Extract<Part, 'api' | 'database' | 'cache' | 'events' | 'zookeeper' | 'migrate' | 'topic'>;

export interface Flow {
  readonly from: PodPart;
  /** undefined: something outside, whose address a policy cannot name, because it may be a host name. */
  readonly to: PodPart | undefined;
  readonly ports: readonly number[];
}

/** Flows between pods of one app and to what is outside it; who comes in from outside is another matter. */
export function flows(app: ResolvedApp, observed: Observed): Flow[] {
  const wanted = [...databaseFlows(app), ...cacheFlows(app), ...eventsFlows(app), ...issuerFlows(app)];
  const before = environmentsOfBefore(app, observed).flatMap(flowsOfBefore);
  // However many pods there are, and in whatever order: the policies must not change with each that goes.
  const others = new Map(before.map((flow) => [JSON.stringify(flow), flow]));
  return [...wanted, ...[...others].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, flow]) => flow)];
}

function databaseFlows({ database }: ResolvedApp): Flow[] {
  const target = database.mode === 'managed' ? 'database' : undefined;
  const port = database.mode === 'managed' ? ports.database : database.port;
  return [
    { from: 'api', to: target, ports: [port] },
    { from: 'migrate', to: target, ports: [port] },
  ];
}

function cacheFlows({ cache }: ResolvedApp): Flow[] {
  switch (cache.mode) {
    case 'disabled':
      return [];
    case 'managed':
      return [{ from: 'api', to: 'cache', ports: [ports.cache] }];
    case 'external':
      return [{ from: 'api', to: undefined, ports: [portIn(cache.url)] }];
  }
}

function eventsFlows({ events }: ResolvedApp): Flow[] {
  switch (events.mode) {
    case 'disabled':
      return [];
    case 'managed':
      return [
        { from: 'api', to: 'events', ports: [ports.events] },
        { from: 'topic', to: 'events', ports: [ports.events] },
        { from: 'events', to: 'events', ports: events.zooKeeper ? [ports.events] : [ports.events, controllerPort] },
        ...(events.zooKeeper
          ? ([
              { from: 'events', to: 'zookeeper', ports: [ports.zooKeeper] },
              { from: 'zookeeper', to: 'zookeeper', ports: peers.map(({ port }) => port) },
            ] as const)
          : []),
      ];
    case 'external': {
      const brokers = brokerPorts(events.bootstrapServers);
      return [
        { from: 'api', to: undefined, ports: brokers },
        ...(events.createTopic === 'IfMissing' ? [{ from: 'topic', to: undefined, ports: brokers } as const] : []),
      ];
    }
  }
}

/** To the published keys of the token issuer. */
function issuerFlows({ api: { auth } }: ResolvedApp): Flow[] {
  if (auth?.jwksUrl === undefined) return [];
  return [{ from: 'api', to: undefined, ports: [portIn(auth.jwksUrl)] }];
}

/** What pods need that are still there while the spec asks for another database: the stores and the issuer of before. */
function flowsOfBefore(environment: Environment): Flow[] {
  const urls = ['DATABASE_URL', 'REDIS_URL', 'AUTH_JWT_JWKS_URL'].flatMap((name) => environment.get(name) ?? []);
  const brokers = environment.get('KAFKA_BOOTSTRAP_SERVERS')?.split(',') ?? [];
  const outside = [...urls.map(portIn), ...brokerPorts(brokers)].map((port): Flow => ({
    from: 'api',
    to: undefined,
    ports: [port],
  }));
  return [
    ...(environment.has('DATABASE_URL') ? [] : [{ from: 'api', to: 'database', ports: [ports.database] } as const]),
    ...(environment.has('REDIS_URL_FILE') ? [{ from: 'api', to: 'cache', ports: [ports.cache] } as const] : []),
    ...outside,
  ];
}

function brokerPorts(servers: readonly string[]): number[] {
  return [...new Set(servers.map((server) => Number(server.replace(/^.*:/, ''))))];
}

const usualPorts: Readonly<Record<string, number>> = {
  mysql: ports.database,
  redis: ports.cache,
  rediss: ports.cache,
  https: 443,
};

/** Of any URL that the spec takes, also of one whose host is none. */
function portIn(url: string): number {
  const [, scheme = '', port] = /^(\w+):\/\/[^/?#]*?(?::(\d+))?(?:[/?#]|$)/.exec(url) ?? [];
  return Number(port ?? usualPorts[scheme] ?? 80);
}
