/**
 * What outlives a MemoApp under `deletionPolicy: Retain`: volumes and the Secrets that open them. Who owns one, and which
 * version has run on it, is kept right also where it is no longer wanted, and in a pass that must not go on: whoever
 * deletes the MemoApp next relies on the one, and whoever mends its spec on the other.
 */
import { partLabel, storeVersionAnnotation } from '../../api/labels.ts';
import { apiVersion as ownApiVersion, names } from '../../api/names.ts';
import type { ResolvedApp } from '../../api/resolved.ts';
import type { ApiClient } from '../../runtime/client/client.ts';
import {
  controllerOf,
  kindOfObject,
  type KubeObject,
  type ManagedFieldsEntry,
  type ObjectMeta,
  type OwnerReference,
} from '../../runtime/object.ts';
import { isKnownClaim } from '../../stack/claims.ts';
import { versionOn } from '../../stack/facts.ts';
import { retainedMetadata } from '../../stack/metadata.ts';
import type { Observed } from '../../stack/observed.ts';
import { assertMayOwn } from './adoption.ts';
import { noteFailure } from './children.ts';
import { fieldManager, type Dependencies } from '../dependencies.ts';
import { byApp, claimKind } from '../observe/observe.ts';
import type { Pass } from '../pass.ts';

/**
 * Keeps the claims right, also those that this pass has applied: to an apply an owner that was given here is somebody else's word, and
 * would stay on a claim that is to outlive its MemoApp. What fails is noted in the pass.
 */
export async function keepClaims(
  app: ResolvedApp,
  observed: Observed,
  pass: Pass,
  { client, informers }: Dependencies,
  signal: AbortSignal,
): Promise<void> {
  const store = informers.store(claimKind);
  const claims = store.byIndex(byApp, `${app.namespace}/${app.name}`);
  await Promise.all(
    claims.map(async (live) => {
      const part = storeOf(live, app);
      const known = isKnownClaim(live.metadata) && live.metadata.deletionTimestamp === undefined;
      if (!part || !known) return;
      const ran = versionOn(app, part, live.metadata, observed);
      const annotations: Record<string, string> = ran === undefined ? {} : { [storeVersionAnnotation]: ran };
      const { ownerReferences } = retainedMetadata(app, live.metadata.name, part);
      try {
        const written = await fit(live, { annotations, ownerReferences }, app, client, signal);
        if (written) store.written(written);
      } catch (error) {
        noteFailure(live, error, pass);
      }
    }),
  );
}

/** The store of this app that the claim belongs to, by label and name. undefined: it is somebody else's. */
function storeOf(live: KubeObject, app: ResolvedApp): 'database' | 'events' | 'zookeeper' | undefined {
  const controller = controllerOf(live);
  if (controller && controller.uid !== app.uid) return undefined;
  const { labels, name } = live.metadata;
  return (['database', 'events', 'zookeeper'] as const).find(
    (part) => labels?.[partLabel] === part && new RegExp(`^data-${names(app)[part]}-\\d+$`).test(name),
  );
}

interface Fit {
  readonly annotations?: ObjectMeta['annotations'] | undefined;
  readonly labels?: ObjectMeta['labels'] | undefined;
  readonly ownerReferences?: ObjectMeta['ownerReferences'] | undefined;
}

/**
 * Brings metadata to what it should be and leaves everything else alone; other people's owners, labels and annotations too.
 * Labels that are given are all that we have on it: another one that we alone had put there goes.
 * @throws ApiError what the client throws, and a Conflict where the MemoApp would become the owner and is gone itself
 * @returns the object as written, or undefined where nothing was to be done
 */
export async function fit<T extends KubeObject>(
  live: T,
  { annotations = {}, labels, ownerReferences = [] }: Fit,
  app: ResolvedApp,
  client: ApiClient,
  signal: AbortSignal,
): Promise<T | undefined> {
  const { uid, resourceVersion, namespace = '', name, ownerReferences: present = [] } = live.metadata;
  const owners = [...present.filter(({ apiVersion }) => apiVersion !== ownApiVersion), ...ownerReferences];
  const outdated = labels ? ownLabels(live).filter((name) => !(name in labels)) : [];
  const fits =
    uidsOf(owners) === uidsOf(present) &&
    includes(live.metadata.labels, labels) &&
    outdated.length === 0 &&
    includes(live.metadata.annotations, annotations);
  if (fits) return undefined;
  if (ownerReferences.some((owner) => present.every((one) => one.uid !== owner.uid))) {
    await assertMayOwn(app, client, signal);
  }
  // A merge patch replaces the list of owners whole; the resource version makes it refuse where somebody else was first.
  const gone = Object.fromEntries(outdated.map((name) => [name, null]));
  const body = {
    metadata: { uid, resourceVersion, annotations, labels: { ...labels, ...gone }, ownerReferences: owners },
  };
  return await client.patch(kindOfObject(live), { namespace, name }, { type: 'merge', body }, { fieldManager, signal });
}

/** In whatever order the API server has them. */
function uidsOf(owners: readonly OwnerReference[]): string {
  return owners
    .map(({ uid }) => uid)
    .toSorted()
    .join();
}

/** Labels that nobody but us has set, by what the API server says of the fields. */
function ownLabels({ metadata: { labels = {}, managedFields = [] } }: KubeObject): string[] {
  const setters = (name: string): ManagedFieldsEntry[] => managedFields.filter((entry) => setsLabel(entry, name));
  return Object.keys(labels).filter((name) => {
    const by = setters(name);
    return by.length > 0 && by.every(({ manager }) => manager === fieldManager);
  });
}

function setsLabel({ fieldsV1 }: ManagedFieldsEntry, name: string): boolean {
  const metadata = fieldsV1?.['f:metadata'] as { 'f:labels'?: object } | undefined;
  return `f:${name}` in (metadata?.['f:labels'] ?? {});
}

function includes(
  present: Readonly<Record<string, string>> = {},
  wanted: Readonly<Record<string, string>> = {},
): boolean {
  return Object.entries(wanted).every(([name, value]) => present[name] === value);
}
