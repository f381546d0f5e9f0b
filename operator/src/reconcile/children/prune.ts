/** Children that the spec no longer asks for. Only after a pass in which every wanted child was brought home. */
import { partLabel, type Part } from '../../api/labels.ts';
import type { ResolvedApp } from '../../api/resolved.ts';
import { controllerOf, describeObject, objectKey } from '../../runtime/object.ts';
import { environmentsOfBefore } from '../../stack/api/database-in-use.ts';
import { apiIsRolling } from '../../stack/health/parts/api.ts';
import { prunedKinds } from '../../stack/kinds.ts';
import { noteFailure } from './children.ts';
import type { Observed } from '../../stack/observed.ts';
import type { Dependencies } from '../dependencies.ts';
import { byApp, watchedKind } from '../observe/observe.ts';
import type { Pass } from '../pass.ts';

export async function prune(
  app: ResolvedApp,
  observed: Observed,
  pass: Pass,
  { applier, informers, log }: Dependencies,
  signal: AbortSignal,
): Promise<void> {
  // A store that does not know everything cannot say that something is left over.
  if (!informers.sees(app.namespace)) return;
  const wanted = new Set(pass.wanted.map(({ kind, metadata }) => `${kind} ${objectKey(metadata)}`));
  const leftOver = prunedKinds
    .flatMap((kind) => {
      const store = informers.store(watchedKind(kind));
      // Nearly always all of them are wanted: then none has to be unpacked.
      const unwanted = store
        .keysByIndex(byApp, `${app.namespace}/${app.name}`)
        .filter((key) => !wanted.has(`${kind} ${key}`));
      return unwanted.flatMap((key) => store.get(key) ?? []);
    })
    .filter((live) => controllerOf(live)?.uid === app.uid && live.metadata.deletionTimestamp === undefined);
  if (leftOver.length === 0) return;
  // A store that was left for another serves the API's old pods until the last of them is gone.
  const old = pass.held || apiIsRolling(app, observed) || environmentsOfBefore(app, observed).length > 0;
  const inUse = old ? storeParts : noParts;
  const removable = leftOver.filter((live) => !inUse.has(live.metadata.labels?.[partLabel] ?? ''));
  await Promise.all(
    removable.map(async (live) => {
      try {
        const removed = await applier.remove(live, { signal });
        if (removed) log.info({ object: describeObject(live) }, 'removed: the spec no longer asks for it');
      } catch (error) {
        noteFailure(live, error, pass);
      }
    }),
  );
}

const storeParts: ReadonlySet<string> = new Set<Part>(['database', 'cache', 'events', 'zookeeper']);
const noParts: ReadonlySet<string> = new Set();
