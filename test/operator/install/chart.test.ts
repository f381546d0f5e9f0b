/** The Helm chart: the same objects as by kustomize, values that are checked, installed, upgraded and removed for real. */
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect } from 'chai';
import { parseAllDocuments } from 'yaml';
import { startCluster, type Cluster } from '../../cluster/cluster.ts';
import { established } from '../harness/install.ts';
import { answerOf, kubectlOn, memoApp, type Answer, type Kubectl } from '../harness/kubectl.ts';
import { apply, done as doneBy, get } from '../harness/live.ts';
import { until } from '../harness/until.ts';
import { temporaryFolder } from '../../cluster/host/temporary.ts';
import { typedOn } from './typed.ts';

const root = join(import.meta.dirname, '../../..');
const chart = join(root, 'charts/memo-operator');
const namespace = ['--namespace', 'memo-system'];

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: Record<string, string> };
}

/** Values that must be refused, and what the refusal names. */
const faulty: readonly (readonly [value: string, named: RegExp])[] = [
  ['replicas=-1', /replicas/],
  ['replicas=two', /replicas/],
  ['logLevel=loud', /logLevel/],
  ['extraArgs={workers}', /extraArgs/],
  ['secretWatch=maybe', /secretWatch/],
  ['namespaces={Shop}', /namespaces/],
  ['image.tag=a b', /tag/],
  ['imagePullSecrets[0].nam=x', /imagePullSecrets/],
  ['replica=2', /replica/],
];

