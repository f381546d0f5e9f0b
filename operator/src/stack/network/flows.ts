/** Who speaks to whom: every connection that pods of an app make, and no other. */
import type { Part } from '../../api/labels.ts';
import { ports } from '../../api/names.ts';
import type { ResolvedApp } from '../../api/resolved.ts';
import { databasesOfBefore } from '../api/database-in-use.ts';
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
  return [...databaseFlows(app, observed), ...cacheFlows(app), ...eventsFlows(app), ...issuerFlows(app)];
}

function databaseFlows(app: ResolvedApp, observed: Observed): Flow[] {
  const { database } = app;
  const target = database.mode === 'managed' ? 'database' : undefined;
  const port = database.mode === 'managed' ? ports.database : database.port;
  return [
    { from: 'api', to: target, ports: [port] },
    { from: 'migrate', to: target, ports: [port] },
    ...databasesOfBefore(app, observed).map(flowToDatabaseOfBefore),
  ];
}

/** @param address undefined: the managed one */
function flowToDatabaseOfBefore(address: string | undefined): Flow {
  if (address === undefined) return { from: 'api', to: 'database', ports: [ports.database] };
  return { from: 'api', to: undefined, ports: [Number(new URL(address).port || ports.database)] };
}

function cacheFlows({ cache }: ResolvedApp): Flow[] {
  switch (cache.mode) {
    case 'disabled':
      return [];
    case 'managed':
      return [{ from: 'api', to: 'cache', ports: [ports.cache] }];
    case 'external':
      return [{ from: 'api', to: undefined, ports: [Number(new URL(cache.url).port || ports.cache)] }];
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
      const brokers = [...new Set(events.bootstrapServers.map((server) => Number(server.replace(/^.*:/, ''))))];
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
  const { port, protocol } = new URL(auth.jwksUrl);
  return [{ from: 'api', to: undefined, ports: [Number(port || (protocol === 'https:' ? 443 : 80))] }];
}
