/** What the kernel needs so that kube-proxy's rules see answers between pods of one node, which pass a bridge alone. */
import { existsSync } from 'node:fs';

import { pathWithSystem, run } from './command.ts';
import type { Log } from './progress.ts';

/** Each network namespace has its own. */
export const BRIDGE_FILTERING = '/proc/sys/net/bridge/bridge-nf-call-iptables';

/** Where the machine is touched, so that a test can stand in for it. */
interface Machine {
  readonly setting: string;
  readonly load: () => Promise<unknown>;
}

const machine: Machine = {
  setting: BRIDGE_FILTERING,
  load: async () => await run('modprobe', ['br_netfilter'], { env: { ...process.env, PATH: pathWithSystem() } }),
};

/**
 * Loads the module where the kernel has not done so yet; it stays, as all that a kernel loads by itself does.
 * @throws Error that says what to do, before hours of work are put on it
 */
export async function ensureBridgeFiltering(log: Log, { setting, load } = machine): Promise<void> {
  if (existsSync(setting)) return;
  log('loading the kernel module br_netfilter');
  try {
    await load();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `the kernel module br_netfilter is needed; load it on the machine (modprobe br_netfilter): ${why}`,
      {
        cause,
      },
    );
  }
}
