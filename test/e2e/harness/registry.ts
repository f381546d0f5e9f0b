/** A registry inside the cluster, reached under one and the same name from the node and from this machine. */
import { spawn } from 'node:child_process';
import { ensureImages } from '../../images/build.ts';
import { registry as recipe } from '../../images/recipes/registry.ts';
import { boundToUs } from '../../cluster/host/bound.ts';
import { until } from '../../until.ts';
import { freePort } from '../../stores/ports.ts';
import type { Stage } from './stage.ts';

export interface Registry {
  /** `127.0.0.1:40123`, for the node and for this machine. */
  readonly host: string;
  close(): void;
}

const namespace = 'registry';

/** It runs in the node's own network, where loopback is the node's; a forwarded port gives this machine the same address. */
export async function startRegistry({ cluster, kubectl }: Stage): Promise<Registry> {
  const image = recipe.reference ?? '';
  await cluster.load([...(await ensureImages([image])).values()]);
  const host = `127.0.0.1:${await freePort()}`;
  await kubectl.apply([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, pod(image, host)]);
  await kubectl.run(['wait', '-n', namespace, '--for=condition=Ready', '--timeout=60s', 'pod/registry']);
  const forwarding = ['-n', namespace, 'port-forward', 'pod/registry', portOf(host)];
  const forward = spawn(...boundToUs([...kubectl.words().split(' '), ...forwarding]), { stdio: 'ignore' });
  const hint = `kubectl port-forward ended with ${String(forward.exitCode)}`;
  await until('the registry answers', async () => (await fetch(`http://${host}/v2/`)).ok, { seconds: 30, hint });
  return { host, close: () => forward.kill() };
}

function portOf(host: string): string {
  return host.slice(host.indexOf(':') + 1);
}

function pod(image: string, host: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'registry', namespace },
    spec: {
      hostNetwork: true,
      terminationGracePeriodSeconds: 1,
      containers: [
        {
          name: 'registry',
          image,
          imagePullPolicy: 'IfNotPresent',
          env: [{ name: 'REGISTRY_HTTP_ADDR', value: host }],
          // A forwarded port ends with the first connection that is refused.
          readinessProbe: { tcpSocket: { host: '127.0.0.1', port: Number(portOf(host)) }, periodSeconds: 1 },
        },
      ],
    },
  };
}
