/**
 * Volume claims that are there and that the store does not show: somebody took our label off them, or restored them without, or
 * the watch has yet to tell of them.
 */
import type { Part } from '../../api/labels.ts';
import { names, podClaim } from '../../api/names.ts';
import type { ResolvedApp } from '../../api/resolved.ts';
import { ApiError } from '../../runtime/client/error.ts';
import { find } from '../../runtime/client/find.ts';
import { controllerOf, describeObject } from '../../runtime/object.ts';
import { isKnownClaim } from '../../stack/claims.ts';
import { retainedMetadata } from '../../stack/metadata.ts';
import type { Dependencies } from '../dependencies.ts';
import { claimKind, type Claim } from '../observe/observe.ts';
import type { Pass } from '../pass.ts';
import { noteFailure } from './children.ts';
import { fit } from './retained.ts';

interface Unseen {
  readonly part: Part;
  readonly name: string;
}

/**
 * Labels them anew and shows them to the next pass. This one has begun without what is written on them, and would choose
 * versions and layouts for other data, and make new passwords for it.
 * @returns false: there are some, and the pass says so; nothing is to be decided in it
 */
export async function findClaims(
  app: ResolvedApp,
  pass: Pass,
  dependencies: Dependencies,
  signal: AbortSignal,
): Promise<boolean> {
  const store = dependencies.informers.store(claimKind);
  const unseen = claimsOf(app).filter(({ name }) => !store.has(`${app.namespace}/${name}`));
  const found = await Promise.all(unseen.map(async (one) => await findClaim(one, app, pass, dependencies, signal)));
  return !found.includes(true);
}

async function findClaim(
  { name, part }: Unseen,
  app: ResolvedApp,
  pass: Pass,
  { client, informers }: Dependencies,
  signal: AbortSignal,
): Promise<boolean> {
  const live = await find(client, claimKind, { namespace: app.namespace, name }, { signal });
  if (!live || !isOurs(live, app)) return false;
  try {
    const { labels, ownerReferences } = retainedMetadata(app, name, part);
    informers.store(claimKind).written((await fit(live, { labels, ownerReferences }, client, signal)) ?? live);
    const message = `${describeObject(live)} was not seen when the pass began`;
    pass.failures.push(new ApiError({ code: 409, reason: 'Conflict', message }));
  } catch (error) {
    noteFailure(live, error, pass);
  }
  return true;
}

/** By its owner, or by its name where it has none. */
function isOurs(live: Claim, app: ResolvedApp): boolean {
  const controller = controllerOf(live);
  return controller ? controller.uid === app.uid : isKnownClaim(live.metadata);
}

function claimsOf(app: ResolvedApp): Unseen[] {
  const { database, events } = app;
  const of = (part: 'database' | 'events' | 'zookeeper', replicas: number): Unseen[] =>
    Array.from({ length: replicas }, (_, ordinal) => ({ part, name: podClaim(names(app)[part], ordinal) }));
  return [
    ...(database.mode === 'managed' ? of('database', 1) : []),
    ...(events.mode === 'managed' ? of('events', events.replicas) : []),
    ...(events.mode === 'managed' && events.zooKeeper ? of('zookeeper', events.zooKeeper.replicas) : []),
  ];
}
