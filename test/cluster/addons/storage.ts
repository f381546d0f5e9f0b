/**
 * local-path-provisioner as the default StorageClass. Its volumes are of the type `local`, which the kubelet hands to
 * a pod's `fsGroup`; folders made by the controller-manager's own provisioner would stay root's.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { NODE_NAME } from '../inside/addresses.ts';
import type { Site } from '../inside/site.ts';
import { NODE_IMAGE } from '../toolbox/node-image.ts';
import { ADDON } from './addon.ts';

const NAMESPACE = 'local-path-storage';
const PROVISIONER = 'rancher.io/local-path';

export async function startStorage({ processes, tool, paths, credentials, api }: Site): Promise<void> {
  const volumes = join(paths.data, 'volumes');
  mkdirSync(volumes, { recursive: true });
  const config = join(paths.etc, 'local-path.json');
  const settings = JSON.stringify({
    nodePathMap: [{ node: NODE_NAME, paths: [volumes] }],
    setupCommand: '/setup',
    teardownCommand: '/teardown',
  });
  writeFileSync(config, settings);
  await api.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
  const metadata = { name: 'local-path-config', namespace: NAMESPACE };
  await api.apply({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata,
    data: { 'helperPod.yaml': JSON.stringify(helperPod()) },
  });
  await api.apply({
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: {
      name: 'local-path',
      annotations: { 'storageclass.kubernetes.io/is-default-class': 'true', defaultVolumeType: 'local' },
    },
    provisioner: PROVISIONER,
    volumeBindingMode: 'WaitForFirstConsumer',
    reclaimPolicy: 'Delete',
  });
  const kubeconfig = credentials.kubeconfigFor('local-path.kubeconfig', ADDON);
  await processes.start({
    name: 'local-path-provisioner',
    command: tool('local-path-provisioner'),
    args: [
      'start',
      `--kubeconfig=${kubeconfig}`,
      `--config=${config}`,
      `--provisioner-name=${PROVISIONER}`,
      `--namespace=${NAMESPACE}`,
      `--configmap-name=${metadata.name}`,
      '--service-account-name=default',
      `--helper-image=${NODE_IMAGE}`,
    ],
  });
}

/** Makes and removes one volume's folder; the provisioner fills in the command and the mounts. */
function helperPod(): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'helper-pod' },
    spec: {
      enableServiceLinks: false,
      automountServiceAccountToken: false,
      containers: [
        {
          name: 'helper-pod',
          image: NODE_IMAGE,
          imagePullPolicy: 'Never',
          securityContext: { runAsUser: 0, runAsGroup: 0 },
        },
      ],
    },
  };
}
