/** A clock that a test moves by hand. */
import { setImmediate as turn } from 'node:timers/promises';
import type { Clock, Timer } from '../../../operator/src/runtime/clock.ts';

interface Pending {
  due: number;
  callback: () => void;
}

export class ManualClock implements Clock {
  #now = 0;
  readonly #pending = new Set<Pending>();

  now(): number {
    return this.#now;
  }

  date(): Date {
    return new Date(Date.UTC(2026, 0, 1) + this.#now);
  }

  after(milliseconds: number, callback: () => void): Timer {
    const timer = { due: this.#now + milliseconds, callback };
    this.#pending.add(timer);
    return { cancel: () => this.#pending.delete(timer) };
  }

  /** Timers that were not cancelled yet: none should outlive what set them. */
  get pending(): number {
    return this.#pending.size;
  }

  /** Lets time pass, timer by timer, with all that follows from each before the next. */
  async advance(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds;
    await settle();
    for (let next = this.#next(end); next; next = this.#next(end)) {
      this.#now = Math.max(this.#now, next.due);
      this.#pending.delete(next);
      next.callback();
      await settle();
    }
    this.#now = end;
    await settle();
  }

  #next(end: number): Pending | undefined {
    const due = [...this.#pending].filter((timer) => timer.due <= end);
    return due.sort((left, right) => left.due - right.due)[0];
  }
}

/** Lets promises that are already decided run their course. */
export async function settle(): Promise<void> {
  for (let round = 0; round < 5; round += 1) await turn();
}
