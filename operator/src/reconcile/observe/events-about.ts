/** What Kubernetes says in Events alone: asked for by an object's uid, never watched, as Events are the most of what a cluster writes. */
import type { ApiClient } from '../../runtime/client/client.ts';
import { ApiError } from '../../runtime/client/error.ts';
import type { Log } from '../../runtime/log.ts';
import { kindOf, type KubeObject } from '../../runtime/object.ts';

/** As much as is looked at. Whoever writes Events the older way, as the kubelet does, fills in the deprecated time, in whole seconds. */
export interface Event extends KubeObject {
  readonly reason?: string;
  readonly note?: string;
  readonly deprecatedLastTimestamp?: string | null;
  readonly eventTime?: string | null;
  readonly series?: { readonly lastObservedTime?: string } | null;
}

export interface EventReader {
  readonly client: Pick<ApiClient, 'list'>;
  readonly log: Log;
}

const eventKind = kindOf<Event>('events.k8s.io/v1', 'Event');
/** The pass waits for the answers: what is not known in time is asked for in a later one. */
const deadline = 3_000;

/** undefined: they could not be read. They are a clue and no more: without it a condition says what is missing, and not why. */
export async function eventsAbout(
  { namespace, uid }: { readonly namespace: string; readonly uid: string },
  { client, log }: EventReader,
  signal: AbortSignal,
): Promise<readonly Event[] | undefined> {
  try {
    const fieldSelector = `regarding.uid=${uid}`;
    return (await client.list(eventKind, { namespace, fieldSelector, signal, deadline })).items;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    log.debug({ err: error, namespace, uid }, 'the events about an object could not be read');
    return undefined;
  }
}

/** When it happened last, in milliseconds. */
export function timeOf({ deprecatedLastTimestamp, eventTime, series }: Event): number {
  return Date.parse(series?.lastObservedTime ?? deprecatedLastTimestamp ?? eventTime ?? '') || 0;
}

/** Its words, without what the kubelet and the controllers put before those of one that comes again and again. */
export function wordsOf({ note = '' }: Event): string {
  return note.replace(/^\(combined from similar events\): /, '');
}
