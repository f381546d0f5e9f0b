/** What the operator makes of a spec, without a cluster: the resolved app, what is there to be seen, the rendered objects. */
import type { MemoApp } from '../../../operator/src/api/memoapp.ts';
import { resolve } from '../../../operator/src/api/resolve.ts';
import type { ClusterFacts, ResolvedApp } from '../../../operator/src/api/resolved.ts';
import type { KubeObject } from '../../../operator/src/runtime/object.ts';
import { templateImage } from '../../../operator/src/stack/api/image.ts';
import { migrationJob } from '../../../operator/src/stack/jobs/migration.ts';
import { topicJob } from '../../../operator/src/stack/jobs/topic.ts';
import { observe, type Observed } from '../../../operator/src/stack/observed.ts';
import { stack } from '../../../operator/src/stack/stack.ts';

/** MemoApp `shop` in namespace `club`, at release 0.1.0. */
export function resolved(spec: MemoApp['spec'], facts: Partial<ClusterFacts> = {}): ResolvedApp {
  const metadata = { name: 'shop', namespace: 'club', uid: 'u', generation: 1 };
  const memoApp: MemoApp = { apiVersion: 'memo.sogangcomputerclub.org/v1alpha1', kind: 'MemoApp', metadata, spec };
  return resolve(memoApp, { release: '0.1.0', volumes: {}, ...facts });
}

/** These objects and no others are there. */
export function seen(objects: readonly KubeObject[] = [], storeHealth?: Observed['storeHealth']): Observed {
  return observe({
    get: (kind, name) => objects.find((object) => object.kind === kind && object.metadata.name === name),
    list: (kind, labels) =>
      objects.filter(
        ({ kind: found, metadata }) =>
          found === kind && Object.entries(labels).every(([key, value]) => metadata.labels?.[key] === value),
      ),
    serves: () => true,
    storeHealth: () => storeHealth,
  });
}

/** The whole stack but Jobs and Secrets, as it is applied. */
export function rendered(app: ResolvedApp, observed = seen()): KubeObject[] {
  const apiImage = templateImage(app, undefined, observed);
  return stack(app, { observed, apiImage, apiReplicas: 'ours', ready: true, secretHashes: {} });
}

/** The whole stack, Jobs included. */
export function everything(app: ResolvedApp): KubeObject[] {
  const observed = seen();
  return [...rendered(app, observed), migrationJob(app, observed), topicJob(app, observed)].filter(
    (object) => object !== undefined,
  );
}
