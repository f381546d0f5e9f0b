/** What the volumes tell about the data on them: the facts `resolve` needs beyond the object. */
import { selector, storeLayoutAnnotation, storeVersionAnnotation, type Part } from '../api/labels.ts';
import type { ClusterFacts, RecordedStore } from '../api/resolved.ts';
import type { Observed } from './observed.ts';

/** Reads the annotations of the volume claims of an app, also those an earlier MemoApp of the same name left behind. */
export function clusterFacts(app: { readonly name: string }, observed: Observed, release: string): ClusterFacts {
  const database = recordedStore(app, 'database', observed);
  const events = recordedStore(app, 'events', observed);
  const zookeeper = recordedStore(app, 'zookeeper', observed);
  return {
    release,
    volumes: { ...(database && { database }), ...(events && { events }), ...(zookeeper && { zookeeper }) },
  };
}

/** What is written on the volumes of a store; the first that says so speaks for all. */
export function recordedStore(
  app: { readonly name: string },
  part: Part,
  observed: Observed,
): RecordedStore | undefined {
  for (const claim of observed.list('PersistentVolumeClaim', selector(app, part))) {
    const version = claim.metadata?.annotations?.[storeVersionAnnotation];
    const layout = claim.metadata?.annotations?.[storeLayoutAnnotation];
    if (version) return layout ? { version, layout } : { version };
  }
  return undefined;
}
