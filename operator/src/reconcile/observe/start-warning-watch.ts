/**
 * What keeps pods from being started on their node, as Events say it. Each pod is asked about only once it has had its node for a
 * while, and then now and then: what was found last holds on between, however many passes there are.
 */
import type { Clock } from '../../runtime/clock.ts';
import type { StartWarnings } from '../../stack/observed.ts';
import { eventsAbout, type EventReader } from './events-about.ts';
import { startWarning } from './start-warning.ts';
import type { UnstartedPod } from './unstarted-pods.ts';

/** Milliseconds that a node has for a start as it should be: volumes come, and a large image begins to be pulled. */
const startsWithin = 30_000;
const askAgainAfter = 30_000;
/** Questions at the same time, of all apps together: where a thousand pods are late, what has to be written must not wait for clues. */
const atOnce = 8;

interface Known {
  /** When it is to be asked about: monotonic milliseconds. */
  readonly due: number;
  /** undefined: nothing is known to be wrong. */
  readonly words: string | undefined;
}

export class StartWarningWatch {
  readonly #clock: Clock;
  /** By app and uid. */
  readonly #known = new Map<string, ReadonlyMap<string, Known>>();
  #asking = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * What is known of them; asks about those that are due.
   * @param key `namespace/name` of the app
   * @param pods every one of it that is to be asked about now or later; the others are forgotten
   */
  async of(
    key: string,
    pods: readonly UnstartedPod[],
    reader: EventReader,
    signal: AbortSignal,
  ): Promise<StartWarnings> {
    const before = this.#known.get(key);
    const known = new Map(
      await Promise.all(
        pods.map(async (pod) => {
          const last = before?.get(pod.uid) ?? this.#first(pod);
          const isDue = last.due <= this.#clock.now();
          return [pod.uid, isDue ? await this.#ask(pod, last, reader, signal) : last] as const;
        }),
      ),
    );
    if (known.size > 0) this.#known.set(key, known);
    else this.#known.delete(key);
    return new Map([...known].flatMap(([uid, { words }]) => (words === undefined ? [] : [[uid, words]])));
  }

  /** Milliseconds until one of an app's pods is to be asked about, at most half a minute. undefined: there is none. */
  dueIn(key: string): number | undefined {
    const known = this.#known.get(key);
    return known && Math.min(...[...known.values()].map(({ due }) => due)) - this.#clock.now();
  }

  forget(key: string): void {
    this.#known.delete(key);
  }

  /** One of before the operator started is due at once. The clock that says since when may be ahead of ours: that delays nothing. */
  #first({ since }: UnstartedPod): Known {
    const waited = Math.max(this.#clock.date().getTime() - since, 0);
    return { due: this.#clock.now() + Math.max(startsWithin - waited, 0), words: undefined };
  }

  /** Where there is no answer, or no turn to ask, what was found last holds on until the next one. */
  async #ask(pod: UnstartedPod, { words }: Known, reader: EventReader, signal: AbortSignal): Promise<Known> {
    if (this.#asking >= atOnce) return { due: this.#clock.now() + askAgainAfter, words };
    this.#asking += 1;
    try {
      const events = await eventsAbout(pod, reader, signal);
      return { due: this.#clock.now() + askAgainAfter, words: events ? startWarning(events, words) : words };
    } finally {
      this.#asking -= 1;
    }
  }
}
