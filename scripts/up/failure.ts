/** What is told when a command fails: which part, why, and where the rest is. Pure. */
import { CommandError } from '../../test/cluster/host/command.ts';
import { StepError } from './steps.ts';

export interface Failure {
  /** For the terminal: short. */
  readonly shown: string;
  /** For the log: every error down to the first cause, with all that a failed command said. */
  readonly kept: string;
}

const LONGEST_LINE = 200;

/**
 * @param command the word behind `make`
 * @param log the path of the log
 */
export function failureOf(command: string, error: unknown, log: string): Failure {
  const what = error instanceof StepError ? `${command}: ${error.step}` : command;
  const why = error instanceof Error ? error.message : String(error);
  const lines = why.split('\n').map((line) => `  ${line.slice(0, LONGEST_LINE)}`);
  return {
    shown: [`✗ ${what} failed`, ...lines, `  log: ${log}`].join('\n'),
    kept: [`✗ ${what} failed`, ...chain(error)].join('\n'),
  };
}

function chain(error: unknown): string[] {
  if (!(error instanceof Error)) return [String(error)];
  const output = error instanceof CommandError ? ['--- all it said', error.output] : [];
  const cause = error.cause === undefined ? [] : ['--- because of', ...chain(error.cause)];
  return [error.stack ?? error.message, ...output, ...cause];
}
