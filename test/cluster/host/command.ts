/** Runs one command of the machine to its end. */
import { spawn } from 'node:child_process';

export interface CommandOptions {
  readonly cwd?: string;
  /** Added to our own environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

/** A command that could not be started or ended with another code than 0; the message carries the end of its output. */
export class CommandError extends Error {
  readonly code: number | string;

  constructor(command: string, code: number | string, output: string) {
    const tail = output.trimEnd().split('\n').slice(-20).join('\n');
    super(`\`${command}\` ended with ${code}${tail === '' ? '' : `:\n${tail}`}`);
    this.name = 'CommandError';
    this.code = code;
  }
}

/**
 * @returns what the command wrote to standard output.
 * @throws CommandError
 */
export async function run(command: string, args: readonly string[], options: CommandOptions = {}): Promise<string> {
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
  // A command that ends without reading its input is judged by its code, not by the broken pipe.
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  const line = [command, ...args].join(' ');
  return await new Promise((resolve, reject) => {
    child.once('error', (cause: NodeJS.ErrnoException) =>
      reject(new CommandError(line, cause.code ?? '', cause.message)),
    );
    child.once('close', (code, signal) => {
      if (code === 0) resolve(stdout);
      else reject(new CommandError(line, code ?? String(signal), stderr === '' ? stdout : stderr));
    });
  });
}

/** The folder-less name of the first of `names` that PATH knows. */
export async function isInstalled(name: string): Promise<boolean> {
  try {
    await run('sh', ['-c', `command -v ${name}`], { env: { PATH: pathWithSystem() } });
    return true;
  } catch (error) {
    if (error instanceof CommandError) return false;
    throw error;
  }
}

/** A user's PATH often lacks the sbin folders where nft, ip and runc live. */
export function pathWithSystem(path: string = process.env['PATH'] ?? ''): string {
  return [path, '/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/bin', '/bin'].filter((part) => part !== '').join(':');
}
