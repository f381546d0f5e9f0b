/** What is known of a day when it is over: plain data, out of which the page is made. */

/** A diary, as it is kept between a run and the page. */
export interface DiaryRecord {
  /** RFC 3339, when the run began. */
  readonly begun: string;
  /** `2 cores, 23 GiB`. */
  readonly machine: string;
  readonly install: EntryRecord;
  readonly entries: readonly EntryRecord[];
}

/** One change, in the acts that it took. */
export interface EntryRecord {
  readonly name: string;
  readonly title: string;
  readonly occasion: string;
  /** What somebody else had made before. */
  readonly prepared: readonly string[];
  readonly acts: readonly ActRecord[];
  readonly lesson: string;
}

/** From what was typed until the state that was waited for has stood for a few seconds. */
export interface ActRecord {
  readonly what: string;
  /** The change of a file, as `diff -u` shows it. */
  readonly edit?: string;
  readonly typed: readonly string[];
  /** kubectl's words, where it refused. */
  readonly refusal?: string;
  /** What was waited for, as a sentence goes on after "until". */
  readonly until: string;
  readonly seconds: number;
  readonly said: readonly Said[];
  /** Warnings among the Events of the MemoApp that say something else than `Ready` does. */
  readonly warnings: readonly string[];
  /** Seconds in which `APIAvailable` of the first app was not True, though it was True before. */
  readonly apiAwaySeconds: number;
  readonly reads: Tally;
  readonly writes: Tally;
  readonly pods: readonly PartChange[];
  readonly needless: readonly string[];
  readonly shown: readonly { readonly command: string; readonly output: string }[];
  readonly found: readonly string[];
}

/** One answer to `kubectl get memoapp -w`, where it differs from the one before. */
export interface Said {
  /** Since the command. */
  readonly seconds: number;
  readonly ready: string;
  readonly reason: string;
  readonly message: string;
  readonly stalled: boolean;
}

/** Calls of one kind while an act lasted. */
export interface Tally {
  readonly asked: number;
  readonly refused: number;
  /** Answered that there is no such memo, though it was acknowledged. */
  readonly missing: number;
  /** Answered with another memo than the one that was written. */
  readonly wrong: number;
  /** From the first refused call to the end of the last. */
  readonly refusedSeconds: number;
  /** Of the refusals, each once. */
  readonly why: readonly string[];
  readonly slowestSeconds: number;
}

/** The pods of one part, before and after. */
export interface PartChange {
  readonly part: string;
  readonly before: number;
  readonly after: number;
  /** How many of those before are still there, without a restart of a container. */
  readonly kept: number;
}
