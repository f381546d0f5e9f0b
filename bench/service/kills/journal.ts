/** What the clients were told, and what they noticed. */

/** A change that was acknowledged: it must be found in the database and on the topic. */
export interface Acknowledged {
  readonly id: number;
  readonly version: number;
  /** Undefined: the memo was deleted. */
  readonly title: string | undefined;
}

/** Reads that showed less than what had been acknowledged before they began. */
export interface Outdated {
  count: number;
  longestMs: number;
}

export class Journal {
  readonly acknowledged: Acknowledged[] = [];
  /** What should never be: one line each. */
  readonly broken: string[] = [];
  /** With Redis in reach of the writer. */
  readonly stale: Outdated = { count: 0, longestMs: 0 };
  /** While Redis was away from somebody: other replicas may be behind until the outbox is replayed. */
  readonly behind: Outdated = { count: 0, longestMs: 0 };
  reads = 0;
  /** Requests without an answer in time, or answered 503. */
  unserved = 0;
}
