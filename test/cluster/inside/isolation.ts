/** Makes the fresh namespaces habitable: file systems that show only what is inside, and a network with one address. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';

import { BRIDGE_FILTERING } from '../host/bridge-filtering.ts';
import { hierarchies } from '../host/cgroups.ts';
import { run } from '../host/command.ts';
import { NODE_ADDRESS, NODE_NETWORK_PEER } from './addresses.ts';

/** Where programs leave files by fixed names; inside, these folders are empty and vanish with the cluster. */
const PRIVATE_FOLDERS = ['/run', '/var/log', '/var/lib/cni'];

/** Mounts made here are seen by nobody outside: `unshare --mount` made the namespace private. */
export async function isolateFiles(): Promise<void> {
  for (const folder of PRIVATE_FOLDERS) {
    mkdirSync(folder, { recursive: true });
    await run('mount', ['-t', 'tmpfs', '-o', 'mode=755', 'tmpfs', folder]);
  }
  // In a cgroup namespace a new mount shows the cluster's own group as the root; the old mounts still show the machine.
  for (const { mountPoint, version, options } of hierarchies()) {
    await run('umount', ['-l', mountPoint]);
    if (version === 1) await run('mount', ['-t', 'cgroup', '-o', options, 'cgroup', mountPoint]);
    else await run('mount', ['-t', 'cgroup2', 'cgroup2', mountPoint]);
  }
}

/** A pair of virtual cards, both inside: kube-proxy and the node need an address that is not loopback. */
export async function isolateNetwork(): Promise<void> {
  const commands = [
    'link set lo up',
    'link add node0 type veth peer name node1',
    `addr add ${NODE_ADDRESS}/24 dev node0`,
    'link set node0 up',
    'link set node1 up',
    `route add default via ${NODE_NETWORK_PEER} dev node0`,
  ];
  await run('ip', ['-batch', '-'], { input: commands.join('\n') });
  writeFileSync('/proc/sys/net/ipv4/ip_forward', '1');
  writeFileSync('/proc/sys/net/ipv4/ip_unprivileged_port_start', '0');
}

/** @throws Error where the kernel would let answers between pods of one node slip past kube-proxy's rules. */
export function needBridgeFiltering(): void {
  try {
    writeFileSync(BRIDGE_FILTERING, '1');
    if (readFileSync(BRIDGE_FILTERING, 'utf8').trim() === '1') return;
  } catch {
    // Told below: the file is missing where the kernel module is.
  }
  throw new Error(`${BRIDGE_FILTERING} cannot be set: load the kernel module br_netfilter (modprobe br_netfilter)`);
}
