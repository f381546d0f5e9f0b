/** Which MemoApps are looked at first when all are listed: at the start, and after a gap in a watch. */
import type { MemoApp } from '../api/memoapp.ts';
import type { Change } from '../runtime/watch/store.ts';
import type { Priority } from '../runtime/work/queue.ts';

/** A list does not say what is new in it; but no status tells of what was asked for while nobody looked. */
export function urgencyOf({ now, origin }: Pick<Change<MemoApp>, 'now' | 'origin'>): Priority {
  if (origin === 'watch' || now === undefined || now.metadata.deletionTimestamp !== undefined) return 'high';
  return now.status?.observedGeneration === now.metadata.generation ? 'low' : 'high';
}
