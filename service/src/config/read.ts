/** Reads a list of variables from an environment: all faults at once, each naming the variable, the fault and the fix. */
import type { z } from 'zod';

/** One variable of the service's environment, as data: what parses it is also what documents it. */
export interface Variable<T> {
  readonly form: z.ZodType<T, string>;
  /** The form in words, for the documentation and for the fix of a fault. */
  readonly expects: string;
  /** The text used when the variable is absent. Without one the variable is optional, or required by a command. */
  readonly fallback?: string;
  /** The value may also be given as the path of a file in `<NAME>_FILE`. */
  readonly file?: true;
  readonly about: string;
}

/** A variable as it is, its type taken from its form. */
export function variable<T>(definition: Variable<T>): Variable<T> {
  return definition;
}

/** What is wrong with one variable. */
export interface ConfigurationFault {
  readonly variable: string;
  readonly fault: string;
  readonly fix: string;
}

/** The environment cannot be used. Its message has one line a fault and never a value, for values hold passwords. */
export class ConfigurationError extends Error {
  readonly faults: readonly ConfigurationFault[];

  constructor(faults: readonly ConfigurationFault[]) {
    super(faults.map(({ variable, fault, fix }) => `${variable}: ${fault}; ${fix}`).join('\n'));
    this.name = 'ConfigurationError';
    this.faults = faults;
  }
}

export type Environment = Readonly<Record<string, string | undefined>>;
export type ReadFile = (path: string) => string;

/** Raised inside this file by one variable, gathered by its caller. */
class VariableFault extends Error {
  readonly fault: ConfigurationFault;

  constructor(variable: string, fault: string, fix: string) {
    super(fault);
    this.fault = { variable, fault, fix };
  }
}

/** Reads variables one by one and keeps their faults until {@link VariableReader.close}. */
export class VariableReader {
  readonly #environment: Environment;
  readonly #readFile: ReadFile;
  readonly #faults: ConfigurationFault[] = [];

  constructor(environment: Environment, readFile: ReadFile) {
    this.#environment = environment;
    this.#readFile = readFile;
  }

  /** The value, or undefined when it is absent and has no fallback, or is faulty (then `close` throws). */
  read<T>(name: string, variable: Variable<T>): T | undefined {
    try {
      const text = this.#text(name, variable) ?? variable.fallback;
      if (text === undefined) return undefined;
      const parsed = variable.form.safeParse(text);
      if (parsed.success) return parsed.data;
      const fault = parsed.error.issues[0]?.message ?? 'cannot be read';
      throw new VariableFault(name, fault, `write ${variable.expects}`);
    } catch (error) {
      if (!(error instanceof VariableFault)) throw error;
      this.#faults.push(error.fault);
      return undefined;
    }
  }

  /** Whether the variable names a file, be it an empty one. */
  namesFile(name: string): boolean {
    return present(this.#environment[`${name}_FILE`]) !== undefined;
  }

  /** Whether it is set to anything but its fallback: whoever does that counts on it. */
  isSet(name: string, { fallback, file }: Variable<unknown>): boolean {
    const direct = present(this.#environment[name]);
    if (direct !== undefined && direct !== fallback) return true;
    return file === true && this.namesFile(name);
  }

  /** Records a fault that shows only when several variables are looked at together. */
  refuse(variable: string, fault: string, fix: string): void {
    this.#faults.push({ variable, fault, fix });
  }

  /** Whether it, or the file that it is in, is known to be faulty. */
  refused(name: string): boolean {
    return this.#faults.some((fault) => fault.variable === name || fault.variable === `${name}_FILE`);
  }

  /** @throws ConfigurationError always: a required variable is absent, or was refused before */
  fail(name: string, variable: Variable<unknown>): never {
    if (!this.refused(name)) this.refuse(name, 'is not set', `set it, or ${name}_FILE, to ${variable.expects}`);
    throw new ConfigurationError(this.#faults);
  }

  /** @throws ConfigurationError with every fault met */
  close(): void {
    if (this.#faults.length > 0) throw new ConfigurationError(this.#faults);
  }

  #text(name: string, variable: Variable<unknown>): string | undefined {
    const direct = present(this.#environment[name]);
    if (variable.file !== true) return direct;
    const path = present(this.#environment[`${name}_FILE`]);
    if (path === undefined) return direct;
    if (direct !== undefined) {
      throw new VariableFault(name, `is set and ${name}_FILE is too`, 'keep one of them');
    }
    try {
      return present(this.#readFile(path).trim());
    } catch (error) {
      const why = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
      throw new VariableFault(
        `${name}_FILE`,
        `names a file that cannot be read (${why})`,
        'mount it or correct the path',
      );
    }
  }
}

/** Compose passes unset variables on as empty text, and a Secret's key may be empty as well: all mean absent. */
function present(text: string | undefined): string | undefined {
  return text === undefined || text === '' ? undefined : text;
}
