/** A cluster with everything of config/default but the operator's pod, which a test runs itself. */
import { join } from 'node:path';
import type { Kubectl } from './kubectl.ts';
import { thisTree } from './operator.ts';

/**
 * @param tree root of the sources that it is taken from
 * @throws Error with kubectl's own words
 */
export async function install(kubectl: Kubectl, tree = thisTree): Promise<void> {
  for (const args of [
    ['apply', '-k', join(tree, 'config/default')],
    ['wait', '--for=condition=Established', '--timeout=30s', 'crd/memoapps.memo.sogangcomputerclub.org'],
  ]) {
    const { code, stderr } = await kubectl(args);
    if (code !== 0) throw new Error(stderr);
  }
}
