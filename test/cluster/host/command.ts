/** Runs one command of the machine to its end, or to ours. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';

import { boundToUs } from './bound.ts';
import type { Log } from './progress.ts';

export interface CommandOptions {
  readonly cwd?: string;
  /** In place of our own environment. */
  readonly env?: NodeJS.ProcessEnv;
  /** What the command reads from its standard input. */
  readonly input?: string | undefined;
  /** Takes every line of both outputs as it comes: for commands that talk while they work. */
  readonly log?: Log | undefined;
}

const LONGEST_NAME = 200;
const TAIL_LINES = 10;

/** A command that could not be started or ended with another code than 0; the message carries the end of its output. */
export class CommandError extends Error {
  readonly code: number | string;
  /** All that it said. */
  readonly output: string;

  constructor(command: readonly string[], code: number | string, output: string) {
    const tail = stripVTControlCharacters(output).trim().split('\n').slice(-TAIL_LINES).join('\n');
    super(`\`${nameOf(command)}\` ended with ${code}${tail === '' ? '' : `:\n${tail}`}`);
    this.name = 'CommandError';
    this.code = code;
    this.output = output;
  }
}

/** On one line: a script among the arguments says nothing to whoever reads of its end. */
function nameOf(words: readonly string[]): string {
  const script = words.findIndex((word) => word.includes('\n'));
  const line = (script === -1 ? words : [...words.slice(0, script), '…']).join(' ');
  return line.length > LONGEST_NAME ? `${line.slice(0, LONGEST_NAME)}…` : line;
}

/**
 * The command ends with this process. What it starts in turn does not: `setsid --fork --wait` is for what must not end half-way.
 * @returns what the command wrote to standard output, without the line break at its end.
 * @throws CommandError
 */
export async function run(command: string, args: readonly string[], options: CommandOptions = {}): Promise<string> {
  const child = spawn(...boundToUs([command, ...args]), {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let [result, talk] = ['', ''];
  listen(child.stdout, options.log, (text) => {
    result += text;
    // Where nobody listens, standard output is a result and seldom tells why there is none.
    if (options.log !== undefined) talk += text;
  });
  listen(child.stderr, options.log, (text) => (talk += text));
  // A command that ends without reading its input is judged by its code, not by the broken pipe.
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  return await new Promise((resolve, reject) => {
    const words = [command, ...args];
    child.once('error', (cause: NodeJS.ErrnoException) => {
      reject(new CommandError(words, cause.code ?? '', cause.message));
    });
    child.once('close', (code, signal) => {
      if (code === 0) {
        resolve(result.replace(/\n$/, ''));
        return;
      }
      reject(
        new CommandError(words, code ?? String(signal), stripVTControlCharacters(talk).trim() === '' ? result : talk),
      );
    });
  });
}

function listen(stream: Readable, log: Log | undefined, take: (text: string) => void): void {
  stream.setEncoding('utf8').on('data', take);
  if (log !== undefined) createInterface({ input: stream }).on('line', log);
}

/** Whether the command ends with 0: for commands that are questions. */
export async function succeeds(command: string, args: readonly string[], options?: CommandOptions): Promise<boolean> {
  try {
    await run(command, args, options);
    return true;
  } catch (error) {
    if (error instanceof CommandError) return false;
    throw error;
  }
}

/** Whether a command of this name can be started. */
export async function isInstalled(name: string): Promise<boolean> {
  const env = { ...process.env, PATH: pathWithSystem() };
  return await succeeds('sh', ['-c', 'command -v "$1"', 'sh', name], { env });
}

/** A user's PATH often lacks the sbin folders where nft, ip and runc live. */
export function pathWithSystem(path: string = process.env['PATH'] ?? ''): string {
  return [path, '/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/bin', '/bin'].filter((part) => part !== '').join(':');
}
