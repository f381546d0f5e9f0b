/** One pass over one MemoApp: what it found, what was refused, and whether everything went through. */
import type { Problem } from '../api/conditions.ts';
import type { KubeObject } from '../runtime/object.ts';
import type { MissingReference, PassOutcome, RefusedApply, RefusedGrowth } from '../stack/health/conditions.ts';

export class Pass implements PassOutcome {
  /** Whether the MemoApp is paused, so that nothing is written. */
  readonly paused: boolean;
  readonly problems: Problem[] = [];
  readonly refused: RefusedApply[] = [];
  /** Secrets and ConfigMaps of others that the spec names and that are not there. They are looked for again. */
  readonly missing: MissingReference[] = [];
  /** Failures that trying again may mend: the API server away, a conflict, a deadline. */
  readonly failures: unknown[] = [];
  /** What is said of an account that the database does not have, though the spec asks for it. */
  unapplied: string | undefined;
  /** Claims that stay as they are, because the API server does not let them grow. They are asked for again. */
  readonly ungrown: RefusedGrowth[] = [];
  /** What a paused pass would have written. */
  readonly withheld: string[] = [];
  /** Children still on their way out under a wanted name. Their end comes as an event. */
  readonly terminating: KubeObject[] = [];
  /** Whether another pass has to follow for what this one wrote: no watch tells of an own write. */
  again = false;
  /** Whether all that opened the database's volume is gone, so that it starts empty: what is on record of a lost one is forgotten. */
  startsEmpty = false;
  /** Whether the pods of the API stay as they are, whatever the spec asks of them: they need what they were started with. */
  held = false;
  /** Every object the spec asks for, also those whose apply failed: none of them is pruned. */
  readonly wanted: KubeObject[] = [];

  constructor(paused: boolean) {
    this.paused = paused;
  }

  /** Whether every child is as asked, so that what is left over may be pruned. */
  get complete(): boolean {
    return (
      this.problems.length === 0 &&
      this.refused.length === 0 &&
      this.failures.length === 0 &&
      this.withheld.length === 0 &&
      this.terminating.length === 0
    );
  }

  /** Throws what went wrong, so that the queue tries again with backoff. */
  throwFailures(): void {
    const [first] = this.failures;
    if (first === undefined) return;
    if (first instanceof Error && this.failures.length === 1) throw first;
    throw new AggregateError(this.failures, `${this.failures.length} calls failed`);
  }
}
