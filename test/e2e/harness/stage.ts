/** What the suite plays on: one real cluster with the images of `make up` loaded and the operator deployed as `make up` deploys it. */
import { openJournal } from '../../../scripts/up/journal.ts';
import { bringOperator } from '../../../scripts/up/bring-up.ts';
import type { Site } from '../../../scripts/up/bring-up.ts';
import { makeAndLoad } from '../../../scripts/up/load.ts';
import { Steps } from '../../../scripts/up/steps.ts';
import { wantedImages } from '../../../scripts/stack/images.ts';
import { Kubectl } from '../../../scripts/stack/kubectl.ts';
import { operatorObjects } from '../../../scripts/stack/manifests.ts';
import { startCluster } from '../../cluster/cluster.ts';
import type { Cluster } from '../../cluster/cluster.ts';
import { openClient } from './client.ts';
import type { Client } from './client.ts';

/** Of the suite's cluster and of its log. */
export const clusterName = 'e2e';

/** Seconds: with the images on the node, what takes longer is stuck. */
export const patience = { operator: 120, memoApp: 240 } as const;

export interface Stage {
  readonly cluster: Cluster;
  readonly kubectl: Kubectl;
  readonly site: Site;
  /** Speaks to Traefik as a client of that host. The caller closes it. */
  clientOf(host: string, connections?: number): Client;
}

/** The parts of the suite get at the stage when their tests run, not when they are listed. */
export type Staged = () => Stage;

/**
 * @param started is given the cluster as soon as there is one, so that it can be stopped whatever comes
 * @throws StepError that says what did not come up, and why
 */
export async function startStage(started: (cluster: Cluster) => void, name = clusterName): Promise<Stage> {
  const journal = { ...openJournal(name), show: () => undefined };
  const steps = new Steps(journal);
  const images = await wantedImages();
  const starting = steps.run('cluster', async ({ note }) => {
    const cluster = await startCluster({ name, rung: 3, log: note });
    started(cluster);
    return cluster;
  });
  const loading = steps.run('images', async (voice) => await makeAndLoad(images, starting, voice));
  const [cluster] = await Promise.all([starting, loading]);
  const kubectl = new Kubectl({ kubectl: await cluster.toolPath('kubectl'), kubeconfig: cluster.kubeconfig });
  const site = { kubectl, steps, journal };
  await bringOperator(site, await operatorObjects(kubectl), patience);
  const { host = '127.0.0.1', port = 0 } = cluster.ingress ?? {};
  const base = `http://${host}:${port}`;
  return { cluster, kubectl, site, clientOf: (of, connections = 2) => openClient(base, of, connections) };
}
