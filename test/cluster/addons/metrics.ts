/** metrics-server: what pods use of processor and memory, for `kubectl top` and the HorizontalPodAutoscaler. */
import { join } from 'node:path';

import { METRICS_PORT, NODE_ADDRESS } from '../inside/addresses.ts';
import { answersWell } from '../host/probe.ts';
import type { Site } from '../inside/site.ts';
import { ADDON } from './addon.ts';
import { hostService } from './host-service.ts';

export async function startMetrics({ processes, tool, paths, credentials, api }: Site): Promise<void> {
  const kubeconfig = credentials.kubeconfigFor('metrics-server.kubeconfig', ADDON);
  const ports = [{ name: 'https', protocol: 'TCP', port: 443, targetPort: METRICS_PORT }] as const;
  for (const each of hostService('metrics-server', ports)) await api.apply(each);
  await api.apply({
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name: 'v1beta1.metrics.k8s.io' },
    spec: {
      group: 'metrics.k8s.io',
      version: 'v1beta1',
      groupPriorityMinimum: 100,
      versionPriority: 100,
      insecureSkipTLSVerify: true,
      service: { name: 'metrics-server', namespace: 'kube-system' },
    },
  });
  await processes.start({
    name: 'metrics-server',
    command: tool('metrics-server'),
    args: [
      `--kubeconfig=${kubeconfig}`,
      `--authentication-kubeconfig=${kubeconfig}`,
      `--authorization-kubeconfig=${kubeconfig}`,
      `--bind-address=${NODE_ADDRESS}`,
      `--secure-port=${METRICS_PORT}`,
      `--cert-dir=${join(paths.data, 'metrics-server')}`,
      '--kubelet-insecure-tls',
      '--kubelet-preferred-address-types=InternalIP',
      '--metric-resolution=10s',
      // Must be below the resolution.
      '--kubelet-request-timeout=5s',
    ],
    ready: async () => await answersWell(`https://${NODE_ADDRESS}:${METRICS_PORT}/livez`),
  });
}
