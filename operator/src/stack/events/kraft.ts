/** KRaft: every pod is broker and controller, configured by the environment that the official image turns into properties. */
import { createHash } from 'node:crypto';
import { names, podsService, ports } from '../../api/names.ts';
import type { ManagedEvents, ResolvedApp } from '../../api/resolved.ts';
import { advertisedListener, commonProperties, jvmEnvironment, kafkaPort, type BrokerContainer } from './container.ts';

/** Controllers among themselves. */
export const controllerPort = 9093;

export function kraftContainer(app: ResolvedApp, events: ManagedEvents): BrokerContainer {
  const properties = {
    ...commonProperties(events),
    'advertised.listeners': advertisedListener(app),
    'controller.listener.names': 'CONTROLLER',
    'controller.quorum.voters': voters(app, events),
    'listener.security.protocol.map': 'BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT',
    listeners: `BROKER://:${ports.events},CONTROLLER://:${controllerPort}`,
    'node.id': '$(POD_INDEX)',
    'process.roles': 'broker,controller',
  };
  return {
    env: [
      { name: 'CLUSTER_ID', value: clusterId(app) },
      ...jvmEnvironment(events),
      ...Object.entries(properties).map(([name, value]) => ({ name: environmentName(name), value })),
    ],
    ports: [kafkaPort, { name: 'controller', port: controllerPort }],
    mounts: [],
    volumes: [],
  };
}

/** The official image's rule: `.` becomes `_`, `_` becomes `__`, `-` becomes `___`. */
function environmentName(property: string): string {
  const encoded = property.replaceAll('_', '__').replaceAll('-', '___').replaceAll('.', '_');
  return `KAFKA_${encoded.toUpperCase()}`;
}

/**
 * Made from where the app is, so that volumes found again after a delete carry the same id. 22 characters of URL-safe
 * base64, as Kafka writes its ids; never the id that is baked into the image.
 */
function clusterId(app: ResolvedApp): string {
  const digest = createHash('sha256').update(`${app.namespace}/${app.name}`).digest().subarray(0, 16);
  // A leading dash would be taken for an option of the format command.
  return digest.toString('base64url').replace(/^-/, 'A');
}

function voters(app: ResolvedApp, { replicas }: ManagedEvents): string {
  const set = names(app).events;
  return Array.from(
    { length: replicas },
    (_, index) => `${index}@${set}-${index}.${podsService(set)}.${app.namespace}.svc:${controllerPort}`,
  ).join(',');
}
