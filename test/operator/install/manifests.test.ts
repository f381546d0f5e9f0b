/** Everything in config/ that is applied, judged by a real API server and by the schemas of Argo CD and Flux. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parseAllDocuments } from 'yaml';
import { startCluster, type Cluster } from '../../cluster/cluster.ts';
import { established } from '../harness/install.ts';
import { kubectlOn, type Kubectl } from '../harness/kubectl.ts';
import { done } from '../harness/live.ts';
import { until } from '../harness/until.ts';
import { installGitOps } from './gitops.ts';

const root = join(import.meta.dirname, '../../..');

/** In the order in which an admin would apply them. */
const shipped: readonly (readonly [flag: '-k' | '-f', path: string])[] = [
  ['-k', 'crds'],
  ['-k', 'config/cluster'],
  ['-k', 'config/namespaced'],
  ['-k', 'config/namespaced/member'],
  ['-k', 'config/default'],
  ['-k', 'config/environment'],
  ['-f', 'config/samples/least.yaml'],
  ['-f', 'config/samples/kraft.yaml'],
  ['-f', 'config/samples/sgcc-memo.yaml'],
  ['-k', 'config/argocd/health'],
  ['-k', 'config/argocd/apps'],
  ['-f', 'config/argocd/root.yaml'],
  ['-k', 'config/flux'],
];

interface Delivery {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly spec: {
    readonly path?: string;
    readonly source?: { readonly path: string };
    readonly dependsOn?: readonly { readonly name: string }[];
  };
}

describe('what is shipped', function () {
  this.timeout(300_000);
  let cluster: Cluster;
  let kubectl: Kubectl;

  before(async () => {
    cluster = await startCluster({ name: 'test-manifests', rung: 2 });
    kubectl = await kubectlOn(cluster);
    for (const namespace of ['memo', 'memo-more']) await done(kubectl, ['create', 'namespace', namespace]);
    await installGitOps(kubectl, { url: 'https://argocd.example' });
    await done(kubectl, ['apply', '--server-side', '-f', join(root, 'crds/memo.sogangcomputerclub.org_memoapps.yaml')]);
    await established(kubectl);
  });

  after(async () => {
    await cluster.stop();
  });

  for (const [flag, path] of shipped) {
    it(`${path} is valid field by field, and a second apply of it would change nothing`, async () => {
      const file = join(root, path);
      await done(kubectl, ['apply', '--server-side', '--validate=strict', flag, file]);
      const { code, stdout } = await kubectl(['diff', '--server-side', flag, file]);
      expect(code, stdout).to.equal(0);
    });
  }

  it('is what docs/install.md, docs/upgrades.md and docs/admin.md tell to apply', () => {
    const pages = ['install', 'upgrades', 'admin']
      .map((name) => readFileSync(join(root, `docs/${name}.md`), 'utf8'))
      .join('');
    const told = [...pages.matchAll(/^kubectl .*\bapply .*(-[kf]) ([\w/.]+)/gm)].map(
      ([, flag, path]) => `${flag} ${path}`,
    );
    expect(shipped.map((each) => each.join(' '))).to.include.members(told);
    expect(told).to.include('-k config/argocd/health').and.to.include('-f config/samples/least.yaml');
  });

  it('adds the health of a MemoApp to the ConfigMap of Argo CD and leaves the rest of it alone', async () => {
    const found = await done(kubectl, ['get', 'configmap', 'argocd-cm', '-n', 'argocd', '-o', 'json']);
    const { data } = JSON.parse(found) as { data: Record<string, string> };
    const name = 'resource.customizations.health.memo.sogangcomputerclub.org_MemoApp';
    expect(data[name]).to.equal(readFileSync(join(root, 'config/argocd/health/health.lua'), 'utf8'));
    expect(data['url']).to.equal('https://argocd.example');
  });

  it('delivers the operator before its MemoApps, out of folders that are there', () => {
    const applications = ['root', 'apps/operator', 'apps/environment'].flatMap((name) =>
      delivery(`argocd/${name}.yaml`),
    );
    const kustomizations = ['operator', 'environment'].flatMap((name) => delivery(`flux/${name}.yaml`));
    for (const { metadata, spec } of [...applications, ...kustomizations]) {
      const path = spec.source?.path ?? spec.path ?? '';
      expect(existsSync(join(root, path, 'kustomization.yaml')), `${metadata.name}: ${path}`).to.equal(true);
    }
    const waves = applications.map(({ metadata }) => metadata.annotations?.['argocd.argoproj.io/sync-wave']);
    expect(waves).to.deep.equal([undefined, '0', '1']);
    expect(kustomizations.map(({ spec }) => spec.dependsOn)).to.deep.equal([undefined, [{ name: 'memo-operator' }]]);
  });

  it('never lets a tool prune the CRD, which would take every MemoApp with it', async () => {
    const crd = await done(kubectl, [
      'get',
      'crd',
      'memoapps.memo.sogangcomputerclub.org',
      '-o',
      'jsonpath={.metadata.annotations}',
    ]);
    expect(JSON.parse(crd)).to.include({
      'argocd.argoproj.io/sync-options': 'Prune=false,Delete=false',
      'helm.sh/resource-policy': 'keep',
      'kustomize.toolkit.fluxcd.io/prune': 'disabled',
    });
  });

  it('brings the rights of users with config/cluster, beside which no other install needs them', async () => {
    const rendered = async (path: string): Promise<string> => await done(kubectl, ['kustomize', join(root, path)]);
    expect(await rendered('config/cluster')).to.contain('name: memoapps-edit');
    expect(await rendered('config/namespaced')).to.not.contain('kind: ClusterRole\n');
  });

  it('lets viewers look, editors and admins of a namespace write, and nobody the status', async () => {
    const rights: Readonly<Record<string, readonly string[]>> = {
      view: ['yes', 'no', 'no', 'no', 'no'],
      edit: ['yes', 'yes', 'yes', 'yes', 'no'],
      admin: ['yes', 'yes', 'yes', 'yes', 'no'],
    };
    for (const [role, expected] of Object.entries(rights)) {
      await done(kubectl, ['create', 'rolebinding', role, `--clusterrole=${role}`, `--user=${role}er`, '-n', 'memo']);
      const may = async (...what: readonly string[]): Promise<string> =>
        (await kubectl(['auth', 'can-i', ...what, '-n', 'memo', '--as', `${role}er`])).stdout.trim();
      await until(`rights of ${role}`, async () => {
        const found = [
          await may('get', 'memoapps'),
          await may('create', 'memoapps'),
          await may('delete', 'memoapps'),
          await may('patch', 'memoapps', '--subresource=scale'),
          await may('patch', 'memoapps', '--subresource=status'),
        ];
        expect(found, role).to.deep.equal(expected);
        return true;
      });
    }
  });
});

function delivery(path: string): Delivery[] {
  const documents = parseAllDocuments(readFileSync(join(root, 'config', path), 'utf8'));
  return 'empty' in documents ? [] : documents.map((document) => document.toJS() as Delivery);
}
