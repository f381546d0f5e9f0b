/** Children that the spec no longer asks for. Only after a pass in which every wanted child was brought home. */
import type { ResolvedApp } from '../api/resolved.ts';
import { controllerOf, describeObject, objectKey, type KubeObject } from '../runtime/object.ts';
import { prunedKinds } from '../stack/kinds.ts';
import type { Dependencies } from './dependencies.ts';
import { byApp, watchedKind } from './observe.ts';
import type { Pass } from './pass.ts';

export async function prune(
  app: ResolvedApp,
  pass: Pass,
  { applier, informers, log }: Dependencies,
  signal: AbortSignal,
): Promise<void> {
  // A store that does not know everything cannot say that something is left over.
  if (!informers.synced) return;
  const wanted = new Set(pass.wanted.map(identity));
  const leftOver = prunedKinds
    .flatMap((kind) => informers.store(watchedKind(kind)).byIndex(byApp, `${app.namespace}/${app.name}`))
    .filter((live) => controllerOf(live)?.uid === app.uid)
    .filter((live) => live.metadata.deletionTimestamp === undefined && !wanted.has(identity(live)));
  await Promise.all(
    leftOver.map(async (live) => {
      const removed = await applier.remove(live, { signal });
      if (removed) log.info({ object: describeObject(live) }, 'removed: the spec no longer asks for it');
    }),
  );
}

function identity(object: KubeObject): string {
  return `${object.kind} ${objectKey(object.metadata)}`;
}
