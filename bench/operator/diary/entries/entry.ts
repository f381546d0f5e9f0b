/** One change of the day. */
import type { Memo } from '../../../../test/e2e/harness/client.ts';
import type { Desk } from '../desk.ts';

export interface Entry {
  /** For `--only`. */
  readonly name: string;
  readonly title: string;
  readonly occasion: string;
  /** What holds whatever a run shows. */
  readonly lesson: string;
  /** @param first a memo written before the first change */
  play(desk: Desk, first: Memo): Promise<void>;
}
