/** A shell in a folder of files, with kubectl at hand as an admin has it: on the PATH, with the cluster and the namespace set. */
import { cpSync, rmSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Cluster } from '../../../test/cluster/cluster.ts';
import { CommandError, run, succeeds } from '../../../test/cluster/host/command.ts';
import { temporaryFolder } from '../../../test/cluster/host/temporary.ts';
import { adminEnvironment } from '../../../test/operator/harness/shell.ts';

const root = resolve(import.meta.dirname, '../../..');

export class Shell {
  /** Where the files are. */
  readonly folder: string;
  readonly #env: NodeJS.ProcessEnv;

  private constructor(folder: string, env: NodeJS.ProcessEnv) {
    this.folder = folder;
    this.#env = env;
  }

  static async open(cluster: Cluster): Promise<Shell> {
    const folder = temporaryFolder('diary');
    cpSync(join(import.meta.dirname, 'files'), folder, { recursive: true });
    // What is installed from the repository is named as its documentation does.
    for (const name of ['crds', 'config']) symlinkSync(join(root, name), join(folder, name));
    return new Shell(folder, await adminEnvironment(cluster, join(folder, '.admin')));
  }

  /** Lines of one shell, ended by the first that fails. @throws CommandError */
  async run(lines: readonly string[]): Promise<string> {
    return await run('sh', ['-ec', lines.join('\n')], { cwd: this.folder, env: this.#env });
  }

  /** @returns the words with which the last line was refused. @throws Error where it was not */
  async refused(lines: readonly string[]): Promise<string> {
    try {
      await this.run(lines);
    } catch (error) {
      if (error instanceof CommandError) return error.output.trim();
      throw error;
    }
    throw new Error(`${lines.join('; ')}: was to be refused, and went through`);
  }

  /** As `diff -u` shows it, without the names of the files. */
  async difference(before: string, after: string): Promise<string> {
    const command = ['diff', '-U', '2', before, after];
    if (await succeeds('diff', ['-q', before, after], { cwd: this.folder })) throw new Error(`${after} is unchanged`);
    // diff ends with 1 where there are differences.
    const text = await run('sh', ['-c', `${command.join(' ')}; test $? -eq 1`], { cwd: this.folder });
    return text.split('\n').slice(2).join('\n');
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
