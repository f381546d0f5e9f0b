/**
 * The templates of the Helm chart, made from the manifests that kustomize takes, so that the two ways to install can't drift
 * apart: the same objects, with the places that a value fills.
 */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { blanks, fill } from './blanks.ts';

const root = resolve(import.meta.dirname, '../..');

/** As much of our own manifests as is changed; the API server checks their shape when they are applied. */
interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly labels?: Readonly<Record<string, string>>; readonly annotations?: object };
  readonly spec?: object;
  /** Of a binding. */
  readonly roleRef?: object;
  readonly subjects?: readonly object[];
}

interface Workload extends Manifest {
  readonly spec: {
    readonly template: { readonly spec: { readonly containers: readonly [{ readonly args: readonly string[] }] } };
  };
}

/** Text by file name. */
export function chartTemplates(): Readonly<Record<string, string>> {
  const rights = manifests('config/rbac/operator-role.yaml');
  const secretWatch = manifests('config/rbac/secret-watch-role.yaml');
  const own = [...manifests('config/rbac/service-account.yaml'), ...manifests('config/rbac/lease-role.yaml')];
  return {
    'crd.yaml': when('.Values.crd.install', text([definition()])),
    'deployment.yaml': text([withValues(parse(read('config/operator/deployment.yaml')) as Workload)]),
    'disruption-budget.yaml': text(manifests('config/operator/disruption-budget.yaml')),
    'own-rights.yaml': text(own),
    'cluster-rights.yaml': when(
      'not .Values.namespaces',
      text([...rights, ...manifests('config/rbac/classes-role.yaml')]) + whenSecretsAreWatched(text(secretWatch)),
    ),
    'namespace-rights.yaml': each(
      '.Values.namespaces',
      text(rights.map(inNamespace), blanks.each) +
        whenSecretsAreWatched(text(secretWatch.map(inNamespace), blanks.each)),
    ),
    'user-roles.yaml': when(
      'or (not .Values.namespaces) .Values.crd.install',
      text(manifests('config/cluster/user-roles.yaml')),
    ),
  };
}

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

function manifests(path: string): Manifest[] {
  const documents = parseAllDocuments(read(path));
  return 'empty' in documents ? [] : documents.map((document) => document.toJS() as Manifest);
}

/** With the annotations that keep it from being pruned. */
function definition(): Manifest {
  const { commonAnnotations: annotations } = parse(read('crds/kustomization.yaml')) as { commonAnnotations: object };
  const crd = parse(read('crds/memo.sogangcomputerclub.org_memoapps.yaml')) as Manifest;
  return { ...crd, metadata: { ...crd.metadata, annotations } };
}

/** A ClusterRole, or its binding, as one of a namespace. */
function inNamespace(object: Manifest): Manifest {
  const { kind, roleRef } = object;
  return { ...object, kind: kind.replace('Cluster', ''), ...(roleRef && { roleRef: { ...roleRef, kind: 'Role' } }) };
}

function withValues(deployment: Workload): Manifest {
  const { template, ...rest } = deployment.spec;
  const [container] = template.spec.containers;
  const args = container.args.map((arg) => (arg.startsWith('--log-level=') ? blanks.logLevel : arg));
  const {
    extraArgs,
    image,
    imagePullSecrets,
    namespaces,
    nodeSelector,
    pullPolicy,
    replicas,
    resources,
    secretWatch,
    tolerations,
  } = blanks;
  const filled = {
    ...container,
    image,
    imagePullPolicy: pullPolicy,
    args: [...args, namespaces, secretWatch, extraArgs],
    resources,
  };
  const pod = { ...template.spec, imagePullSecrets, nodeSelector, tolerations, containers: [filled] };
  const spec = { ...rest, replicas, template: { ...template, spec: pod } };
  return { ...deployment, spec };
}

/** @param namespace of what belongs to one */
function text(objects: readonly Manifest[], namespace: string = blanks.namespace): string {
  const documents = objects.map((object) => stringify(placed(object, namespace), { lineWidth: 0 }));
  return fill(documents.map((document) => `---\n${document}`).join(''));
}

function placed(object: Manifest, namespace: string): object {
  const { kind, metadata, subjects } = object;
  const isClusters = kind.startsWith('Cluster') || kind === 'CustomResourceDefinition';
  const labels = {
    ...metadata.labels,
    'app.kubernetes.io/name': 'memo-operator',
    'app.kubernetes.io/part-of': 'memoapp',
    'app.kubernetes.io/managed-by': blanks.service,
  };
  return {
    ...object,
    metadata: { ...metadata, ...(!isClusters && { namespace }), labels },
    ...(subjects && { subjects: subjects.map((subject) => ({ ...subject, namespace: blanks.namespace })) }),
  };
}

function when(condition: string, body: string): string {
  return `{{- if ${condition} }}\n${body}{{- end }}\n`;
}

/** Inside `range` as outside of it. */
function whenSecretsAreWatched(body: string): string {
  return when('$.Values.secretWatch', body);
}

function each(list: string, body: string): string {
  return `{{- range ${list} }}\n${body}{{- end }}\n`;
}
