/** A pod that watches the brokers from inside the cluster: what clients of Kafka find there, while it happens. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { names, podsService, ports, serviceHost } from '../../../operator/src/api/names.ts';
import { restricted, userIds } from '../../../operator/src/stack/pod.ts';
import { wantedImages } from '../../../scripts/stack/images.ts';
import type { Kubectl } from '../../../scripts/stack/kubectl.ts';
import type { AppName } from '../../../scripts/stack/memoapp.ts';
import type { Arrival, Look } from './inside.ts';

const NAME = 'observer';

export interface Observations {
  /** In the order of time. */
  readonly looks: readonly Look[];
  /** In the order of each partition; at least once each. */
  readonly arrivals: readonly Arrival[];
}

export interface Observer {
  /** Everything from its start to now. */
  soFar(): Promise<Observations>;
  /** Resolves when its pod is gone. */
  stop(): Promise<void>;
}

/** Resolves when the pod runs. */
export async function startObserver(kubectl: Kubectl, app: AppName, brokers: number): Promise<Observer> {
  const set = names(app).events;
  const hosts = Array.from({ length: brokers }, (_, index) => `${set}-${index}.${podsService(set)}`);
  const servers = hosts.map((host) => `${serviceHost(app, host)}:${ports.events}`);
  const there = ['-n', app.namespace];
  await kubectl.apply([await pod(app, servers)]);
  await kubectl.run(['wait', ...there, '--for=condition=Ready', '--timeout=60s', `pod/${NAME}`]);
  return {
    soFar: async () => read(await kubectl.run(['logs', ...there, NAME])),
    stop: async () => {
      await kubectl.run(['delete', ...there, 'pod', NAME]);
    },
  };
}

function read(log: string): Observations {
  const lines = log.split('\n').filter((line) => line.startsWith('{'));
  const said = lines.map((line) => JSON.parse(line) as Look | Arrival);
  return {
    looks: said.filter((one) => one.kind === 'look'),
    arrivals: said.filter((one) => one.kind === 'arrival'),
  };
}

async function pod({ namespace }: AppName, servers: readonly string[]): Promise<object> {
  const { service } = await wantedImages();
  const program = await readFile(join(import.meta.dirname, 'inside.ts'), 'utf8');
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: NAME, namespace },
    spec: {
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, runAsUser: userIds.memo, seccompProfile: { type: 'RuntimeDefault' } },
      terminationGracePeriodSeconds: 1,
      containers: [
        {
          name: NAME,
          image: service,
          // Evaluated in the folder of the service, whose Kafka client it finds there.
          command: ['/usr/local/bin/node', '--input-type=module-typescript', '--eval', program],
          env: [
            { name: 'BOOTSTRAP_SERVERS', value: servers.join(',') },
            { name: 'TOPIC', value: 'memo_events' },
          ],
          resources: { limits: { memory: '256Mi' } },
          securityContext: { ...restricted },
        },
      ],
    },
  };
}
