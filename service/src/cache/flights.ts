/** What a flight brings home. */
export interface Landed<T> {
  readonly value: T;
  /** Proven to be the current value at some moment after the flight was sealed. */
  readonly current: boolean;
}

/** Work that many wait for. It calls `seal` before it proves its value current: whoever comes later must not share it. */
export type Flight<T> = (seal: () => void) => Promise<Landed<T>>;

/**
 * One flight per key at a time, shared by those who may share it.
 *
 * Sharing a load is where single-flight caches go stale: who comes while it runs may have seen the acknowledgement of a
 * write (by another replica, too) that the load was too early to read. So a late-comer takes the value only when it is
 * proven current after their arrival; else all late-comers together take the next flight, which begins after they came.
 */
export class Flights<T> {
  readonly #running = new Map<number, Promise<Landed<T>>>();

  /** The value of a flight that began, or was proven current, after this call. A failure is shared by all who wait. */
  async run(key: number, flight: Flight<T>): Promise<T> {
    const running = this.#running.get(key);
    if (running === undefined) return (await this.#start(key, flight)).value;
    const landed = await running;
    if (landed.current) return landed.value;
    return (await (this.#running.get(key) ?? this.#start(key, flight))).value;
  }

  /** Who comes from now on takes another flight than the one in the air. */
  seal(key: number): void {
    this.#running.delete(key);
  }

  #start(key: number, flight: Flight<T>): Promise<Landed<T>> {
    const seal = (): void => {
      if (this.#running.get(key) === running) this.#running.delete(key);
    };
    // In a microtask of its own, so that `running` is known by the time anything seals it.
    const running = Promise.resolve()
      .then(() => flight(seal))
      .finally(seal);
    this.#running.set(key, running);
    return running;
  }
}
