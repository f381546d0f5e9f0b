/** What Argo CD and Flux bring to a cluster, as far as what we ship is about it: their kinds, and a ConfigMap. */
import { join } from 'node:path';
import { definitionsFolder } from '../../cluster/toolbox/toolbox.ts';
import { established } from '../harness/install.ts';
import type { Kubectl } from '../harness/kubectl.ts';
import { done } from '../harness/live.ts';

/** @param settings of Argo CD, as its admin has them already */
export async function installGitOps(kubectl: Kubectl, settings: Readonly<Record<string, string>> = {}): Promise<void> {
  for (const namespace of ['argocd', 'flux-system']) await done(kubectl, ['create', 'namespace', namespace]);
  const metadata = { name: 'argocd-cm', namespace: 'argocd' };
  await done(kubectl, ['create', '-f', '-'], { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: settings });
  const definitions = [
    join(await definitionsFolder('argocd'), 'application-crd.yaml'),
    join(await definitionsFolder('flux-kustomize'), 'kustomize.toolkit.fluxcd.io_kustomizations.yaml'),
    join(await definitionsFolder('flux-source'), 'source.toolkit.fluxcd.io_gitrepositories.yaml'),
  ].flatMap((file) => ['-f', file]);
  await done(kubectl, ['apply', '--server-side', ...definitions]);
  await established(kubectl, definitions);
}
