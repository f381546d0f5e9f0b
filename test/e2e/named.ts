/** `make up CONTEXT= REGISTRY=` and `make down CONTEXT=`, as the owner of a cluster would type them. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Pod } from 'kubernetes-types/core/v1.js';
import { boundToUs } from '../cluster/host/bound.ts';
import { run } from '../cluster/host/command.ts';
import { until } from '../until.ts';
import { startRegistry } from './harness/registry.ts';
import type { Registry } from './harness/registry.ts';
import { sampleApp } from './harness/sample.ts';
import type { Staged } from './harness/stage.ts';

const root = join(import.meta.dirname, '../..');

export function namedCluster(stage: Staged): void {
  let registry: Registry | undefined;
  let host: string;
  let context: string;
  let said: string;

  async function make(...words: readonly string[]): Promise<string> {
    const env = { ...process.env, KUBECONFIG: stage().cluster.kubeconfig };
    // Progress goes to standard error.
    return await run('sh', ['-c', 'exec make --no-print-directory "$@" 2>&1', 'make', '-C', root, ...words], { env });
  }

  before(async () => {
    const { kubectl } = stage();
    // As a cluster is before anybody brings anything: what is there already would rightly stay on `make down`.
    await kubectl.run(['delete', 'namespace', sampleApp.namespace, '--ignore-not-found', '--timeout=120s']);
    await kubectl.run(['delete', '-k', join(root, 'config/default'), '--timeout=120s']);
    context = (await kubectl.run(['config', 'current-context'])).trim();
    registry = await startRegistry(stage());
    ({ host } = registry);
  });

  after(() => registry?.close());

  it('says which contexts there are when the one asked for is not', async () => {
    let refusal = '';
    await make('up', 'CONTEXT=elsewhere', `REGISTRY=${host}/club`).catch((error: unknown) => {
      refusal = String(error);
    });
    expect(refusal).to.contain('there is no context "elsewhere"').and.to.contain(`it has: ${context}`);
  });

  it('names the cluster first, pushes both images, and brings the sample to Ready', async () => {
    said = await make('up', `CONTEXT=${context}`, `REGISTRY=${host}/club`);
    const lines = said.split('\n');
    expect(lines[0]).to.match(
      new RegExp(`cluster ${context} at https://127\\.0\\.0\\.1:\\d+ \\(context ${context}\\)`),
    );
    expect(said).to.contain('Ready after');
    const pods = await stage().kubectl.list<Pod>('pods', '-A');
    const images = pods.flatMap(({ spec }) => (spec?.containers ?? []).map(({ image = '' }) => image));
    const pushed = images.filter((image) => image.startsWith(`${host}/club/`));
    expect(new Set(pushed.map((image) => image.replace(/:[^:]*$/, '').replace(/.*\//, '')))).to.deep.equal(
      new Set(['memo-operator', 'memo-service']),
    );
  });

  it('ends with commands that work', async () => {
    const forward = /while this runs: (.*)/.exec(said)?.[1] ?? '';
    const [write = '', search = ''] = said.slice(said.indexOf('Try:\n') + 5).split('\n');
    const child = spawn(...boundToUs(['sh', '-c', `exec ${forward}`]), {
      env: { ...process.env, KUBECONFIG: stage().cluster.kubeconfig },
      stdio: 'ignore',
    });
    try {
      const memo = await until(
        'a memo is taken',
        async () => JSON.parse(await run('sh', ['-c', write])) as { id: number },
        { seconds: 30, hint: write },
      );
      expect(JSON.parse(await run('sh', ['-c', search]))).to.have.nested.property('[0].id', memo.id);
    } finally {
      child.kill();
    }
  });

  it('takes away on `make down` what it made, and nothing else', async () => {
    await make('down', `CONTEXT=${context}`);
    const kinds = 'namespaces,crd,clusterroles,clusterrolebindings';
    const left = (await stage().kubectl.run(['get', kinds, '-o', 'name'])).split('\n');
    expect(left).to.include('namespace/registry');
    const ours = left.filter((name) => name.includes('memo') || name === `namespace/${sampleApp.namespace}`);
    expect(ours).to.deep.equal([]);
  });
}
