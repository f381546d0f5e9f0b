/** Who speaks to whom: every connection that pods of an app make, and no other. */
import type { Part } from '../../api/labels.ts';
import { names, ports } from '../../api/names.ts';
import type { ResolvedApp } from '../../api/resolved.ts';
import type { Environment } from '../api/container.ts';
import { livingEnvironments } from '../api/database-in-use.ts';
import { bootstrapServers } from '../events/events.ts';
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
  const asked = new Set(wanted.map((flow) => JSON.stringify(flow)));
  const living = livingEnvironments(app, observed).flatMap((environment) => flowsOf(app, environment, observed));
  // However many pods there are, and in whatever order: the policies must not change with each that goes.
  const others = new Map(
    living.map((flow) => [JSON.stringify(flow), flow] as const).filter(([key]) => !asked.has(key)),
  );
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
        ...brokerFlows(events.zooKeeper !== undefined),
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

/** Of a Kafka of ours within itself. */
function brokerFlows(withZooKeeper: boolean): Flow[] {
  if (!withZooKeeper) return [{ from: 'events', to: 'events', ports: [ports.events, controllerPort] }];
  return [
    { from: 'events', to: 'events', ports: [ports.events] },
    { from: 'events', to: 'zookeeper', ports: [ports.zooKeeper] },
    { from: 'zookeeper', to: 'zookeeper', ports: peers.map(({ port }) => port) },
  ];
}

/** To the published keys of the token issuer. */
function issuerFlows({ api: { auth } }: ResolvedApp): Flow[] {
  if (auth?.jwksUrl === undefined) return [];
  return [{ from: 'api', to: undefined, ports: [portIn(auth.jwksUrl)] }];
}

/**
 * What a pod of the API needs by its own environment, whatever the spec asks for by now: the pods of before keep the stores and
 * the issuer that they were started with.
 */
function flowsOf(app: ResolvedApp, environment: Environment, observed: Observed): Flow[] {
  const urls = ['DATABASE_URL', 'REDIS_URL', 'AUTH_JWT_JWKS_URL'].flatMap((name) => environment.get(name) ?? []);
  const brokers = environment.get('KAFKA_BOOTSTRAP_SERVERS');
  const ours = brokers === bootstrapServers(app);
  // A quorum that loses its members to each other serves nobody.
  const withZooKeeper = observed.get('StatefulSet', names(app).zookeeper) !== undefined;
  const kafka: Flow[] = [{ from: 'api', to: 'events', ports: [ports.events] }];
  if (app.events.mode !== 'managed') kafka.push(...brokerFlows(withZooKeeper));
  const elsewhere = brokers === undefined || ours ? [] : [brokerPorts(brokers.split(','))];
  return [
    ...(environment.has('DATABASE_URL') ? [] : [{ from: 'api', to: 'database', ports: [ports.database] } as const]),
    ...(environment.has('REDIS_URL_FILE') ? [{ from: 'api', to: 'cache', ports: [ports.cache] } as const] : []),
    ...(ours ? kafka : []),
    ...[...urls.map((url) => [portIn(url)]), ...elsewhere].map((open): Flow => ({
      from: 'api',
      to: undefined,
      ports: open,
    })),
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