describe('the Helm chart', function () {
  this.timeout(600_000);
  let cluster: Cluster;
  let kubectl: Kubectl;
  let program: string;

  before(async () => {
    cluster = await startCluster({ name: 'test-chart', rung: 1 });
    kubectl = await kubectlOn(cluster);
    program = await cluster.toolPath('helm');
  });

  after(async () => {
    await cluster.stop();
  });

  async function helm(...args: readonly string[]): Promise<Answer> {
    return await answerOf(program, args, { cwd: root, env: { ...process.env, KUBECONFIG: cluster.kubeconfig } });
  }

  async function done(...args: readonly string[]): Promise<string> {
    return await doneBy(async (given) => await helm(...given), args);
  }

  it('has nothing that helm lint finds wrong', async () => {
    expect(await done('lint', '--strict', chart)).to.contain('1 chart(s) linted, 0 chart(s) failed');
  });

  it('renders the objects of config/default, but for the namespace, which Helm makes', async () => {
    const rendered = await done('template', 'memo-operator', chart, ...namespace);
    const { stdout } = await kubectl(['kustomize', join(root, 'config/default')]);
    const wanted = manifests(stdout).filter(({ kind }) => kind !== 'Namespace');
    expect(byIdentity(manifests(rendered))).to.deep.equal(byIdentity(wanted));
  });

  it('renders those of config/namespaced for a list of namespaces', async () => {
    const values = ['--namespace', 'memo', '--set', 'namespaces={memo}', '--set', 'crd.install=false'];
    const rendered = await done('template', 'memo-operator', chart, ...values);
    const { stdout } = await kubectl(['kustomize', join(root, 'config/namespaced')]);
    const wanted = stdout.replace('--namespaces=$(POD_NAMESPACE)', '--namespaces=memo');
    expect(byIdentity(manifests(rendered))).to.deep.equal(byIdentity(manifests(wanted)));
    const many = await done('template', 'memo-operator', chart, '--set', 'namespaces={a,b}');
    expect(many).to.contain('--namespaces=a,b');
    expect(
      manifests(many).filter(({ kind, metadata }) => kind === 'Role' && metadata.name === 'memo-operator'),
    ).to.have.length(2);
    const ofTheCluster = manifests(many).filter(({ metadata }) => metadata.namespace === undefined);
    const ofUsers = await doneBy(kubectl, ['kustomize', join(root, 'config/cluster')]);
    expect(namesOf(ofTheCluster)).to.have.members(namesOf(manifests(ofUsers)));
  });

  it('renders both with config/without-secret-watch for secretWatch=false', async () => {
    const off = ['--set', 'secretWatch=false'];
    const clusterWide = await done('template', 'memo-operator', chart, ...namespace, ...off);
    const wanted = manifests(await built('default', 'without-secret-watch')).filter(({ kind }) => kind !== 'Namespace');
    expect(byIdentity(manifests(clusterWide))).to.deep.equal(byIdentity(wanted));
    const values = ['--namespace', 'memo', '--set', 'namespaces={memo}', '--set', 'crd.install=false', ...off];
    const forSome = await done('template', 'memo-operator', chart, ...values);
    const unnamed = await built('namespaced', 'without-secret-watch');
    const named = unnamed.replace('--namespaces=$(POD_NAMESPACE)', '--namespaces=memo');
    expect(byIdentity(manifests(forSome))).to.deep.equal(byIdentity(manifests(named)));
    const member = manifests(await built('namespaced/member', 'without-secret-watch'));
    expect(namesOf(member)).to.have.members(['Role memo-operator', 'RoleBinding memo-operator']);
  });

  for (const [value, named] of faulty) {
    it(`refuses ${value} and names it`, async () => {
      const { code, stderr } = await helm('template', 'memo-operator', chart, '--set', value);
      expect(code).not.to.equal(0);
      expect(stderr).to.match(named);
    });
  }

  it('takes every value to where it belongs', async () => {
    const values = [
      ...['--set', 'image.repository=registry.example/memo-operator', '--set', 'image.tag=1.2.3'],
      ...['--set', 'image.pullPolicy=Always', '--set', 'imagePullSecrets[0].name=registry', '--set', 'replicas=2'],
      ...['--set', 'logLevel=debug', '--set', 'resources.limits.memory=512Mi', '--set', 'nodeSelector.disk=ssd'],
      ...['--set', 'tolerations[0].key=club', '--set', 'tolerations[0].operator=Exists'],
      ...['--set', 'extraArgs={--workers=16,--resync-minutes=5}'],
    ];
    const rendered = await done('template', 'memo-operator', chart, ...values);
    const deployment = manifests(rendered).find(({ kind }) => kind === 'Deployment');
    expect(deployment).to.have.nested.property('spec.replicas', 2);
    expect(deployment)
      .to.have.nested.property('spec.template.spec.imagePullSecrets')
      .deep.equal([{ name: 'registry' }]);
    expect(deployment).to.have.nested.property('spec.template.spec.nodeSelector').deep.equal({ disk: 'ssd' });
    expect(deployment)
      .to.have.nested.property('spec.template.spec.tolerations')
      .deep.equal([{ key: 'club', operator: 'Exists' }]);
    expect(deployment)
      .to.have.nested.property('spec.template.spec.containers[0]')
      .that.deep.includes({
        image: 'registry.example/memo-operator:1.2.3',
        imagePullPolicy: 'Always',
        args: ['--log-level=debug', '--workers=16', '--resync-minutes=5'],
        resources: { requests: { cpu: '20m', memory: '96Mi' }, limits: { memory: '512Mi' } },
      });
  });

  it('installs, upgrades and is removed by the commands of docs/install.md; CRD, roles of users and MemoApps stay', async () => {
    const [install, upgrade, forSome, uninstall] = documented('install');
    await run(install);
    await established(kubectl);
    await apply(kubectl, memoApp('shop', {}));
    expect(await get(kubectl, 'clusterrole', 'memo-operator')).not.to.equal(undefined);
    await run(upgrade);
    expect((await get(inside('memo-system'), 'deployment', 'memo-operator'))?.spec?.replicas).to.equal(2);
    await run(uninstall);
    expect(await get(inside('memo-system'), 'deployment', 'memo-operator')).to.equal(undefined);
    expect(await get(kubectl, 'memoapp', 'shop')).not.to.equal(undefined);
    expect(await get(kubectl, 'clusterrole', 'memoapps-edit')).not.to.equal(undefined);
    await run(forSome);
    expect(await get(inside('memo'), 'role', 'memo-operator')).not.to.equal(undefined);
    expect(await get(kubectl, 'clusterrole', 'memo-operator')).to.equal(undefined);
  });

  describe('of a release that is taken back by the commands of docs/upgrades.md', () => {
    const [back = '', forward = ''] = documented('upgrades');
    let folder: string;

    before(async () => {
      folder = temporaryFolder('newer-charts');
      const values = ['--create-namespace', '--set', 'namespaces={memo-system}'];
      await done('install', 'memo-operator', newerChart(folder, 'newer'), ...namespace, ...values);
      const app = memoApp('newer', { newer: 'kept' });
      await until('the newer kind', async () => (await kubectl(['apply', '-f', '-'], app)).code === 0);
    });

    after(() => {
      rmSync(folder, { recursive: true });
    });

    it('goes back to the chart of before without the loss of a newer field, or of what users may do', async () => {
      await run(back);
      expect(await image()).to.equal('memo-operator:0.1.0');
      expect(await typeInKind('newer')).to.equal('string');
      expect(await newerField('written-before')).to.equal('kept');
      expect(await get(kubectl, 'clusterrole', 'memoapps-edit')).not.to.equal(undefined);
    });

    it('goes forward again, and has the kind in its hands as before', async () => {
      await run(forward.replace('charts/memo-operator', newerChart(folder, 'newer', 'newest')));
      expect(await image()).to.equal('memo-operator:0.2.0');
      expect(await typeInKind('newest')).to.equal('string');
      expect(await newerField('written-after')).to.equal('kept');
    });

    async function image(): Promise<string> {
      const path = '.spec.template.spec.containers[0].image';
      return await shown(inside('memo-system'), 'deployment/memo-operator', path);
    }

    /** Type of a field of the spec by the CRD; empty: it has none. */
    async function typeInKind(field: string): Promise<string> {
      const spec = '.spec.versions[0].schema.openAPIV3Schema.properties.spec';
      return await shown(kubectl, 'crd/memoapps.memo.sogangcomputerclub.org', `${spec}.properties.${field}.type`);
    }

    /** The newer field of the MemoApp after one more write of it, with which a field goes that the CRD does not know. */
    async function newerField(annotation: string): Promise<string> {
      await doneBy(kubectl, ['annotate', 'memoapp/newer', `club.example/${annotation}=yes`]);
      return await shown(kubectl, 'memoapp/newer', '.spec.newer');
    }
  });

  it('renders that of config/standby for two replicas', async () => {
    const rendered = await done('template', 'memo-operator', chart, ...namespace, '--set', 'replicas=2');
    const wanted = manifests(await built('default', 'standby')).filter(({ kind }) => kind !== 'Namespace');
    expect(byIdentity(manifests(rendered))).to.deep.equal(byIdentity(wanted));
  });

  /** What a kustomization of one's own builds of a folder of config/ and a component. */
  async function built(base: string, component: string): Promise<string> {
    const folder = temporaryFolder('kustomization');
    try {
      const [resource, added] = [base, component].map((name) => relative(folder, join(root, 'config', name)));
      const kustomization = { resources: [resource], components: [added] };
      writeFileSync(join(folder, 'kustomization.yaml'), JSON.stringify(kustomization));
      return await doneBy(kubectl, ['kustomize', folder]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  async function shown(as: Kubectl, what: string, path: string): Promise<string> {
    return await doneBy(as, ['get', what, '-o', `jsonpath={${path}}`]);
  }

  async function run(command: string | undefined): Promise<void> {
    expect(command).to.be.a('string');
    await done(...(command ?? '').split(' '));
  }

  function inside(place: string): Kubectl {
    return async (args, input) => await kubectl(['--namespace', place, ...args], input);
  }
});

/** What the blocks of a page tell to type after `helm`. */
function documented(page: string): string[] {
  return typedOn(page)
    .filter(({ command, inBlock }) => inBlock && command.startsWith('helm '))
    .map(({ command }) => command.slice('helm '.length));
}

/** The chart of a release to come, 0.2.0: more fields in its CRD, and a value that the one of now does not know. */
function newerChart(folder: string, ...fields: readonly string[]): string {
  const copy = join(folder, fields.join('-'));
  cpSync(chart, copy, { recursive: true });
  const change = (file: string, found: RegExp, put: string): void => {
    const path = join(copy, file);
    writeFileSync(path, readFileSync(path, 'utf8').replace(found, put));
  };
  const added = fields.map((field) => `$1${field}:\n$1  type: string\n`).join('');
  change('Chart.yaml', /ersion: 0\.1\.0$/gm, 'ersion: 0.2.0');
  change('templates/crd.yaml', /^( +)deletionPolicy:\n/m, `${added}$1deletionPolicy:\n`);
  change('values.yaml', /^replicas:/m, 'newer: true\n\nreplicas:');
  change('values.schema.json', /"replicas":/, '"newer": { "type": "boolean" },\n    "replicas":');
  return copy;
}

function manifests(text: string): Manifest[] {
  const documents = parseAllDocuments(text);
  return 'empty' in documents ? [] : documents.map((document) => document.toJS() as Manifest);
}

function namesOf(objects: readonly Manifest[]): string[] {
  return objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
}

/** Objects by kind and name, without the label that only Helm sets. */
function byIdentity(objects: readonly Manifest[]): Record<string, Manifest> {
  return Object.fromEntries(
    objects.map((object) => {
      const { 'app.kubernetes.io/managed-by': by, ...labels } = object.metadata.labels ?? {};
      expect(by).to.be.oneOf([undefined, 'Helm']);
      const { kind, metadata } = object;
      return [`${kind} ${metadata.namespace ?? ''}/${metadata.name}`, { ...object, metadata: { ...metadata, labels } }];
    }),
  );
}
