/** kubectl against one named cluster: never the user's current context. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

export class KubectlError extends Error {
  override readonly name = 'KubectlError';
}

export interface Target {
  /** Path of the program. */
  readonly kubectl: string;
  /** Path of a kubeconfig; absent: the user's, then `context` is required. */
  readonly kubeconfig?: string;
  readonly context?: string;
}

export class Kubectl {
  readonly #target: Target;

  constructor(target: Target) {
    this.#target = target;
  }

  /** The words to type for the same cluster, for messages. */
  words(): string {
    return ['kubectl', ...this.#where()].join(' ');
  }

  /** Runs kubectl and returns its output; throws with its own words. `input` goes to its standard input. */
  async run(args: readonly string[], input?: string): Promise<string> {
    const running = execute(this.#target.kubectl, [...this.#where(), ...args], { maxBuffer: 64 * 1024 * 1024 });
    if (input !== undefined) running.child.stdin?.end(input);
    try {
      return (await running).stdout;
    } catch (error) {
      const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
      throw new KubectlError(`kubectl ${args.join(' ')}: ${stderr === '' ? String(error) : stderr}`, { cause: error });
    }
  }

  /** The object as parsed JSON, or undefined where there is none. */
  async get(args: readonly string[]): Promise<unknown> {
    const text = await this.run(['get', ...args, '--ignore-not-found', '-o', 'json']);
    return text.trim() === '' ? undefined : JSON.parse(text);
  }

  #where(): string[] {
    const where: string[] = [];
    if (this.#target.kubeconfig !== undefined) where.push('--kubeconfig', this.#target.kubeconfig);
    if (this.#target.context !== undefined) where.push('--context', this.#target.context);
    return where;
  }
}
