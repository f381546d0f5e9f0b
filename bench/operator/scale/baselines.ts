/** The two operators beside ours, built from `baselines/` into the cache of the tools. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Cluster } from '../../../test/cluster/cluster.ts';
import { cacheDirectory } from '../../../test/cluster/host/paths.ts';
import type { Log } from '../../../test/cluster/host/progress.ts';
import { ownProgram } from '../../../test/cluster/toolbox/toolbox.ts';
import { ensurePython } from '../../../test/images/making/python.ts';
import { templateOf } from './children.ts';
import { Running, type Contestant } from './contestant.ts';

const sources = join(import.meta.dirname, '../baselines');

/** A minimal operator on controller-runtime, with everything that it recommends. */
export async function controllerRuntime(log: Log): Promise<Contestant> {
  const program = await ownProgram(join(sources, 'controller-runtime'), log);
  return contestant('controller-runtime', await workFolder('controller-runtime'), program, []);
}

/** The same on kopf. */
export async function kopf(log: Log): Promise<Contestant> {
  const folder = await workFolder('kopf');
  const python = await ensurePython('kopf', join(sources, 'kopf/requirements.txt'), log);
  const flags = ['-m', 'kopf', 'run', '--standalone', '--all-namespaces', join(sources, 'kopf/operator_kopf.py')];
  return contestant('kopf', folder, python, flags);
}

async function workFolder(name: string): Promise<string> {
  const folder = join(cacheDirectory(), 'bench', name);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'template.json'), templateOf());
  return folder;
}

function contestant(name: string, folder: string, command: string, args: readonly string[]): Contestant {
  const user = `baseline-${name}`;
  return {
    name,
    user,
    start: async (cluster: Cluster) => {
      const KUBECONFIG = await cluster.kubeconfigFor(user, ['system:masters']);
      return new Running(command, args, { KUBECONFIG, TEMPLATE: join(folder, 'template.json') });
    },
  };
}
