/** The MemoApp that every contestant is given, and the children that each must make of it. */
import type { MemoApp } from '../../../operator/src/api/memoapp.ts';
import { apiVersion, kind } from '../../../operator/src/api/names.ts';
import { resolve } from '../../../operator/src/api/resolve.ts';
import type { KubeObject } from '../../../operator/src/runtime/object.ts';
import { templateImage } from '../../../operator/src/stack/api/image.ts';
import { wantedSecrets } from '../../../operator/src/stack/credentials.ts';
import { observe } from '../../../operator/src/stack/observed.ts';
import { stack } from '../../../operator/src/stack/stack.ts';

export interface AppName {
  readonly namespace: string;
  readonly name: string;
}

/** A stack with an autoscaler and an Ingress. Its database never comes up, so that the Jobs that wait for it stay out. */
export function memoAppOf(app: AppName): MemoApp {
  return {
    apiVersion,
    kind,
    metadata: { ...app },
    spec: {
      api: { autoscaling: { minReplicas: 2, maxReplicas: 5 } },
      route: { hostnames: [`${app.name}.example`], ingress: {} },
    },
  };
}

/** Every object that the operator makes of {@link memoAppOf} before any pod runs, as it is applied. */
export function childrenOf(app: AppName): KubeObject[] {
  const resolved = resolve({ ...memoAppOf(app), metadata: { ...app, uid: 'none', generation: 1 } }, facts);
  const observed = observe({
    get: () => undefined,
    list: () => [],
    serves: () => false,
    storeHealth: () => undefined,
  });
  const secrets = wantedSecrets(resolved).map((wanted) => wanted.make((bytes) => new Uint8Array(bytes)));
  const secretHashes = Object.fromEntries(secrets.map(({ metadata }) => [metadata.name, '0'.repeat(32)]));
  const apiImage = templateImage(resolved, undefined, observed);
  const inputs = { observed, apiImage, apiReplicas: 'ours', ready: true, secretHashes } as const;
  return [...secrets, ...stack(resolved, inputs)].map(withoutOwner);
}

/** Each contestant sets its own. */
function withoutOwner({ metadata, ...rest }: KubeObject): KubeObject {
  const { name, namespace = '', labels = {}, annotations = {} } = metadata;
  return { ...rest, metadata: { name, namespace, labels, annotations } };
}

/** The placeholders of {@link templateOf}; long enough to appear nowhere else. */
export const placeholder: AppName = { namespace: 'namespace-placeholder', name: 'name-placeholder' };

/** The children as JSON in which the placeholders stand for the app's name and namespace. */
export function templateOf(): string {
  return JSON.stringify(childrenOf(placeholder));
}

const facts = { release: '0.1.0', volumes: {} };
