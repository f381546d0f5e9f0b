/** What a MemoApp said while an act lasted. Pure. */
import type { StoredCondition } from '../../../operator/src/api/conditions.ts';
import type { MemoApp } from '../../../operator/src/api/memoapp.ts';
import type { Said } from './record.ts';
import type { Sighting } from './watch.ts';

export function conditionOf(memoApp: MemoApp | undefined, type: string): StoredCondition | undefined {
  return memoApp?.status?.conditions?.find((condition) => condition.type === type);
}

/** Every `Ready` that is another than the one before it. @param start of the act, as the times of the sightings */
export function saidOf(before: MemoApp | undefined, sightings: readonly Sighting[], start: number): Said[] {
  const said: Said[] = [];
  let last = before && lineOf(before, 0);
  for (const { at, deleted, memoApp } of sightings) {
    const line = deleted ? undefined : lineOf(memoApp, (at - start) / 1000);
    if (line !== undefined && !isSame(line, last)) said.push(line);
    last = line;
  }
  return said;
}

function lineOf(memoApp: MemoApp, seconds: number): Said | undefined {
  const ready = conditionOf(memoApp, 'Ready');
  if (!ready) return undefined;
  const stalled = conditionOf(memoApp, 'Stalled')?.status === 'True';
  return { seconds, ready: ready.status, reason: ready.reason, message: ready.message, stalled };
}

function isSame(one: Said, other: Said | undefined): boolean {
  return (
    one.ready === other?.ready &&
    one.reason === other.reason &&
    one.message === other.message &&
    one.stalled === other.stalled
  );
}

/** Seconds in which `APIAvailable` was there and not True. */
export function apiAwaySeconds(
  before: MemoApp | undefined,
  sightings: readonly Sighting[],
  start: number,
  end: number,
): number {
  const states = [
    { at: start, memoApp: before },
    ...sightings.map(({ at, deleted, memoApp }) => ({ at, memoApp: deleted ? undefined : memoApp })),
  ];
  return states.reduce((sum, { at, memoApp }, index) => {
    const available = conditionOf(memoApp, 'APIAvailable');
    const away = available !== undefined && available.status !== 'True';
    return away ? sum + ((states[index + 1]?.at ?? end) - at) / 1000 : sum;
  }, 0);
}

/** Since when it has been so without a break; undefined: it is not so now, or nothing was seen. */
export function metSince(sightings: readonly Sighting[], met: (sighting: Sighting) => boolean): number | undefined {
  const lastMiss = sightings.findLastIndex((sighting) => !met(sighting));
  return sightings[lastMiss + 1]?.at;
}
