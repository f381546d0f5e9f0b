/** The step list that `make up` and `make down` show: what is done now, what it waits for, how long each step took. */

export type Say = (line: string) => void;

/** A step that failed: which one, why, and where to look. `main` prints it without a stack. */
export class StepError extends Error {
  readonly step: string;
  readonly hint: string | undefined;

  constructor(step: string, cause: unknown, hint?: string) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.name = 'StepError';
    this.step = step;
    this.hint = hint;
  }
}

export class Steps {
  readonly #write: Say;
  readonly #now: () => number;
  readonly #started: number;

  constructor(write: Say, now: () => number = () => performance.now()) {
    this.#write = write;
    this.#now = now;
    this.#started = now();
  }

  /** Runs one step; `say` shows a line below it, and repeats of the same line are dropped. */
  async run<T>(name: string, work: (say: Say) => Promise<T>, hint?: () => string): Promise<T> {
    const started = this.#now();
    this.#write(`• ${name}`);
    let last = '';
    const say: Say = (line) => {
      if (line === last) return;
      last = line;
      this.#write(`    ${this.#since(started)}  ${line}`);
    };
    try {
      const result = await work(say);
      this.#write(`✓ ${name} (${this.#since(started)})`);
      return result;
    } catch (error) {
      throw new StepError(name, error, hint?.());
    }
  }

  total(): string {
    return this.#since(this.#started);
  }

  #since(started: number): string {
    const seconds = (this.#now() - started) / 1000;
    return seconds < 100 ? `${seconds.toFixed(1)} s` : `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
  }
}

/** Runs `main` of a program; a failure says which step, why and where to look, and ends with code 1. */
export async function runProgram(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    process.stderr.write(`\n✗ ${error.step}\n  ${error.message.replaceAll('\n', '\n  ')}\n`);
    if (error.hint !== undefined) process.stderr.write(`  ${error.hint.replaceAll('\n', '\n  ')}\n`);
    process.exitCode = 1;
  }
}
