/**
 * What is known of the data on the volumes: the facts `resolve` needs beyond the object. A version counts once it has run,
 * not when it is asked for: a tag that does not exist can be taken back, and one that has written data cannot.
 */
import type { Pod } from 'kubernetes-types/core/v1.js';
import { selector, storeLayoutAnnotation, storeVersionAnnotation } from '../api/labels.ts';
import type { ClusterFacts, RecordedStore } from '../api/resolved.ts';
import { laterVersion } from '../api/versions.ts';
import type { Observed } from './observed.ts';
import { storeContainers, type StorePart } from './pod.ts';

interface Named {
  readonly name: string;
}

/** A claim by its metadata, as every shape of it has them. */
export interface ClaimMetadata {
  readonly name?: string | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

export function clusterFacts(
  app: Named,
  observed: Observed,
  operator: Pick<ClusterFacts, 'release' | 'operatorNamespace'>,
): ClusterFacts {
  const database = recordedStore(app, 'database', observed);
  const events = recordedStore(app, 'events', observed);
  const zookeeper = recordedStore(app, 'zookeeper', observed);
  return { ...operator, volumes: { database, events, zookeeper } };
}

/** What all volumes of a store tell: the latest version on any of them speaks for the store. */
export function recordedStore(app: Named, part: Exclude<StorePart, 'cache'>, observed: Observed): RecordedStore {
  let record: RecordedStore = {};
  for (const { metadata = {} } of observed.list('PersistentVolumeClaim', selector(app, part))) {
    const ran = versionOn(app, part, metadata, observed);
    const layout = record.layout ?? metadata.annotations?.[storeLayoutAnnotation];
    record = {
      ...record,
      ...(ran !== undefined && { version: laterVersion(record.version, ran) }),
      ...(layout !== undefined && { layout }),
    };
  }
  return record;
}

/**
 * The latest version that has run on a volume: what is written on its claim, or what a pod has started on it since, also
 * while no operator was there to write it down. undefined: none has.
 */
export function versionOn(
  app: Named,
  part: StorePart,
  { annotations, name }: ClaimMetadata,
  observed: Observed,
): string | undefined {
  return startedVersions(app, part, observed, (pod) => mounts(pod, name)).reduce<string | undefined>(
    laterVersion,
    annotations?.[storeVersionAnnotation],
  );
}

/** The version of Redis that runs. undefined: no pod of it has started. */
export function cacheVersion(app: Named, observed: Observed): string | undefined {
  return startedVersions(app, 'cache', observed, () => true).at(-1);
}

function startedVersions(
  app: Named,
  part: StorePart,
  observed: Observed,
  on: (pod: Pod) => boolean,
): readonly string[] {
  return observed
    .list('Pod', selector(app, part))
    .filter((pod) => on(pod) && hasStarted(pod, storeContainers[part]))
    .flatMap((pod) => pod.metadata?.annotations?.[storeVersionAnnotation] ?? []);
}

/** The store's own container: a sidecar may run while the store's image is still being pulled. */
function hasStarted({ status }: Pod, container: string): boolean {
  const own = status?.containerStatuses?.find(({ name }) => name === container);
  const { running, terminated } = own?.state ?? {};
  if (running !== undefined || own?.lastState?.terminated !== undefined) return true;
  return terminated !== undefined && !(terminated.reason === neverLocated && !own?.containerID);
}

/** When a pod goes, the kubelet says so of each container that it does not find, also of those that it never made. */
const neverLocated = 'ContainerStatusUnknown';

function mounts({ spec }: Pod, claim: string | undefined): boolean {
  return spec?.volumes?.some(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName === claim) ?? false;
}
