/** `make up` and `make down` on this machine. */
import { imageId, wantedImages } from '../stack/images.ts';
import type { Wanted } from '../stack/images.ts';
import { Kubectl } from '../stack/kubectl.ts';
import { operatorObjects, sampleObjects } from '../stack/manifests.ts';
import { refreshOperator, refreshService } from '../stack/refresh.ts';
import { bringMemoApp, bringOperator } from './bring-up.ts';
import type { Patience } from './bring-up.ts';
import { endingLines, ensureCurl } from './ending.ts';
import type { Journal } from './journal.ts';
import { startLocalCluster, stopLocalCluster } from './local-cluster.ts';
import type { LocalCluster } from './local-cluster.ts';
import { makeAndLoad } from './load.ts';
import { Steps } from './steps.ts';

/** The images are on the node: what takes longer than this is stuck. A Ready stack takes about one minute. */
const PATIENCE: Patience = { operator: 120, memoApp: 600 };

/** Everything up to a MemoApp that is Ready, on a cluster of its own. @returns the lines to end with */
export async function upLocal(name: string, journal: Journal): Promise<string[]> {
  const steps = new Steps(journal);
  const images = await wantedImages();
  const { cluster, archives } = await clusterWithImages(name, images, steps);
  const idOf = async (reference: string): Promise<string> => await imageId(archives.get(reference) ?? '');
  const kubectl = new Kubectl({ kubectl: await cluster.toolPath('kubectl'), kubeconfig: cluster.kubeconfig });
  const site = { kubectl, steps, journal };
  await bringOperator(site, await operatorObjects(kubectl), PATIENCE, async ({ say }) => {
    if (await refreshOperator(kubectl, await idOf(images.operator))) say('its image is new: replacing its pod');
  });
  const memoApp = await bringMemoApp(site, await sampleObjects(), PATIENCE, async ({ say }, app) => {
    if (await refreshService(kubectl, app, await idOf(images.service))) say('its image is new: replacing the API pods');
  });
  const { host = '127.0.0.1', port = 0 } = cluster.ingress ?? {};
  const base = `http://${host}:${port}`;
  steps.say(`Ready after ${steps.total()}`);
  await ensureCurl(steps);
  return endingLines(memoApp, { kind: 'ingress', base, host: memoApp.spec.route?.hostnames[0] ?? '' }, kubectl);
}

/** Stops the cluster; everything on it goes with it. */
export async function downLocal(name: string, journal: Journal): Promise<string[]> {
  const steps = new Steps(journal);
  await steps.run('cluster', async (voice) => await stopLocalCluster(name, voice));
  return [];
}

async function clusterWithImages(
  name: string,
  images: Wanted,
  steps: Steps,
): Promise<{ readonly cluster: LocalCluster; readonly archives: Map<string, string> }> {
  const failed = new AbortController();
  const starting = steps.run(
    'cluster',
    async (voice) => await startLocalCluster(name, voice, failed.signal),
    ({ server }) => server,
  );
  const making = steps.run('images', async (voice) => await makeAndLoad(images, starting, voice));
  try {
    const [cluster, archives] = await Promise.all([starting, making]);
    return { cluster, archives };
  } catch (error) {
    failed.abort();
    throw error;
  }
}
