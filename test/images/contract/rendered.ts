/** Containers as the operator's StatefulSets describe them, for the sample that `make up` applies. */
import type { StatefulSet } from 'kubernetes-types/apps/v1.js';
import type { ConfigMap, EnvVar, Volume, VolumeMount } from 'kubernetes-types/core/v1.js';
import { names } from '../../../operator/src/api/names.ts';
import { resolve } from '../../../operator/src/api/resolve.ts';
import type { ResolvedApp } from '../../../operator/src/api/resolved.ts';
import type { KubeObject } from '../../../operator/src/runtime/object.ts';
import { eventsObjects } from '../../../operator/src/stack/events/events.ts';
import type { StackInputs } from '../../../operator/src/stack/inputs.ts';
import { memoAppOf, sampleObjects } from '../../../scripts/stack/manifests.ts';
import { seen } from '../../operator/harness/rendered.ts';
import type { ContainerOptions } from '../running/container.ts';

/** What a pod finds that is not among the operator's objects. */
export interface Site {
  /** The keys of each Secret that is mounted. */
  readonly secrets?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** A folder of the machine for each mount path of the claim's volume; the others are empty. */
  readonly folders?: Readonly<Record<string, string>>;
}

export async function sampleApp(): Promise<ResolvedApp> {
  return resolve(memoAppOf(await sampleObjects()), { release: '0.1.0', volumes: {} });
}

/** The sample with as many brokers and ZooKeeper servers. */
export async function quorum(replicas: number): Promise<ResolvedApp> {
  const sample = memoAppOf(await sampleObjects());
  const managed = { ...sample.spec.events?.managed, replicas };
  const spec = { ...sample.spec, events: { managed: { ...managed, zooKeeper: { ...managed.zooKeeper, replicas } } } };
  return resolve({ ...sample, spec }, { release: '0.1.0', volumes: {} });
}

/** The command by which the kubelet asks whether a container has started. */
export function startupProbe(app: ResolvedApp, part: 'events' | 'zookeeper'): readonly string[] {
  const { spec } = find(eventsObjects(app, nothingThere), 'StatefulSet', names(app)[part]);
  return spec?.template.spec?.containers[0]?.startupProbe?.exec?.command ?? [];
}

/** As on the first pass: nothing is there. */
export const nothingThere: StackInputs = {
  observed: seen(),
  apiImage: 'memo-service:0.1.0',
  apiReplicas: 'ours',
  ready: true,
  secretHashes: {},
};

/** The first pod of a StatefulSet of one container. */
export function firstPod(objects: readonly KubeObject[], name: string, site: Site = {}): ContainerOptions {
  const { spec } = find(objects, 'StatefulSet', name);
  const pod = spec?.template.spec;
  const [container] = pod?.containers ?? [];
  if (!pod || !container) throw new Error(`StatefulSet ${name} has no container`);
  const scratch: string[] = [];
  const files: Record<string, string> = {};
  for (const mount of container.volumeMounts ?? []) {
    const volume = pod.volumes?.find((each) => each.name === mount.name);
    const content = volume === undefined ? undefined : contentOf(volume, objects, site);
    for (const [key, text] of Object.entries(content ?? {})) files[`${mount.mountPath}/${key}`] = text;
    if (content === undefined && !isOnMachine(mount, site)) scratch.push(mount.mountPath);
  }
  const env = environment(container.env ?? [], `${name}-0`);
  const expanded = (words: readonly string[]): string[] => words.map((word) => expand(word, env));
  return {
    user: pod.securityContext?.runAsUser ?? 0,
    env,
    scratch,
    files,
    ...(site.folders && { folders: site.folders }),
    ...(container.command && { command: expanded(container.command) }),
    ...(container.args && { args: expanded(container.args) }),
  };
}

function isOnMachine({ mountPath }: VolumeMount, { folders = {} }: Site): boolean {
  return mountPath in folders;
}

/** The files of a volume; undefined for one that is empty at first. */
function contentOf(volume: Volume, objects: readonly KubeObject[], site: Site): Record<string, string> | undefined {
  if (volume.configMap) return find(objects, 'ConfigMap', volume.configMap.name ?? '').data;
  if (!volume.secret) return undefined;
  const keys = site.secrets?.[volume.secret.secretName ?? ''] ?? {};
  return Object.fromEntries((volume.secret.items ?? []).map(({ key, path }) => [path, keys[key] ?? '']));
}

/** As the kubelet fills it in for the pod with index 0. */
function environment(variables: readonly EnvVar[], podName: string): Record<string, string> {
  const env: Record<string, string> = {};
  for (const { name, value, valueFrom } of variables) {
    const field = valueFrom?.fieldRef?.fieldPath;
    if (field === undefined) env[name] = expand(value ?? '', env);
    else env[name] = field === 'metadata.name' ? podName : '0';
  }
  return env;
}

function expand(text: string, env: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$\((\w+)\)/g, (reference, name: string) => env[name] ?? reference);
}

interface Kinds {
  readonly StatefulSet: StatefulSet;
  readonly ConfigMap: ConfigMap;
}

/** The operator's objects have the shapes of their kinds: its tests apply them to an API server. */
function find<K extends keyof Kinds>(objects: readonly KubeObject[], kind: K, name: string): Kinds[K] {
  const found = objects.find((object) => object.kind === kind && object.metadata.name === name);
  if (!found) throw new Error(`there is no ${kind} ${name}`);
  return found as KubeObject & Kinds[K];
}
