/**
 * Children that are there and that no store shows as ours: somebody took our labels off them or wrote over them, or restored them
 * without, or the watch has yet to tell of them. Those are looked for that the stack goes by when it renders what is wanted.
 */
import { selector, type Part } from '../../api/labels.ts';
import type { MemoAppStatus } from '../../api/memoapp.ts';
import { names, podClaim } from '../../api/names.ts';
import type { ResolvedApp } from '../../api/resolved.ts';
import { ApiError } from '../../runtime/client/error.ts';
import { find } from '../../runtime/client/find.ts';
import {
  controllerOf,
  describeObject,
  objectKey,
  type Kind,
  type KubeObject,
  type ObjectMeta,
} from '../../runtime/object.ts';
import { metadata, retainedMetadata } from '../../stack/metadata.ts';
import type { StorePart } from '../../stack/pod.ts';
import type { Dependencies } from '../dependencies.ts';
import { carries, claimKind, watchedKind } from '../observe/observe.ts';
import type { Pass } from '../pass.ts';
import { isAdoptable } from './adoption.ts';
import { noteFailure } from './children.ts';
import { fit } from './retained.ts';

/** A child, and the metadata that it is to have. */
interface Child {
  readonly kind: Kind;
  readonly part: Part;
  readonly metadata: ObjectMeta;
}

/**
 * Labels them anew and shows them to the next pass. This one has begun without what they say, and would choose versions and
 * layouts for other data than is there, make new passwords for it, and take pods away that an autoscaler has made.
 * @returns false: there are some, and the pass says so; nothing is to be decided in it
 */
export async function findUnseen(
  app: ResolvedApp,
  status: MemoAppStatus | undefined,
  pass: Pass,
  dependencies: Dependencies,
  signal: AbortSignal,
): Promise<boolean> {
  const { informers } = dependencies;
  const isSeen = ({ kind, metadata, part }: Child): boolean => {
    const known = informers.store(kind).get(objectKey(metadata));
    return known !== undefined && carries(known, selector(app, part));
  };
  const unseen = childrenOf(app, status).filter((child) => !isSeen(child));
  const found = await Promise.all(unseen.map(async (child) => await findOne(child, app, pass, dependencies, signal)));
  return !found.includes(true);
}

async function findOne(
  child: Child,
  app: ResolvedApp,
  pass: Pass,
  { client, informers }: Dependencies,
  signal: AbortSignal,
): Promise<boolean> {
  const live = await find(client, child.kind, child.metadata, { signal });
  if (!live || !isOurs(live, child.part, app)) return false;
  try {
    const { labels, ownerReferences } = child.metadata;
    informers.store(child.kind).written((await fit(live, { labels, ownerReferences }, app, client, signal)) ?? live);
    const message = `${describeObject(live)} was not seen when the pass began`;
    pass.failures.push(new ApiError({ code: 409, reason: 'Conflict', message }));
  } catch (error) {
    noteFailure(live, error, pass);
  }
  return true;
}

function isOurs(live: KubeObject, part: Part, app: ResolvedApp): boolean {
  const controller = controllerOf(live);
  return controller ? controller.uid === app.uid : isAdoptable(live, app, part);
}

/** Of a MemoApp without a status nothing can be there but the volumes of an earlier one. */
function childrenOf(app: ResolvedApp, status: MemoAppStatus | undefined): Child[] {
  const { cache, database, events } = app;
  const { api } = names(app);
  const children = [
    { kind: watchedKind('Deployment'), part: 'api', metadata: metadata(app, api, 'api') } as const,
    ...(database.mode === 'managed' ? storeOf(app, 'database', 1) : []),
    ...(cache.mode === 'managed' ? storeOf(app, 'cache', 0) : []),
    ...(events.mode === 'managed' ? storeOf(app, 'events', events.replicas) : []),
    ...(events.mode === 'managed' && events.zooKeeper ? storeOf(app, 'zookeeper', events.zooKeeper.replicas) : []),
  ];
  return children.filter(({ kind }) => status !== undefined || kind === claimKind);
}

function storeOf(app: ResolvedApp, part: StorePart, volumes: number): Child[] {
  const set = names(app)[part];
  const claims = Array.from({ length: volumes }, (_, ordinal) => podClaim(set, ordinal));
  return [
    { kind: watchedKind('StatefulSet'), part, metadata: metadata(app, set, part) },
    ...claims.map((name) => ({ kind: claimKind, part, metadata: retainedMetadata(app, name, part) })),
  ];
}
