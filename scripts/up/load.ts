/** Images made or built, and brought into the local cluster, each as soon as it and the cluster are there. */
import { ensureImages } from '../../test/images/build.ts';
import type { Voice } from '../../test/cluster/host/progress.ts';
import type { Wanted } from '../stack/images.ts';
import type { LocalCluster } from './local-cluster.ts';

/** @returns the archive of each image, by its reference */
export async function makeAndLoad(
  { operator, service, stores }: Wanted,
  starting: Promise<LocalCluster>,
  voice: Voice,
): Promise<Map<string, string>> {
  const archives = new Map<string, string>();
  const loads: Promise<void>[] = [];
  // Ours come last: they change, and their builds find the layers that the stand-ins share.
  for (const reference of [...stores, operator, service]) {
    for (const [name, archive] of await ensureImages([reference], voice)) {
      archives.set(name, archive);
      loads.push(starting.then(async (cluster) => await cluster.load([archive])));
      // A failure is thrown below; until then it must not count as unhandled.
      loads.at(-1)?.catch(() => undefined);
    }
  }
  voice.say('all are made; the cluster takes them in as soon as it is up');
  await Promise.all(loads);
  return archives;
}
