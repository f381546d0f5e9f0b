/** The images a stack needs, and whether what runs was made from them. */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Pod } from 'kubernetes-types/core/v1.js';
import { run } from '../../test/cluster/host/command.ts';
import type { Kubectl } from './kubectl.ts';

const root = resolve(import.meta.dirname, '../..');

/** Names of the images, as pods use them. */
export interface Wanted {
  readonly operator: string;
  readonly service: string;
  readonly stores: readonly string[];
}

/** What the sample and the operator run, by the release in package.json. */
export async function wantedImages(): Promise<Wanted> {
  const release = await version();
  return {
    operator: `memo-operator:${release}`,
    service: `memo-service:${release}`,
    stores: ['mariadb:11.8', 'redis:8.0', 'apache/kafka:3.9.2', 'zookeeper:3.9'],
  };
}

/** The release, from the root package.json. */
export async function version(): Promise<string> {
  const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  return manifest.version;
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
export function runsAnother({ metadata, status }: Pod, id: string): boolean {
  if (metadata?.deletionTimestamp !== undefined) return false;
  return (status?.containerStatuses ?? []).some(({ imageID }) => imageID !== '' && !imageID.endsWith(id));
}
