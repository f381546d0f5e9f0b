/** Configuration files of the node's programs, as data. */
import { join } from 'node:path';

import * as address from '../inside/addresses.ts';
import { NODE_IMAGE } from '../toolbox/node-image.ts';

interface ContainerdFolders {
  readonly data: string;
  readonly socket: string;
  readonly networks: string;
  readonly plugins: string;
}

/** TOML; every value is a string, a boolean or a list of strings, which JSON writes the same way. */
export function containerdConfig({ data, socket, networks, plugins }: ContainerdFolders): string {
  const value = (each: unknown): string => JSON.stringify(each);
  return `
version = 3
root = ${value(join(data, 'containerd'))}
state = "/run/containerd"
disabled_plugins = ["io.containerd.nri.v1.nri"]
[grpc]
address = ${value(socket)}
[plugins."io.containerd.cri.v1.runtime"]
# Without it no sandbox starts where lowering the score is not allowed.
restrict_oom_score_adj = true
# Its profile would be loaded into the machine's kernel, and stay there.
disable_apparmor = true
[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"
[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc.options]
SystemdCgroup = false
[plugins."io.containerd.cri.v1.runtime".cni]
bin_dirs = [${value(plugins)}]
conf_dir = ${value(networks)}
[plugins."io.containerd.cri.v1.images"]
snapshotter = "overlayfs"
[plugins."io.containerd.cri.v1.images".pinned_images]
sandbox = ${value(NODE_IMAGE)}
`;
}

/** Pods share one bridge and leave it only for the node: there is no other network to reach. */
export function networkConfig(): object {
  return {
    cniVersion: '1.0.0',
    name: 'pods',
    plugins: [
      {
        type: 'bridge',
        bridge: 'cni0',
        isGateway: true,
        // A pod reaches itself through its own Service.
        hairpinMode: true,
        ipam: {
          type: 'host-local',
          dataDir: '/run/cni-addresses',
          ranges: [[{ subnet: address.POD_NETWORK }]],
          routes: [{ dst: '0.0.0.0/0' }],
        },
      },
      { type: 'portmap', backend: 'nftables', capabilities: { portMappings: true } },
    ],
  };
}

export function kubeletConfig(file: (name: string) => string, socket: string, data: string, resolver: string): object {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    containerRuntimeEndpoint: `unix://${socket}`,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: file('ca.crt') },
    },
    authorization: { mode: 'Webhook' },
    tlsCertFile: file('kubelet.crt'),
    tlsPrivateKeyFile: file('kubelet.key'),
    clusterDNS: [address.DNS_SERVICE_ADDRESS],
    clusterDomain: 'cluster.local',
    resolvConf: resolver,
    cgroupDriver: 'cgroupfs',
    failCgroupV1: false,
    failSwapOn: false,
    makeIPTablesUtilChains: false,
    oomScoreAdj: 0,
    enforceNodeAllocatable: [],
    localStorageCapacityIsolation: false,
    // A full disk of the machine must not evict the tests' pods before the machine itself complains.
    evictionHard: { 'memory.available': '100Mi', 'nodefs.available': '1%', 'imagefs.available': '1%' },
    imageGCHighThresholdPercent: 100,
    imageGCLowThresholdPercent: 99,
    volumePluginDir: join(data, 'volume-plugins'),
    maxPods: 250,
    registerWithTaints: [],
    serializeImagePulls: false,
    // Quick answers matter more than a quiet API server here.
    nodeStatusUpdateFrequency: '5s',
    syncFrequency: '20s',
    shutdownGracePeriod: '0s',
  };
}

export function kubeProxyConfig(kubeconfig: string): object {
  return {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    mode: 'nftables',
    clientConnection: { kubeconfig },
    hostnameOverride: address.NODE_NAME,
    clusterCIDR: address.POD_NETWORK,
    bindAddress: '0.0.0.0',
    healthzBindAddress: '127.0.0.1:10256',
    metricsBindAddress: '127.0.0.1:10249',
    oomScoreAdj: 0,
    conntrack: { maxPerCore: 0, min: 0 },
    nftables: { minSyncPeriod: '0s' },
  };
}
