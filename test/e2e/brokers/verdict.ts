/** What the observations say: of the partitions, and of the events of the memos that were acknowledged. */
import { distinct, versionsByMemo } from '../../service/harness/topic-reader.ts';
import type { Memo } from '../harness/client.ts';
import type { Arrival } from './inside.ts';
import type { Observations } from './observer.ts';

export interface PartitionVerdict {
  readonly looks: number;
  /** How many of the looks that said something new found a partition without a leader. */
  readonly leaderless: number;
  /** The fewest copies that a partition had in sync. */
  readonly fewestInSync: number;
  /** The most brokers that were behind at a time. */
  readonly mostBehind: number;
}

export function partitionsIn({ looks }: Observations): PartitionVerdict {
  return {
    looks: looks.at(-1)?.looks ?? 0,
    leaderless: looks.filter(({ leaderless }) => leaderless).length,
    fewestInSync: Math.min(...looks.map(({ fewest }) => fewest)),
    mostBehind: Math.max(...looks.map(({ behind }) => behind.length)),
  };
}

export interface EventVerdict {
  /** First copies. */
  readonly events: number;
  readonly copies: number;
  /** Acknowledged memos of which an event is missing, by id. */
  readonly missing: readonly number[];
  /** Memos of which an event came before an earlier one, by id. */
  readonly outOfOrder: readonly number[];
}

/** @param memos each written, and then changed once */
export function eventsIn({ arrivals }: Observations, memos: readonly Memo[]): EventVerdict {
  const first = distinct(arrivals);
  const seen = versionsByMemo(arrivals);
  const versions = memos.map(({ id }) => ({ id, found: seen.get(String(id)) ?? [] }));
  return {
    events: first.length,
    copies: arrivals.length - first.length,
    missing: versions.filter(({ found }) => found.length < 2).map(({ id }) => id),
    outOfOrder: versions
      .filter(({ found }) => found.some((one, at) => one <= (found[at - 1] ?? 0)))
      .map(({ id }) => id),
  };
}

/** The longest that an event took from the write to the consumer, in seconds, of those that came in a time. */
export function slowestEvent({ arrivals }: Observations, from: Date, to: Date): number {
  const [start, end] = [from.toISOString(), to.toISOString()];
  const within = distinct(arrivals).filter(({ at }) => at >= start && at <= end);
  return Math.max(0, ...within.map(delay));
}

/** Pods of one node share a clock. */
function delay({ at, value }: Arrival): number {
  const { timestamp } = JSON.parse(value) as { timestamp: string };
  return (Date.parse(at) - Date.parse(timestamp)) / 1000;
}
