import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** Where progress lines go. */
export type Log = (line: string) => void;

/** A command that ended with anything but 0; the message carries the last lines it printed. */
export class CommandError extends Error {
  readonly status: number | string;
  constructor(command: string, status: number | string, tail: readonly string[]) {
    super(`${command} ended with ${status}:\n${tail.join('\n')}`);
    this.name = 'CommandError';
    this.status = status;
  }
}

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Every line of both outputs, as it comes. */
  readonly log?: Log | undefined;
  /** What the command reads from its standard input. */
  readonly input?: string;
}

const TAIL_LINES = 30;

/**
 * Runs a command to its end and returns what it wrote to standard output.
 * The command is killed when this process dies, so that nothing it mounted or started outlives us.
 * @throws CommandError when it cannot be started or ends with anything but 0.
 */
export async function run(command: string, args: readonly string[], options: CommandOptions = {}): Promise<string> {
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', command, ...args], {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  child.stdin?.end(options.input);
  const output: string[] = [];
  const tail: string[] = [];
  const line = (text: string): void => {
    tail.push(text);
    if (tail.length > TAIL_LINES) tail.shift();
    options.log?.(text);
  };
  const { stdout, stderr } = child;
  if (stdout) {
    createInterface({ input: stdout }).on('line', (text) => {
      output.push(text);
      line(text);
    });
  }
  if (stderr) createInterface({ input: stderr }).on('line', line);
  const status = await new Promise<number | string>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      resolve(code ?? signal ?? 'nothing');
    });
  });
  if (status !== 0) throw new CommandError([command, ...args].join(' ').slice(0, 300), status, tail);
  return output.join('\n');
}

/** Whether the command ends with 0: for commands that are questions. */
export async function succeeds(command: string, args: readonly string[], options?: CommandOptions): Promise<boolean> {
  return run(command, args, options).then(
    () => true,
    () => false,
  );
}

/** Whether a command of this name can be started. */
export async function available(command: string): Promise<boolean> {
  return succeeds('sh', ['-c', `command -v "$1" >/dev/null`, 'sh', command]);
}
