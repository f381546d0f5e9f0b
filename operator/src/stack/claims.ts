/**
 * Volume claims. The operator makes them itself, under the names a StatefulSet looks for: so they can grow while a pod is
 * down, carry what wrote them, and are never made anew, empty, behind our back.
 */
import type { PersistentVolumeClaim } from 'kubernetes-types/core/v1.js';
import {
  appliedHashAnnotation,
  selector,
  storeLayoutAnnotation,
  storeVersionAnnotation,
  type Part,
} from '../api/labels.ts';
import { podClaim } from '../api/names.ts';
import { compareQuantities } from '../api/quantity.ts';
import type { ResolvedApp, ResolvedStorage } from '../api/resolved.ts';
import type { KubeObject } from '../runtime/object.ts';
import { versionOn, type ClaimMetadata } from './facts.ts';
import { retainedMetadata } from './metadata.ts';
import type { Observed } from './observed.ts';
import type { StorePart } from './pod.ts';

export interface ClaimedStore {
  readonly part: Exclude<StorePart, 'cache'>;
  readonly statefulSet: string;
  readonly replicas: number;
  readonly storage: ResolvedStorage;
  readonly layout?: string;
}

/** One claim for each pod of the StatefulSet. */
export function claims(app: ResolvedApp, store: ClaimedStore, observed: Observed): KubeObject[] {
  return Array.from({ length: store.replicas }, (_, ordinal) => {
    const name = podClaim(store.statefulSet, ordinal);
    const live = observed.get('PersistentVolumeClaim', name);
    const ran = versionOn(app, store.part, live?.metadata ?? { name }, observed);
    return {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: retainedMetadata(app, name, store.part, {
        ...(ran !== undefined && { [storeVersionAnnotation]: ran }),
        ...(store.layout !== undefined && { [storeLayoutAnnotation]: store.layout }),
      }),
      spec: claimSpec({
        size: sizeToAsk(store.storage, live, observed),
        className: classToAsk(store.storage, live),
      }),
    };
  });
}

/**
 * Whether a claim under one of our names is one that the operator made or took up, or that was restored with the annotation
 * that says so. Any other was made by the controller of a StatefulSet in the place of a lost one, and is empty.
 */
export function isKnownClaim({ annotations = {} }: ClaimMetadata): boolean {
  return appliedHashAnnotation in annotations || storeVersionAnnotation in annotations;
}

/**
 * Whether nothing can be on it: it never had a volume, none is being made of other data, and nobody who restores one says what has
 * run on it.
 */
export function isBlank({ metadata, spec, status }: AnyClaim): boolean {
  const filled = spec?.dataSource !== undefined || spec?.dataSourceRef !== undefined;
  const restored = storeVersionAnnotation in (metadata?.annotations ?? {});
  return status?.phase === 'Pending' && spec?.volumeName === undefined && !filled && !restored;
}

/** A claim, as every shape of it has it. */
type AnyClaim = Pick<PersistentVolumeClaim, 'spec' | 'status'> & { readonly metadata?: ClaimMetadata | undefined };

/**
 * Whether a claim waits in another class than the spec asks for now. Nothing is on it, yet Kubernetes never lets a claim change
 * its class, and the operator deletes none: its admin does.
 */
export function waitsElsewhere(className: string | undefined, live: AnyClaim, observed: Observed): boolean {
  const has = live.spec?.storageClassName;
  if (has === undefined || has === className || !isBlank(live)) return false;
  // Without a word in the spec any class that is there is the default one, as far as can be told.
  return (
    className !== undefined || (observed.serves('StorageClass') && observed.get('StorageClass', has) === undefined)
  );
}

/** Which volumes a store has: another claim of the same name has another uid. */
export function volumeIds(app: { readonly name: string }, part: Part, observed: Observed): string[] {
  return observed
    .list('PersistentVolumeClaim', selector(app, part))
    .map(({ metadata }) => metadata?.uid ?? '')
    .toSorted();
}

/** The template of a StatefulSet, which Kubernetes never lets change: it keeps the size it was made with. */
export function claimTemplate(store: ClaimedStore, observed: Observed): PersistentVolumeClaim {
  const [live] = observed.get('StatefulSet', store.statefulSet)?.spec?.volumeClaimTemplates ?? [];
  const size = live?.spec?.resources?.requests?.['storage'] ?? store.storage.size;
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data' },
    spec: claimSpec({ ...store.storage, size }),
  };
}

/** The StorageClass that a claim has, and whether it lets volumes grow. undefined: classes cannot be seen. */
export function growthOf({ spec }: PersistentVolumeClaim, observed: Observed): Growth | undefined {
  if (!observed.serves('StorageClass')) return undefined;
  const found = observed.get('StorageClass', spec?.storageClassName ?? '');
  return { className: spec?.storageClassName, allowed: found?.allowVolumeExpansion === true };
}

export interface Growth {
  readonly className: string | undefined;
  readonly allowed: boolean;
}

/** What a claim asks for at present. undefined: it is not there. */
export function requestOf(claim: Pick<PersistentVolumeClaim, 'spec'> | undefined): string | undefined {
  return claim?.spec?.resources?.requests?.['storage'];
}

/**
 * A volume never shrinks. Nor is Kubernetes asked for what it refuses, which is that a claim grows before it is bound, or in
 * a class that does not allow it: the rest of the stack goes on with the size that is there.
 */
function sizeToAsk({ size }: ResolvedStorage, live: PersistentVolumeClaim | undefined, observed: Observed): string {
  const has = requestOf(live);
  if (live === undefined || has === undefined) return size;
  const mayGrow = live.status?.phase === 'Bound' && growthOf(live, observed)?.allowed !== false;
  return mayGrow && compareQuantities(has, size) < 0 ? size : has;
}

/** A volume stays in its class. Only what was never bound may get another, and is made anew for that. */
function classToAsk({ className }: ResolvedStorage, live: PersistentVolumeClaim | undefined): string | undefined {
  const open = className === undefined || live === undefined || isBlank(live);
  return open ? className : live.spec?.storageClassName;
}

function claimSpec({ size, className }: ResolvedStorage): NonNullable<PersistentVolumeClaim['spec']> {
  return {
    accessModes: ['ReadWriteOnce'],
    resources: { requests: { storage: size } },
    ...(className !== undefined && { storageClassName: className }),
  };
}
