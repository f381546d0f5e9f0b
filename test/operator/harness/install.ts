/** A cluster with everything of config/default but the operator's pod, which a test runs itself. */
import { join } from 'node:path';
import { isEstablished, type Definition } from '../../../scripts/stack/operator.ts';
import type { Kubectl } from './kubectl.ts';
import { thisTree } from './operator.ts';
import { until } from './until.ts';

const crd = 'crd/memoapps.memo.sogangcomputerclub.org';

/**
 * @param tree root of the sources that it is taken from
 * @throws Error with kubectl's own words
 */
export async function install(kubectl: Kubectl, tree = thisTree): Promise<void> {
  const { code, stderr } = await kubectl(['apply', '-k', join(tree, 'config/default')]);
  if (code !== 0) throw new Error(stderr);
  await established(kubectl);
}

/**
 * Waits until the API server serves what is defined there; `kubectl wait` fails on a definition so new that it has no conditions.
 * @param where as `kubectl get` takes it
 */
export async function established(kubectl: Kubectl, where: readonly string[] = [crd]): Promise<void> {
  await until('kinds that are served', async () => {
    const { code, stderr, stdout } = await kubectl(['get', ...where, '-o', 'json']);
    if (code !== 0) throw new Error(stderr);
    const found = JSON.parse(stdout) as Definition & { readonly items?: readonly Definition[] };
    return (found.items ?? [found]).every(isEstablished);
  });
}
