/** Rung 3: the one node, with containerd, the kubelet and kube-proxy. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { run } from '../host/command.ts';
import * as address from '../inside/addresses.ts';
import { answersWell } from '../host/probe.ts';
import type { Site } from '../inside/site.ts';
import { containerdConfig, kubeletConfig, kubeProxyConfig, networkConfig } from './node-config.ts';

/** Needs no API server: it starts beside it. */
export async function startContainerd({ processes, tool, paths, plan }: Site): Promise<void> {
  const networks = join(paths.etc, 'cni');
  const config = join(paths.etc, 'containerd.toml');
  mkdirSync(networks, { recursive: true });
  writeFileSync(join(networks, '10-bridge.conflist'), JSON.stringify(networkConfig()));
  const plugins = dirname(tool('bridge'));
  writeFileSync(config, containerdConfig({ data: paths.data, socket: paths.containerdSocket, networks, plugins }));
  await processes.start({
    name: 'containerd',
    command: tool('containerd'),
    args: ['--config', config],
    // containerd looks for its shim in PATH.
    env: { PATH: `${dirname(tool('containerd'))}:${process.env['PATH'] ?? ''}` },
    ready: async () => (await containerdControl(paths.containerdSocket, tool('ctr'), ['version'])) !== '',
  });
  if (plan.nodeImage !== undefined) await importImage(paths.containerdSocket, tool('ctr'), plan.nodeImage);
}

export async function startKubelet({ processes, tool, paths, credentials }: Site): Promise<void> {
  const user = { commonName: `system:node:${address.NODE_NAME}`, organizations: ['system:nodes'] };
  const kubeconfig = credentials.kubeconfigFor('kubelet.kubeconfig', user);
  const data = join(paths.data, 'kubelet');
  const config = join(paths.etc, 'kubelet.json');
  const resolver = join(paths.etc, 'resolv.conf');
  mkdirSync(data, { recursive: true });
  // Nothing outside the cluster can be resolved: a pod's own file then lists the cluster's server alone.
  writeFileSync(resolver, '');
  writeFileSync(config, JSON.stringify(kubeletConfig(credentials.file, paths.containerdSocket, data, resolver)));
  await processes.start({
    name: 'kubelet',
    command: tool('kubelet'),
    args: [
      `--config=${config}`,
      `--kubeconfig=${kubeconfig}`,
      `--root-dir=${data}`,
      `--hostname-override=${address.NODE_NAME}`,
      `--node-ip=${address.NODE_ADDRESS}`,
    ],
    ready: async () => await answersWell('http://127.0.0.1:10248/healthz'),
  });
}

export async function startKubeProxy({ processes, tool, paths, credentials }: Site): Promise<void> {
  const kubeconfig = credentials.kubeconfigFor('kube-proxy.kubeconfig', { commonName: 'system:kube-proxy' });
  const config = join(paths.etc, 'kube-proxy.json');
  writeFileSync(config, JSON.stringify(kubeProxyConfig(kubeconfig)));
  await processes.start({
    name: 'kube-proxy',
    command: tool('kube-proxy'),
    args: [`--config=${config}`],
    ready: async () => await answersWell('http://127.0.0.1:10249/healthz'),
  });
}

/** Imports one archive into the kubelet's image namespace. */
export async function importImage(socket: string, ctr: string, archive: string): Promise<void> {
  await containerdControl(socket, ctr, ['-n', 'k8s.io', 'images', 'import', archive]);
}

async function containerdControl(socket: string, ctr: string, args: readonly string[]): Promise<string> {
  return await run(ctr, ['--address', socket, ...args]);
}
