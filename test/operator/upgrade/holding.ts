/** What a namespace holds that an upgrade of the operator has to leave alone, as it is at one time. */
import { createHash } from 'node:crypto';
import type { PodTemplateSpec } from 'kubernetes-types/core/v1.js';
import { appLabel, partLabel } from '../../../operator/src/api/labels.ts';
import type { MemoApp } from '../../../operator/src/api/memoapp.ts';
import type { ApiClient } from '../../../operator/src/runtime/client/client.ts';
import { kindOf, type Kind, type KubeObject } from '../../../operator/src/runtime/object.ts';
import { memoAppKind } from '../harness/client.ts';

/** What makes pods: a Deployment, a StatefulSet or a Job. */
export interface Workload {
  readonly kind: string;
  readonly name: string;
  readonly app: string;
  readonly part: string;
  /** What its pods follow from. */
  readonly source: {
    readonly uid: string | undefined;
    readonly replicas: number | undefined;
    readonly template: PodTemplateSpec | undefined;
    /** Content of its part's ConfigMaps, by name without the app's: a template shows no more of it than a hash. */
    readonly files: Readonly<Record<string, unknown>>;
  };
  /** Uids of its pods. */
  readonly pods: readonly string[];
}

export interface Holding {
  readonly apps: readonly MemoApp[];
  readonly workloads: readonly Workload[];
  /** By kind and name, what makes each volume claim, Secret and Service the one that it is. */
  readonly kept: Readonly<Record<string, unknown>>;
}

interface Child extends KubeObject {
  readonly spec?: { readonly replicas?: number; readonly template?: PodTemplateSpec; readonly clusterIP?: string };
  readonly data?: Readonly<Record<string, string>>;
}

export async function holdingOf(client: ApiClient, namespace: string): Promise<Holding> {
  const children = async (apiVersion: string, kind: string): Promise<Child[]> => {
    const ofKind: Kind<Child> = kindOf(apiVersion, kind);
    return (await client.list(ofKind, { namespace, labelSelector: appLabel })).items;
  };
  const [pods, files] = await Promise.all([children('v1', 'Pod'), children('v1', 'ConfigMap')]);
  const made = await Promise.all([
    children('apps/v1', 'Deployment'),
    children('apps/v1', 'StatefulSet'),
    children('batch/v1', 'Job'),
  ]);
  const kept = await Promise.all([
    children('v1', 'PersistentVolumeClaim'),
    children('v1', 'Secret'),
    children('v1', 'Service'),
  ]);
  return {
    apps: (await client.list(memoAppKind, { namespace })).items,
    workloads: made.flat().map((child) => workload(child, pods.filter(isOfPart(child)), files.filter(isOfPart(child)))),
    kept: Object.fromEntries(kept.flat().map((child) => [`${child.kind} ${child.metadata.name}`, identity(child)])),
  };
}

function workload({ kind, metadata, spec }: Child, pods: readonly Child[], files: readonly Child[]): Workload {
  const { labels = {}, name, uid } = metadata;
  const app = labels[appLabel] ?? '';
  return {
    kind,
    name,
    app,
    part: labels[partLabel] ?? '',
    source: {
      uid,
      replicas: spec?.replicas,
      template: spec?.template,
      files: Object.fromEntries(files.map((file) => [file.metadata.name.replace(`${app}-`, ''), file.data])),
    },
    pods: pods.map((pod) => pod.metadata.uid ?? '').toSorted(),
  };
}

function isOfPart(one: Child): (other: Child) => boolean {
  return ({ metadata }) =>
    [appLabel, partLabel].every((label) => metadata.labels?.[label] === one.metadata.labels?.[label]);
}

/** No password is in it: what differs is printed. A claim's size is: a default that grows would grow every volume. */
function identity({ data, kind, metadata, spec }: Child): unknown {
  const { uid } = metadata;
  switch (kind) {
    case 'Secret':
      return { uid, data: createHash('sha256').update(JSON.stringify(data)).digest('hex') };
    case 'Service':
      return { uid, clusterIP: spec?.clusterIP };
    default:
      return { uid, spec };
  }
}
