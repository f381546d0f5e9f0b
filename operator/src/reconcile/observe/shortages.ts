/** Since when workloads lack pods, as far as passes have seen it: nothing in a StatefulSet says so. */
import type { Clock } from '../../runtime/clock.ts';
import type { LackingPods } from './refused-pods.ts';

/** Milliseconds within which the Event about pods that are not made has come, if one comes at all. */
const eventComesWithin = 15_000;

export class Shortages {
  readonly #clock: Clock;
  /** By app and uid. */
  readonly #since = new Map<string, ReadonlyMap<string, number>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Those that lack pods only since lately, so that the Event which says why may still be on its way.
   * @param key `namespace/name` of the app
   * @param lacking every workload of it that lacks pods now
   */
  recent(key: string, lacking: readonly LackingPods[]): LackingPods[] {
    const now = this.#clock.now();
    const before = this.#since.get(key);
    const since = new Map(lacking.map(({ uid }) => [uid, before?.get(uid) ?? now]));
    if (since.size > 0) this.#since.set(key, since);
    else this.#since.delete(key);
    return lacking.filter(({ uid }) => now - (since.get(uid) ?? now) < eventComesWithin);
  }

  forget(key: string): void {
    this.#since.delete(key);
  }
}
