/** kubectl against one cluster, for tests. */
import { run } from './host/command.ts';
import { toolPath } from './toolbox/toolbox.ts';

export interface Kubectl {
  /**
   * @returns what kubectl printed.
   * @throws CommandError with kubectl's own words.
   */
  (...args: readonly string[]): Promise<string>;
  /** Applies objects. */
  apply(...objects: readonly object[]): Promise<string>;
}

/** @param kubeconfig path of a kubeconfig; the caller's own environment never decides which cluster it is. */
export async function kubectlFor(kubeconfig: string): Promise<Kubectl> {
  const binary = await toolPath('kubectl');
  const call = async (args: readonly string[], input?: string): Promise<string> =>
    await run(binary, ['--kubeconfig', kubeconfig, ...args], { input });
  return Object.assign(async (...args: readonly string[]) => await call(args), {
    apply: async (...objects: readonly object[]) => {
      const list = { apiVersion: 'v1', kind: 'List', items: objects };
      return await call(['apply', '-f', '-'], JSON.stringify(list));
    },
  });
}
