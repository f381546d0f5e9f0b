/** The shell of an admin on a test's cluster, for commands that the documentation tells to type. */
import { copyFile, rm, symlink } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { expect } from 'chai';
import type { Cluster } from '../../cluster/cluster.ts';
import { temporaryFolder } from '../../cluster/host/temporary.ts';
import { answerOf } from './kubectl.ts';

export interface Shell {
  /**
   * Types a line, which ends with the first command of it that fails; then the test fails with what was said.
   * @returns what was said beside the results, on standard error
   */
  type(line: string): Promise<string>;
  close(): Promise<void>;
}

/**
 * kubectl is on its PATH, with a copy of the admin's kubeconfig: a namespace that is set there is nobody else's.
 * @param cwd where the lines are typed. Absent: a folder that goes with the shell
 */
export async function openShell(cluster: Pick<Cluster, 'kubeconfig' | 'toolPath'>, cwd?: string): Promise<Shell> {
  const folder = temporaryFolder('shell');
  const KUBECONFIG = join(folder, 'kubeconfig');
  await copyFile(cluster.kubeconfig, KUBECONFIG);
  await symlink(await cluster.toolPath('kubectl'), join(folder, 'kubectl'));
  const env = { ...process.env, KUBECONFIG, PATH: [folder, process.env['PATH']].join(delimiter) };
  return {
    type: async (line) => {
      const { code, stderr } = await answerOf('bash', ['-euo', 'pipefail', '-c', line], { cwd: cwd ?? folder, env });
      expect(code, `${line}: ${stderr}`).to.equal(0);
      return stderr;
    },
    close: async () => {
      await rm(folder, { recursive: true });
    },
  };
}
