/** Rung 2: kwok plays the kubelet of nodes that exist only as objects; their pods turn Ready without containers. */
import { dirname, join } from 'node:path';

import { ADDON } from '../addons/addon.ts';
import * as address from '../inside/addresses.ts';
import type { Manifest } from '../inside/api.ts';
import { answersWell } from '../host/probe.ts';
import type { Site } from '../inside/site.ts';

const NODES = 3;

/** What happens to an object, as kwok's own files say it: nodes and pods turn Ready at once, pods of Jobs succeed. */
const STAGES = [
  'node/fast/node-initialize.yaml',
  'node/heartbeat-with-lease/node-heartbeat-with-lease.yaml',
  'pod/fast/pod-ready.yaml',
  'pod/fast/pod-complete.yaml',
  'pod/fast/pod-delete.yaml',
];

export async function startSimulatedNodes({ processes, tool, credentials, api }: Site): Promise<void> {
  const kubeconfig = credentials.kubeconfigFor('kwok.kubeconfig', ADDON);
  const nodes = Array.from({ length: NODES }, (_, index) => simulatedNode(`node-${index + 1}`));
  await Promise.all(nodes.map(async (node) => await api.apply(node)));
  await processes.start({
    name: 'kwok',
    command: tool('kwok'),
    args: [
      `--kubeconfig=${kubeconfig}`,
      ...STAGES.map((stage) => `--config=${join(dirname(tool('kwok')), 'stages', stage)}`),
      '--manage-all-nodes=true',
      '--node-lease-duration-seconds=40',
      `--cidr=${address.POD_NETWORK}`,
      `--node-ip=${address.NODE_ADDRESS}`,
      '--node-port=0',
      '--server-address=127.0.0.1:10247',
    ],
    ready: async () => await answersWell('http://127.0.0.1:10247/healthz'),
  });
}

function simulatedNode(name: string): Manifest {
  const resources = { cpu: '64', memory: '256Gi', pods: '5000', 'ephemeral-storage': '1Ti' };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      annotations: { 'kwok.x-k8s.io/node': 'fake', 'node.alpha.kubernetes.io/ttl': '0' },
      labels: { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux' },
    },
    status: { allocatable: resources, capacity: resources },
  };
}
