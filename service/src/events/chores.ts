/** What the active relay does from time to time. A chore that fails is tried again later, and holds up no event. */
import type { Connection } from '../db/connection.ts';
import { ConnectionLost, tookTooLong } from '../db/errors.ts';
import { errorFields } from '../observability/log.ts';
import type { Log } from '../observability/log.ts';
import type { Held } from './exclusive.ts';

export interface Chore {
  /** As the log and the metric call it. */
  readonly name: string;
  /** Milliseconds from the time when it was done, or failed, to the next. */
  readonly everyMs: number;
  /** Rows that it may look at in one go, at first. */
  readonly atOnce: number;
  /** @returns whether it is done; else there is more of it */
  readonly go: (session: Connection, atOnce: number) => Promise<boolean>;
}

export interface ChoresOptions {
  readonly log: Log;
  readonly onFailure: (name: string) => void;
}

export class Chores {
  readonly #timed: readonly TimedChore[];

  constructor(chores: readonly Chore[], options: ChoresOptions) {
    this.#timed = chores.map((chore) => new TimedChore(chore, options));
  }

  /** One go of each that is due, so that sending goes on between the goes. @throws ConnectionLost, and nothing else */
  async due(held: Held): Promise<void> {
    for (const chore of this.#timed) await chore.due(held);
  }
}

class TimedChore {
  readonly #chore: Chore;
  readonly #options: ChoresOptions;
  #dueAt = -Infinity;
  #atOnce: number;
  #said = '';

  constructor(chore: Chore, options: ChoresOptions) {
    this.#chore = chore;
    this.#options = options;
    this.#atOnce = chore.atOnce;
  }

  async due(held: Held): Promise<void> {
    if (performance.now() < this.#dueAt) return;
    try {
      if (await held.ask((session) => this.#chore.go(session, this.#atOnce))) this.#rest();
      this.#said = '';
    } catch (error) {
      this.#failed(error);
      // The lock is lost with the session.
      if (error instanceof ConnectionLost) throw error;
    }
  }

  #rest(): void {
    this.#dueAt = performance.now() + this.#chore.everyMs;
    this.#atOnce = this.#chore.atOnce;
  }

  /** With fewer rows it may get through: so at the next turn. Also where the session was lost, for what took too long may cost it. */
  #failed(error: unknown): void {
    const { everyMs, name } = this.#chore;
    if (this.#atOnce > 1 && (tookTooLong(error) || error instanceof ConnectionLost)) {
      this.#atOnce = Math.floor(this.#atOnce / 2);
    } else {
      this.#dueAt = performance.now() + everyMs;
    }
    this.#options.onFailure(name);
    const fields = errorFields(error);
    const reason = String(fields['error.message']);
    if (reason !== this.#said) {
      this.#options.log.warn({ ...fields, 'chore.name': name }, 'a chore failed: events go on, and it is tried again');
    }
    this.#said = reason;
  }
}
