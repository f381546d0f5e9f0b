/**
 * Labels. Selectors use only `<group>/app` and `<group>/part`, which never change; `app.kubernetes.io/*` is information
 * for people and dashboards, and nothing of ours reads it.
 */
import { group } from './names.ts';

export const appLabel = `${group}/app`;
export const partLabel = `${group}/part`;

/** On a retained Secret: the uid of the MemoApp that had it generated. */
export const madeForAnnotation = `${group}/made-for`;
/** On a pod template of a store: the version it runs. On a volume claim: the latest that has run on it; absent: none has. */
export const storeVersionAnnotation = `${group}/store-version`;
/** On a volume claim of Kafka or ZooKeeper: mode and number of members its data was written by, as `kraft-3`. */
export const storeLayoutAnnotation = `${group}/store-layout`;
/** On every child: what was applied to it last, as a hash. What does not carry it was not made by the operator. */
export const appliedHashAnnotation = `${group}/applied-hash`;
/** On a MemoApp, set by its admin: with the value {@link paused} the operator writes nothing but the status. */
export const reconcileAnnotation = `${group}/reconcile`;
export const paused = 'paused';
/** On a MemoApp, set by its admin: with another value than before the schema is brought up to date once more. */
export const migrateAnnotation = `${group}/migrate`;
/** On a Secret or ConfigMap that a spec names, set by its admin: with the value `true` a change of it is seen at once. */
export const watchLabel = `${group}/watch`;
/** On a pod template: a hash of the files and Secrets the pod reads at its start. */
export const configHashAnnotation = `${group}/config-hash`;
/** On a Job: a hash of what its pod needs to start and can be put right while it waits. */
export const startHashAnnotation = `${group}/start-hash`;

/** On the operator's own pod (config/operator/deployment.yaml). */
export const operatorLabels = { [`${group}/component`]: 'operator' } as const;

/** A part of the stack; also the value of the `part` label. */
export type Part =
  'api' | 'database' | 'cache' | 'events' | 'zookeeper' | 'migrate' | 'topic' | 'route' | 'jobs' | 'key';

/** As much of an app as its labels tell. */
interface Labelled {
  readonly name: string;
  readonly commonLabels: Readonly<Record<string, string>>;
}

/** What a selector matches on: immutable for the life of the app. */
export function selector(app: { readonly name: string }, part: Part): Record<string, string> {
  return { [appLabel]: app.name, [partLabel]: part };
}

/** The part that an object of ours is of. */
export function partOf({
  metadata,
}: {
  readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
}): Part {
  return metadata?.labels?.[partLabel] as Part;
}

/** The selector as the scale subresource and `kubectl -l` write it. */
export function selectorText(app: { readonly name: string }, part: Part): string {
  return Object.entries(selector(app, part))
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
}

/** Labels of a child and of its pods: as {@link retainedLabels}, with the instance that they are of. */
export function labels(app: Labelled, part: Part): Record<string, string> {
  return { ...retainedLabels(app, part), 'app.kubernetes.io/instance': app.name };
}

/**
 * Labels of what may have no owner: the admin's own, then information, then ours. Argo CD that tracks by label (its default up to 2.x)
 * takes an object without an owner for one of the Application that `app.kubernetes.io/instance` names, and prunes it where it is not in git.
 */
export function retainedLabels(app: Labelled, part: Part): Record<string, string> {
  return {
    ...app.commonLabels,
    'app.kubernetes.io/component': part,
    'app.kubernetes.io/managed-by': 'memo-operator',
    'app.kubernetes.io/name': 'memo',
    ...selector(app, part),
  };
}
