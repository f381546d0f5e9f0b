/** The step list that `make up` and its like show: what is done now, what it waits for, how long each step took. */
import { systemClock } from '../../operator/src/runtime/clock.ts';
import type { Clock, Timer } from '../../operator/src/runtime/clock.ts';
import { elapsed } from '../../test/cluster/host/progress.ts';
import type { Log, Voice } from '../../test/cluster/host/progress.ts';

/** A step that failed; the message says why. */
export class StepError extends Error {
  readonly step: string;

  constructor(step: string, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.name = 'StepError';
    this.step = step;
  }
}

/** Where the lines go. */
export interface Outlet {
  /** The terminal. */
  readonly show: Log;
  /** The log, which gets every line. */
  readonly keep: Log;
}

/** Milliseconds of silence after which a step says that it still works. */
const PATIENCE = 20_000;

export class Steps {
  readonly #outlet: Outlet;
  readonly #clock: Clock;
  readonly #started: number;

  constructor(outlet: Outlet, clock: Clock = systemClock) {
    this.#outlet = outlet;
    this.#clock = clock;
    this.#started = clock.now();
  }

  /**
   * Runs one step; several may run side by side.
   * @param result what to show behind the name of the step when it is done
   * @throws StepError
   */
  async run<T>(name: string, work: (voice: Voice) => Promise<T>, result?: (value: T) => string): Promise<T> {
    this.say(`• ${name}`);
    const speech = new Speech((line) => this.say(`  ${name}: ${line}`), this.#outlet.keep, this.#clock);
    try {
      const value = await work(speech);
      const outcome = result?.(value) ?? '';
      this.say(`✓ ${name}${outcome === '' ? '' : `: ${outcome}`} (${speech.elapsed()})`);
      return value;
    } catch (error) {
      // A step that waited for another one tells of that one.
      throw error instanceof StepError ? error : new StepError(name, error);
    } finally {
      speech.end();
    }
  }

  /** A line of its own between steps. */
  say(text: string): void {
    const line = `${this.total().padStart(12)}  ${text}`;
    this.#outlet.show(line);
    this.#outlet.keep(line);
  }

  /** The time since the first step. */
  total(): string {
    return elapsed(this.#started, this.#clock.now());
  }
}

/** The lines of one step, and one of its own after every silence. */
class Speech implements Voice {
  readonly #show: Log;
  readonly #keep: Log;
  readonly #clock: Clock;
  readonly #started: number;
  #silence: Timer;
  #last = '';
  #note = '';

  constructor(show: Log, keep: Log, clock: Clock) {
    this.#show = show;
    this.#keep = keep;
    this.#clock = clock;
    this.#started = clock.now();
    this.#silence = this.#wait();
  }

  readonly say = (line: string): void => {
    if (line === this.#last) return;
    this.#last = line;
    this.#note = '';
    this.#show(line);
    this.#silence.cancel();
    this.#silence = this.#wait();
  };

  readonly note = (line: string): void => {
    this.#note = line;
    this.#keep(`                ${line}`);
  };

  elapsed(): string {
    return elapsed(this.#started, this.#clock.now());
  }

  end(): void {
    this.#silence.cancel();
  }

  #wait(): Timer {
    return this.#clock.after(PATIENCE, () => {
      const now = this.#note === '' ? this.#last : this.#note;
      this.#show(`still at it after ${this.elapsed()}${now === '' ? '' : `, now: ${now.slice(0, 100)}`}`);
      this.#silence = this.#wait();
    });
  }
}
