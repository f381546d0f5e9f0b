/** `make up`, `make deploy` and `make down` with `CONTEXT=`: a cluster of the user's own, which is named first. */
import { basename } from 'node:path';
import type { IngressClass } from 'kubernetes-types/networking/v1.js';
import type { MemoApp } from '../../operator/src/api/memoapp.ts';
import { names } from '../../operator/src/api/names.ts';
import type { KubeObject } from '../../operator/src/runtime/object.ts';
import { ensureImages } from '../../test/images/build.ts';
import { namedCluster } from '../stack/context.ts';
import type { NamedCluster } from '../stack/context.ts';
import { version } from '../../test/images/ours/source.ts';
import type { Workspace } from '../../test/images/ours/source.ts';
import { wantedImages } from '../stack/images.ts';
import type { Kubectl } from '../stack/kubectl.ts';
import {
  memoAppOf,
  operatorObjects,
  sampleObjects,
  withIngressClass,
  withOperatorImage,
  withServiceImage,
} from '../stack/manifests.ts';
import type { ServiceImage } from '../stack/manifests.ts';
import { claim } from '../stack/ownership.ts';
import { bringMemoApp, bringOperator } from './bring-up.ts';
import type { Patience } from './bring-up.ts';
import { endingLines, ensureCurl, forwarded } from './ending.ts';
import type { Entrance } from './ending.ts';
import type { Journal } from './journal.ts';
import { push } from './push.ts';
import type { Push } from './push.ts';
import { Steps } from './steps.ts';

/** Images come over a network, and a volume or an address may take its provider minutes. */
const PATIENCE: Patience = { operator: 300, memoApp: 1200 };

export interface Destination {
  readonly context: string;
  /** Where images are pushed to and pulled from, as `registry.example/club`. */
  readonly registry: string;
}

/** Our images under the names the cluster pulls them by. */
interface Pushed {
  readonly operator: string;
  readonly service: ServiceImage;
}

/** The operator and the sample on a named cluster. @returns the lines to end with */
export async function upNamed(destination: Destination, journal: Journal): Promise<string[]> {
  const steps = new Steps(journal);
  const { kubectl } = await begin(destination.context, steps);
  const site = { kubectl, steps, journal };
  const images = await pushed(destination.registry, steps);
  await bringOperator(site, await claimed(kubectl, await withImage(kubectl, images.operator), steps), PATIENCE);
  const sample = withServiceImage(await routed(kubectl, await sampleObjects(), steps), images.service);
  const memoApp = await bringMemoApp(site, await claimed(kubectl, sample, steps), PATIENCE);
  steps.say(`Ready after ${steps.total()}`);
  await ensureCurl(steps);
  return endingLines(memoApp, await entrance(memoApp, kubectl), kubectl);
}

/** The operator alone on a named cluster. */
export async function deployNamed(destination: Destination, journal: Journal): Promise<string[]> {
  const steps = new Steps(journal);
  const { kubectl } = await begin(destination.context, steps);
  const { operator, service } = await pushed(destination.registry, steps);
  const objects = await claimed(kubectl, await withImage(kubectl, operator), steps);
  await bringOperator({ kubectl, steps, journal }, objects, PATIENCE);
  return [
    'The operator serves. A MemoApp on this cluster names the image of the memo service:',
    `  spec: {version: ${service.version}, api: {image: {repository: ${service.repository}}}}`,
  ];
}

/** The cluster's name and server, before anything is done to it. */
export async function begin(context: string, steps: Steps): Promise<NamedCluster> {
  const named = await namedCluster(context, (line) => steps.say(line));
  steps.say(`cluster ${named.cluster} at ${named.server} (context ${context})`);
  return named;
}

async function withImage(kubectl: Kubectl, image: string): Promise<KubeObject[]> {
  return withOperatorImage(await operatorObjects(kubectl), image);
}

async function claimed(kubectl: Kubectl, objects: readonly KubeObject[], steps: Steps): Promise<KubeObject[]> {
  const { objects: labelled, unclaimed } = await claim(kubectl, objects);
  if (unclaimed.length > 0) steps.say(`was here before and will stay on \`make down\`: ${unclaimed.join(', ')}`);
  return labelled;
}

/**
 * Builds and pushes. The tag names the content, so that changed sources are an upgrade like any other.
 * The service's tag is its version: a pre-release of the release in package.json.
 */
async function pushed(registry: string, steps: Steps): Promise<Pushed> {
  const release = await version();
  const wanted = await wantedImages();
  const prefix = registry.replace(/\/+$/, '');
  const archives = await steps.run('images', async (voice) => {
    return await ensureImages([wanted.operator, wanted.service], voice);
  });
  const named = (workspace: Workspace): Push & { readonly repository: string; readonly tag: string } => {
    const reference = wanted[workspace];
    const archive = archives.get(reference) ?? '';
    const repository = `${prefix}/memo-${workspace}`;
    const tag = `${release}-${contentOf(archive)}`;
    return { archive, reference, repository, tag, target: `${repository}:${tag}` };
  };
  const [operator, service] = [named('operator'), named('service')];
  await steps.run('push', async ({ say }) => await push([operator, service], say));
  return { operator: operator.target, service: { repository: service.repository, version: service.tag } };
}

/** The hash of the sources in the name of an archive: `memo-service-3f2a9c....tar`. */
function contentOf(archive: string): string {
  return `g${(/-([0-9a-f]{8})[0-9a-f]*\.tar$/.exec(basename(archive)) ?? [])[1] ?? ''}`;
}

/** The sample with an IngressClass that the cluster has, or without a route where it has none. */
async function routed(kubectl: Kubectl, sample: readonly KubeObject[], steps: Steps): Promise<readonly KubeObject[]> {
  const wanted = memoAppOf(sample).spec.route?.ingress?.className;
  const classes = await kubectl.list<IngressClass>('ingressclasses');
  if (classes.some(({ metadata }) => metadata?.name === wanted)) return sample;
  const byDefault = classes.find(
    ({ metadata }) => metadata?.annotations?.['ingressclass.kubernetes.io/is-default-class'] === 'true',
  );
  const [instead = byDefault] = classes.length === 1 ? classes : [];
  const name = instead?.metadata?.name;
  const what = name === undefined ? 'the sample goes without a route' : `the sample uses ${name}`;
  steps.say(`this cluster has no IngressClass ${wanted ?? ''}: ${what}`);
  return withIngressClass(sample, name);
}

/** Where the Ingress controller says it is reached; else a forwarded port, which always works. */
async function entrance(memoApp: MemoApp, kubectl: Kubectl): Promise<Entrance> {
  const { name, namespace = 'default' } = memoApp.metadata;
  const host = memoApp.spec.route?.hostnames[0];
  const ingress = await kubectl.get<IngressWithAddress>('ingress', names({ name }).route, '-n', namespace);
  const [address] = ingress?.status?.loadBalancer?.ingress ?? [];
  const where = address?.hostname ?? address?.ip;
  if (host === undefined || where === undefined || where.startsWith('127.')) return forwarded(memoApp, kubectl);
  return { kind: 'ingress', base: `http://${where}`, host };
}

interface IngressWithAddress {
  readonly status?: {
    readonly loadBalancer?: { readonly ingress?: readonly { readonly hostname?: string; readonly ip?: string }[] };
  };
}
