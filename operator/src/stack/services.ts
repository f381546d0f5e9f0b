/** Services and accounts: the small objects that every part has. */
import { selector, type Part } from '../api/labels.ts';
import { podsService } from '../api/names.ts';
import type { ResolvedApp } from '../api/resolved.ts';
import type { KubeObject } from '../runtime/object.ts';
import { metadata } from './metadata.ts';

export interface Port {
  readonly name: string;
  readonly port: number;
}

/** What clients connect to: one stable address in front of the ready pods. */
export function service(app: ResolvedApp, name: string, part: Part, ports: readonly Port[]): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadata(app, name, part),
    spec: { ports: ports.map(servicePort), selector: selector(app, part), type: 'ClusterIP' },
  };
}

/** Gives the pods of a StatefulSet their names, before they are ready too: members of a quorum find each other by them. */
export function headlessService(app: ResolvedApp, statefulSet: string, part: Part, ports: readonly Port[]): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadata(app, podsService(statefulSet), part),
    spec: {
      clusterIP: 'None',
      ports: ports.map(servicePort),
      publishNotReadyAddresses: true,
      selector: selector(app, part),
    },
  };
}

/** `protocol` is part of the key that server-side apply merges ports by, so it is always said. */
function servicePort({ name, port }: Port): object {
  return { name, port, protocol: 'TCP', targetPort: port };
}

/** An account without rights: the pods of one part can be told apart, and none has a token. */
export function serviceAccount(app: ResolvedApp, name: string, part: Part): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: metadata(app, name, part),
    automountServiceAccountToken: false,
  };
}

export function configMap(
  app: ResolvedApp,
  name: string,
  part: Part,
  data: Readonly<Record<string, string>>,
): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: metadata(app, name, part), data: { ...data } };
}

/** At most one pod away at a time; never one that blocks a drain. */
export function disruptionBudget(app: ResolvedApp, name: string, part: Part, maxUnavailable: number): KubeObject {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: metadata(app, name, part),
    spec: {
      maxUnavailable,
      selector: { matchLabels: selector(app, part) },
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
    },
  };
}
