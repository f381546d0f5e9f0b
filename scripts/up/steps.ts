/** The step list that `make up` and its like show: what is done now, what it waits for, how long each step took. */
import { elapsed } from '../../test/cluster/host/progress.ts';

/** How a step speaks while it works. */
export interface Voice {
  /** A line for the person waiting; a repeat of the last one is dropped. */
  readonly say: (line: string) => void;
  /** A line for the log alone, such as those of a builder; the last one is shown when a step takes long. */
  readonly note: (line: string) => void;
}

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
  readonly show: (line: string) => void;
  /** The log, which gets every line. */
  readonly keep: (line: string) => void;
}

export class Steps {
  readonly #outlet: Outlet;
  readonly #now: () => number;
  readonly #started: number;
  readonly #patience: number;

  /** @param patience milliseconds of silence after which a step says that it still works */
  constructor(outlet: Outlet, now: () => number = () => performance.now(), patience = 20_000) {
    this.#outlet = outlet;
    this.#now = now;
    this.#started = now();
    this.#patience = patience;
  }

  /**
   * Runs one step; several may run side by side.
   * @param result what to show behind the name of the step when it is done
   * @throws StepError
   */
  async run<T>(name: string, work: (voice: Voice) => Promise<T>, result?: (value: T) => string): Promise<T> {
    const started = this.#now();
    const speech = new Speech((line) => this.#line(`  ${name}: ${line}`), this.#outlet.keep, this.#now);
    this.#line(`• ${name}`);
    const ticker = setInterval(() => speech.breakSilence(this.#patience, elapsed(started, this.#now())), 1000);
    try {
      const value = await work(speech);
      const outcome = result?.(value) ?? '';
      this.#line(`✓ ${name}${outcome === '' ? '' : `: ${outcome}`} (${elapsed(started, this.#now())})`);
      return value;
    } catch (error) {
      throw error instanceof StepError ? error : new StepError(name, error);
    } finally {
      clearInterval(ticker);
    }
  }

  /** A line of its own between steps. */
  say(line: string): void {
    this.#line(line);
  }

  /** The time since the first step. */
  total(): string {
    return elapsed(this.#started, this.#now());
  }

  #line(text: string): void {
    const line = `${this.total().padStart(12)}  ${text}`;
    this.#outlet.show(line);
    this.#outlet.keep(line);
  }
}

/** The lines of one step. */
class Speech implements Voice {
  readonly #show: (line: string) => void;
  readonly #keep: (line: string) => void;
  readonly #now: () => number;
  #last = '';
  #note = '';
  #spoke: number;

  constructor(show: (line: string) => void, keep: (line: string) => void, now: () => number) {
    this.#show = show;
    this.#keep = keep;
    this.#now = now;
    this.#spoke = now();
  }

  readonly say = (line: string): void => {
    if (line === this.#last) return;
    this.#last = line;
    this.#note = '';
    this.#spoke = this.#now();
    this.#show(line);
  };

  readonly note = (line: string): void => {
    this.#note = line;
    this.#keep(`                ${line}`);
  };

  breakSilence(patience: number, soFar: string): void {
    if (this.#now() - this.#spoke < patience) return;
    this.#spoke = this.#now();
    const now = this.#note === '' ? this.#last : this.#note;
    this.#show(`still at it after ${soFar}${now === '' ? '' : `, now: ${now.slice(0, 100)}`}`);
  }
}
