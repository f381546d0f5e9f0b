/** The images a stack needs, and whether what runs was made from them. */
import type { Pod } from 'kubernetes-types/core/v1.js';
import type { MemoApp } from '../../operator/src/api/memoapp.ts';
import { resolve } from '../../operator/src/api/resolve.ts';
import { imageReference } from '../../operator/src/stack/pod.ts';
import { run } from '../../test/cluster/host/command.ts';
import { version } from '../../test/images/ours/source.ts';
import type { Kubectl } from './kubectl.ts';
import { memoAppOf, sampleObjects } from './manifests.ts';

/** Names of the images, as pods use them. */
export interface Wanted {
  readonly operator: string;
  readonly service: string;
  readonly stores: readonly string[];
}

/** What the operator and a MemoApp run: it says itself which stores, and of which version. Absent: that of the sample. */
export async function wantedImages(memoApp?: MemoApp): Promise<Wanted> {
  const release = await version();
  const app = resolve(memoApp ?? memoAppOf(await sampleObjects()), { release, volumes: {} });
  const { api, database, cache, events } = app;
  const images = [
    ...(database.mode === 'managed' ? [database.image] : []),
    ...(cache.mode === 'managed' ? [cache.image] : []),
    ...(events.mode === 'managed' ? [events.image] : []),
    ...(events.mode === 'managed' && events.zooKeeper ? [events.zooKeeper.image] : []),
  ];
  return {
    operator: `memo-operator:${release}`,
    service: imageReference({ ...api.image, tag: app.version }),
    stores: images.map(imageReference),
  };
}

/** The id by which a node knows the image of an archive: the digest of its configuration. */
export async function imageId(archive: string): Promise<string> {
  const text = await run('tar', ['-xOf', archive, '--wildcards', '*manifest.json']);
  const [image] = JSON.parse(text) as { Config: string }[];
  const digest = /[0-9a-f]{64}/.exec(image?.Config ?? '')?.[0];
  if (digest === undefined) throw new Error(`${archive} names no image`);
  return `sha256:${digest}`;
}

/** Whether a pod was started from another image than this one, which has the same name. */
export async function isStale(
  kubectl: Kubectl,
  { namespace, selector }: { readonly namespace: string; readonly selector: string },
  id: string,
): Promise<boolean> {
  const pods = await kubectl.list<Pod>('pods', '-n', namespace, '-l', selector);
  return pods.some((pod) => runsAnother(pod, id));
}

/** An empty id is that of a container which has not started: it will take the image that is there now. */
function runsAnother({ metadata, status }: Pod, id: string): boolean {
  if (metadata?.deletionTimestamp !== undefined) return false;
  return (status?.containerStatuses ?? []).some(({ imageID }) => imageID !== '' && !imageID.endsWith(id));
}
