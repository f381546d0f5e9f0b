/** What differs between the two ways to run a broker, and what does not. */
import { names, podsService, ports } from '../../api/names.ts';
import type { ManagedEvents, ResolvedApp } from '../../api/resolved.ts';
import type { Port } from '../services.ts';

export interface BrokerContainer {
  readonly command?: string[];
  readonly env: { name: string; value: string }[];
  readonly ports: readonly Port[];
  readonly mounts: { name: string; mountPath: string; readOnly: boolean }[];
  readonly volumes: object[];
}

/** Below a folder of its own: the root of a volume may hold lost+found, which stops the scan of the logs. */
export const logFolder = '/var/lib/kafka/data/logs';

export const kafkaPort: Port = { name: 'kafka', port: ports.events };

/** A broker's own name, as the service resolves it too; `$(POD_NAME)` is filled in by the kubelet. */
export function advertisedListener(app: ResolvedApp): string {
  return `BROKER://$(POD_NAME).${podsService(names(app).events)}.${app.namespace}.svc:${ports.events}`;
}

/** How many replicas of a partition have to have a record before it is acknowledged. */
export function inSyncReplicas(events: ManagedEvents): number {
  return events.replicas >= 3 ? 2 : 1;
}

/** Broker properties of both modes. */
export function commonProperties(events: ManagedEvents): Record<string, string> {
  const replication = String(Math.min(3, events.replicas));
  const inSync = String(inSyncReplicas(events));
  return {
    // The operator's Job makes the topic: a client's typing error must not.
    'auto.create.topics.enable': 'false',
    'default.replication.factor': replication,
    'inter.broker.listener.name': 'BROKER',
    'log.dirs': logFolder,
    'min.insync.replicas': inSync,
    'offsets.topic.replication.factor': replication,
    'transaction.state.log.min.isr': inSync,
    'transaction.state.log.replication.factor': replication,
    // Rather wait for the broker that has an acknowledged event than go on without the event.
    ...(events.replicas > 1 && { 'unclean.leader.election.enable': 'false' }),
  };
}

/** What the JVM of a broker is given. */
export function jvmEnvironment({ heapMebibytes, replicas }: ManagedEvents): { name: string; value: string }[] {
  return [
    { name: 'KAFKA_HEAP_OPTS', value: `-Xms${heapMebibytes}m -Xmx${heapMebibytes}m` },
    ...(replicas > 1 ? [{ name: 'KAFKA_OPTS', value: freshNames }] : []),
  ];
}

/** Pods come back under their name with another address. Java believes the old one for 30 s, unless it is told otherwise. */
export const freshNames = '-Dsun.net.inetaddr.ttl=3';
