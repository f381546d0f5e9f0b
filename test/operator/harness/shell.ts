/** The shell of an admin on a test's cluster, for commands that the documentation tells to type. */
import { copyFile, mkdir, rm, symlink } from 'node:fs/promises';
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

type Administered = Pick<Cluster, 'kubeconfig' | 'toolPath'>;

/** kubectl on the PATH, with a copy of the admin's kubeconfig: a namespace that is set there is nobody else's. Both are in the folder. */
export async function adminEnvironment(cluster: Administered, folder: string): Promise<NodeJS.ProcessEnv> {
  await mkdir(folder, { recursive: true });
  const KUBECONFIG = join(folder, 'kubeconfig');
  await copyFile(cluster.kubeconfig, KUBECONFIG);
  await symlink(await cluster.toolPath('kubectl'), join(folder, 'kubectl'));
  return { ...process.env, KUBECONFIG, PATH: [folder, process.env['PATH']].join(delimiter) };
}

/** @param cwd where the lines are typed. Absent: a folder that goes with the shell */
export async function openShell(cluster: Administered, cwd?: string): Promise<Shell> {
  const folder = temporaryFolder('shell');
  const env = await adminEnvironment(cluster, folder);
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
