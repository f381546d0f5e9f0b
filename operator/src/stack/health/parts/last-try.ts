/** What a Job that has not succeeded says of itself, for the end of a message. */
import { lastWordsOf } from '../../jobs/state.ts';
import type { Observed } from '../../observed.ts';
import { quoted } from '../quote.ts';

/** Nothing where no pod of it has failed, or none said why. */
export function lastTry(observed: Observed, job: string): string {
  const words = lastWordsOf(observed, job);
  return words === undefined ? '' : `; its last try: ${quoted(words)}`;
}
