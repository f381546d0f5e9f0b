/** One real cluster with the images that the day needs, and nothing of ours in it yet. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import type { MemoApp } from '../../../operator/src/api/memoapp.ts';
import { wantedImages } from '../../../scripts/stack/images.ts';
import { Kubectl } from '../../../scripts/stack/kubectl.ts';
import { makeAndLoad } from '../../../scripts/up/load.ts';
import { startCluster, type Cluster } from '../../../test/cluster/cluster.ts';
import type { Log } from '../../../test/cluster/host/progress.ts';
import { version } from '../../../test/images/ours/source.ts';
import { Shell } from './shell.ts';

export interface Place {
  readonly cluster: Cluster;
  readonly kubectl: Kubectl;
  readonly shell: Shell;
  close(): Promise<void>;
}

/** @throws Error that says what did not come up; the cluster is stopped then */
export async function openPlace(log: Log): Promise<Place> {
  const cluster = await startCluster({ name: 'bench-diary', rung: 3, log });
  try {
    const shell = await Shell.open(cluster);
    const memoApp = await pinRelease(join(shell.folder, 'memo.yaml'));
    await makeAndLoad(await wantedImages(memoApp), Promise.resolve(cluster), { say: log, note: () => undefined });
    const kubectl = new Kubectl({ kubectl: await cluster.toolPath('kubectl'), kubeconfig: cluster.kubeconfig });
    const close = async (): Promise<void> => {
      shell.close();
      await cluster.stop();
    };
    return { cluster, kubectl, shell, close };
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

/** The file names the release that the images are of. */
async function pinRelease(path: string): Promise<MemoApp> {
  const document = parseDocument(readFileSync(path, 'utf8'));
  document.setIn(['spec', 'version'], await version());
  writeFileSync(path, document.toString({ lineWidth: 0 }));
  return document.toJS() as MemoApp;
}
