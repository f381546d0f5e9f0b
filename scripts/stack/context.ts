/** A cluster of the user's own, by the name of its context. Only here is the user's kubeconfig read. */
import { isInstalled, run } from '../../test/cluster/host/command.ts';
import { toolPath } from '../../test/cluster/toolbox/toolbox.ts';
import { Kubectl } from './kubectl.ts';

export interface NamedCluster {
  readonly kubectl: Kubectl;
  readonly context: string;
  /** As the kubeconfig calls it. */
  readonly cluster: string;
  readonly server: string;
}

interface Config {
  readonly clusters?: readonly { readonly name: string; readonly cluster: { readonly server?: string } }[] | null;
}

/** @throws Error that lists the contexts there are */
export async function namedCluster(context: string, log: (line: string) => void): Promise<NamedCluster> {
  const program = (await isInstalled('kubectl')) ? 'kubectl' : await toolPath('kubectl', log);
  const known = (await run(program, ['config', 'get-contexts', '-o', 'name']))
    .split('\n')
    .filter((name) => name !== '');
  if (!known.includes(context)) {
    const where = process.env['KUBECONFIG'] ?? '~/.kube/config';
    const there = known.length === 0 ? 'it has none' : `it has: ${known.join(', ')}`;
    throw new Error(`there is no context "${context}" in ${where}; ${there}`);
  }
  const text = await run(program, ['config', 'view', '--minify', '--context', context, '-o', 'json']);
  const [entry] = (JSON.parse(text) as Config).clusters ?? [];
  if (entry?.cluster.server === undefined) throw new Error(`the context "${context}" names no cluster with a server`);
  return {
    kubectl: new Kubectl({ kubectl: program, context }),
    context,
    cluster: entry.name,
    server: entry.cluster.server,
  };
}
