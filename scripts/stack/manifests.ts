/** What is applied, read from config/ as objects, so that a registry and a label can be put in. */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Deployment } from 'kubernetes-types/apps/v1.js';
import { parseAllDocuments } from 'yaml';
import { group, kind as memoAppKind } from '../../operator/src/api/names.ts';
import type { MemoApp } from '../../operator/src/api/memoapp.ts';
import type { KubeObject } from '../../operator/src/runtime/object.ts';
import type { Kubectl } from './kubectl.ts';

const config = resolve(import.meta.dirname, '../../config');

/** The CRD's name. */
export const crd = `memoapps.${group}`;

export const operator = { namespace: 'memo-system', name: 'memo-operator' } as const;

/** The file of config/samples that `make up` applies: the stack of the original. */
const sampleFile = 'sgcc-memo.yaml';

/** CRD, rights and operator, as `kubectl apply -k config/default` would apply them. */
export async function operatorObjects(kubectl: Kubectl): Promise<KubeObject[]> {
  return parse(await kubectl.run(['kustomize', join(config, 'default')]));
}

/** What a file of config/samples holds: a MemoApp, and its namespace where it has one of its own. */
export async function sampleObjects(file = sampleFile): Promise<KubeObject[]> {
  return parse(await readFile(join(config, 'samples', file), 'utf8'));
}

/** @throws Error when there is none */
export function memoAppOf(objects: readonly KubeObject[]): MemoApp {
  const found = objects.find(isMemoApp);
  if (found === undefined) throw new Error('the sample has no MemoApp');
  return found;
}

/** The same objects with the operator's image replaced. */
export function withOperatorImage(objects: readonly KubeObject[], image: string): KubeObject[] {
  return objects.map((object) => {
    if (object.kind !== 'Deployment') return object;
    const deployment = structuredClone(object) as KubeObject & Deployment;
    for (const container of deployment.spec?.template.spec?.containers ?? []) container.image = image;
    return deployment;
  });
}

export interface ServiceImage {
  readonly repository: string;
  readonly version: string;
}

/** The same objects with the image of the memo service replaced, and its version with it: the tag is always the version. */
export function withServiceImage(objects: readonly KubeObject[], image: ServiceImage): KubeObject[] {
  return mapMemoApps(objects, (memoApp) => {
    const { repository, version } = image;
    return { ...memoApp, spec: { ...memoApp.spec, version, api: { ...memoApp.spec.api, image: { repository } } } };
  });
}

/** The same objects with another IngressClass; undefined leaves the route out. */
export function withIngressClass(objects: readonly KubeObject[], className: string | undefined): KubeObject[] {
  return mapMemoApps(objects, (memoApp) => {
    const { route, ...rest } = memoApp.spec;
    if (route === undefined || className === undefined) return { ...memoApp, spec: rest };
    return { ...memoApp, spec: { ...rest, route: { ...route, ingress: { ...route.ingress, className } } } };
  });
}

export function withLabel(object: KubeObject, name: string, value: string): KubeObject {
  return { ...object, metadata: { ...object.metadata, labels: { ...object.metadata.labels, [name]: value } } };
}

function mapMemoApps(objects: readonly KubeObject[], change: (memoApp: MemoApp) => MemoApp): KubeObject[] {
  return objects.map((object) => (isMemoApp(object) ? change(object) : object));
}

function isMemoApp(object: KubeObject): object is MemoApp {
  return object.kind === memoAppKind;
}

/** Files of our own: their shape is checked by the API server when they are applied. */
function parse(text: string): KubeObject[] {
  const documents = parseAllDocuments(text);
  if ('empty' in documents) return [];
  return documents.map((document) => document.toJS() as KubeObject).filter((object) => (object as unknown) !== null);
}
