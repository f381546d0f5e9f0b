/**
 * A release that comes with a change of the configuration, on a cluster with controllers and simulated nodes: the pods of before stay
 * as they are until the migration has succeeded, and are replaced once.
 */
import type { Deployment } from 'kubernetes-types/apps/v1.js';
import type { Job } from 'kubernetes-types/batch/v1.js';
import type { Pod, PodTemplateSpec } from 'kubernetes-types/core/v1.js';
import { expect } from 'chai';
import { configHashAnnotation, migrateAnnotation, watchLabel } from '../../../operator/src/api/labels.ts';
import type { MemoAppSpec } from '../../../operator/src/api/memoapp.ts';
import { writesOf } from '../harness/audit.ts';
import { startInstalled, type Installed } from '../harness/installed.ts';
import { memoApp, type Kubectl } from '../harness/kubectl.ts';
import { apply, done, get, getAs, untilCondition } from '../harness/live.ts';
import { operatorUser } from '../harness/operator.ts';
import { until } from '../harness/until.ts';
import { readyMadeClass, readyMadeVolumes } from '../harness/volumes.ts';

const valueFrom = { secretKeyRef: { name: 'words', key: 'greeting' } };
const api = { replicas: 2, env: [{ name: 'GREETING', valueFrom }] };
const old: MemoAppSpec = { version: '1.4.0', api, events: { disabled: {} } };

/** The next release and another configuration in one commit. No node takes its Job before one has such a disk. */
const next: MemoAppSpec = release('1.5.0', 'ssd');

function release(version: string, disk: string): MemoAppSpec {
  const pod = { nodeSelector: { disk }, labels: { team: 'blue' } };
  return { ...old, version, api: { ...api, legacyPaths: 'Disabled', pod }, cache: { disabled: {} } };
}

const words = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'words', namespace: 'default', labels: { [watchLabel]: 'true' } },
  stringData: { greeting: 'hello' },
};

interface Standing {
  /** How many templates have been rolled out so far. */
  readonly rollOuts: number;
  readonly template: PodTemplateSpec | undefined;
  readonly pods: readonly (string | undefined)[];
}

describe('a release that comes with another configuration', function () {
  this.timeout(180_000);
  let on: Installed;
  let kubectl: Kubectl;
  /** Once everything is as the spec of before asks, and others have added to it. */
  let first: Standing;

  before(async () => {
    const objects = [readyMadeClass, ...readyMadeVolumes(1), words];
    on = await startInstalled({ name: 'test-release', rung: 2, resyncMinutes: 0.05, objects });
    ({ kubectl } = on);
    await apply(kubectl, memoApp('shop', { ...old, api: {} }));
    await untilCondition(kubectl, 'shop', { type: 'Ready', status: 'True' });
    // Once it has been changed, what the API server has filled in is no longer taken for ours.
    await apply(kubectl, memoApp('shop', old));
    await done(kubectl, ['wait', 'memoapp/shop', '--for=jsonpath={.status.observedGeneration}=2', '--timeout=30s']);
    await untilCondition(kubectl, 'shop', { type: 'Ready', status: 'True' });
    const sidecar = { spec: { template: { spec: { containers: [{ name: 'proxy', image: 'proxy' }] } } } };
    await done(kubectl, ['patch', 'deployment', 'shop-api', '-p', JSON.stringify(sidecar)]);
    await done(kubectl, ['rollout', 'restart', 'deployment/shop-api']);
    await done(kubectl, ['rollout', 'status', 'deployment/shop-api']);
    first = await standing();
    expect(first.pods).to.have.length(2);
  });

  after(async () => await on.stop());

  it('replaces no pod while the migration is under way, and takes nothing over', async () => {
    const { generation } = (await deployment())?.metadata ?? {};
    const writes = writesOf(on.cluster.auditLog, operatorUser).length;
    await apply(kubectl, memoApp('shop', next));
    await held();
    expect(await standing()).to.deep.equal(first);
    expect((await deployment())?.metadata?.generation).to.equal(generation);
    const since = writesOf(on.cluster.auditLog, operatorUser).slice(writes);
    expect(since.filter((write) => write.includes('deployments'))).to.deep.equal([]);
    expect(await get(kubectl, 'statefulset', 'shop-cache'), 'what they use').not.to.equal(undefined);
    const ours = await ownFields();
    expect(ours).to.contain('f:image').and.not.to.contain('proxy').and.not.to.contain('restartedAt');
  });

  it('goes on with everything but the pods themselves', async () => {
    await apply(
      kubectl,
      memoApp('shop', { ...next, commonLabels: { team: 'blue' }, api: { ...next.api, replicas: 3 } }),
    );
    await until('a pod more', async () => (await standing()).pods.length === 3);
    const { pods, ...rest } = await standing();
    expect(pods).to.include.members([...first.pods]);
    expect(rest).to.deep.equal({ rollOuts: first.rollOuts, template: first.template });
    expect((await deployment())?.metadata?.labels).to.include({ team: 'blue' });
  });

  it('does so after a restart of the operator too, which writes nothing', async () => {
    await on.operator.passes(2);
    const [writes, stood] = [writesOf(on.cluster.auditLog, operatorUser).length, await standing()];
    await on.restart();
    await on.operator.passes(2);
    expect(writesOf(on.cluster.auditLog, operatorUser).slice(writes)).to.deep.equal([]);
    expect(await standing()).to.deep.equal(stood);
  });

  it('keeps them once the migration has failed', async () => {
    const stood = await standing();
    await done(kubectl, ['patch', 'job', await migration(), '-p', '{"spec":{"activeDeadlineSeconds":1}}']);
    await untilCondition(kubectl, 'shop', { type: 'Stalled', reason: 'JobFailed' });
    await on.operator.passes(2);
    expect(await standing()).to.deep.equal(stood);
  });

  it('replaces none where the release is taken back', async () => {
    const stood = await standing();
    await apply(kubectl, memoApp('shop', old));
    await untilCondition(kubectl, 'shop', { type: 'Ready', status: 'True' });
    const { pods, ...rest } = await standing();
    expect(rest).to.deep.equal({ rollOuts: first.rollOuts, template: first.template });
    expect(pods).to.have.length(2);
    expect(stood.pods).to.include.members([...pods]);
  });

  it('replaces them as they are where a Secret that they read changes meanwhile', async () => {
    await apply(kubectl, memoApp('shop', next));
    await held();
    await apply(kubectl, { ...words, stringData: { greeting: '안녕' } });
    await until('a roll-out', async () => (await standing()).rollOuts === first.rollOuts + 1);
    await done(kubectl, ['rollout', 'status', 'deployment/shop-api']);
    await on.operator.passes(2);
    const { rollOuts, template } = await standing();
    expect(rollOuts).to.equal(first.rollOuts + 1);
    expect(withoutHash(template)).to.deep.equal(withoutHash(first.template));
    expect(template).not.to.deep.equal(first.template);
  });

  it('replaces them once when the migration has succeeded', async () => {
    const { pods, rollOuts } = await standing();
    await done(kubectl, ['label', 'node', '--all', 'disk=ssd']);
    await untilCondition(kubectl, 'shop', { type: 'Ready', status: 'True' });
    await on.operator.passes(2);
    const now = await standing();
    expect(now.rollOuts).to.equal(rollOuts + 1);
    expect(now.pods).not.to.include.members([...pods]);
    const containers = now.template?.spec?.containers ?? [];
    const own = containers.find(({ name }) => name === 'api');
    expect(containers.map(({ name }) => name)).to.have.members(['api', 'proxy']);
    expect(own?.image).to.equal('memo-service:1.5.0');
    expect(own?.env).to.deep.include({ name: 'LEGACY_PATHS', value: 'Disabled' });
    expect(own?.env?.map(({ name }) => name)).not.to.include('REDIS_URL_FILE');
    expect(now.template?.metadata?.labels).to.include({ team: 'blue' });
    await until('no cache', async () => !(await get(kubectl, 'statefulset', 'shop-cache')));
  });

  it('keeps them where the API server has been made to forget whose the fields are', async () => {
    await apply(kubectl, memoApp('shop', release('1.6.0', 'nvme')));
    await held();
    const stood = await standing();
    const forget = [{ op: 'replace', path: '/metadata/managedFields', value: [{}] }];
    await done(kubectl, ['patch', 'deployment', 'shop-api', '--type=json', '-p', JSON.stringify(forget)]);
    await on.operator.passes(2);
    expect(await standing()).to.deep.equal(stood);
  });

  it('makes a Deployment anew with the release that served', async () => {
    const { metadata: former } = (await get(kubectl, 'deployment', 'shop-api')) ?? {};
    await done(kubectl, ['delete', 'deployment', 'shop-api']);
    await until('another one', async () => {
      const { metadata } = (await get(kubectl, 'deployment', 'shop-api')) ?? {};
      return metadata && metadata.uid !== former?.uid;
    });
    await on.operator.passes(2);
    const made = await standing();
    expect(made.template?.spec?.containers.map(({ image }) => image)).to.deep.equal(['memo-service:1.5.0']);
    await done(kubectl, ['label', 'node', '--all', 'disk=nvme', '--overwrite']);
    await untilCondition(kubectl, 'shop', { type: 'Ready', status: 'True' });
    expect((await standing()).rollOuts).to.equal(made.rollOuts + 1);
  });

  it('has its migration run once more by the annotation, and no pod replaced', async () => {
    const [before, stood] = [await migration(), await standing()];
    await done(kubectl, ['annotate', 'memoapp/shop', `${migrateAnnotation}=after a restore`]);
    await until('another Job', async () => (await succeeded()).some((name) => name !== before));
    await untilCondition(kubectl, 'shop', { type: 'Ready', status: 'True' });
    await on.operator.passes(2);
    const after = await succeeded();
    expect(after).to.have.length(1);
    await done(kubectl, ['annotate', 'memoapp/shop', `${migrateAnnotation}-`]);
    await on.operator.passes(2);
    expect(await succeeded(), 'taken off').to.deep.equal(after);
    expect(await standing()).to.deep.equal(stood);
  });

  /** Until the Job of the wanted release waits for a node, and each pass has nothing more to do. */
  async function held(): Promise<void> {
    await untilCondition(kubectl, 'shop', { type: 'SchemaMigrated', reason: 'Unschedulable' });
    await on.operator.passes(2);
  }

  async function standing(): Promise<Standing> {
    const [live, pods] = [await deployment(), await list<Pod>('pods', 'api')];
    return {
      rollOuts: Number(live?.metadata?.annotations?.['deployment.kubernetes.io/revision']),
      template: live?.spec?.template,
      pods: pods
        .flatMap(({ metadata }) => (metadata?.deletionTimestamp === undefined ? [metadata?.uid] : []))
        .toSorted(),
    };
  }

  async function deployment(): Promise<Deployment | undefined> {
    return await getAs<Deployment>(kubectl, 'deployment', 'shop-api');
  }

  /** What the operator owns of the Deployment. */
  async function ownFields(): Promise<string> {
    const all = ['get', 'deployment', 'shop-api', '-o', 'json', '--show-managed-fields'];
    const { metadata } = JSON.parse(await done(kubectl, all)) as Deployment;
    return JSON.stringify(metadata?.managedFields?.filter(({ manager }) => manager === 'memo-operator'));
  }

  async function migration(): Promise<string> {
    return (await list<Job>('jobs', 'migrate'))[0]?.metadata?.name ?? '';
  }

  async function succeeded(): Promise<(string | undefined)[]> {
    const jobs = await list<Job>('jobs', 'migrate');
    return jobs.filter(({ status }) => status?.succeeded === 1).map(({ metadata }) => metadata?.name);
  }

  async function list<T>(kind: string, part: string): Promise<T[]> {
    const all = ['get', kind, '-l', `memo.sogangcomputerclub.org/part=${part}`, '-o', 'json'];
    return (JSON.parse(await done(kubectl, all)) as { items: T[] }).items;
  }
});

function withoutHash(template: PodTemplateSpec | undefined): object {
  const { metadata, spec } = template ?? {};
  const { [configHashAnnotation]: hash, ...annotations } = metadata?.annotations ?? {};
  expect(hash).to.be.a('string');
  return { labels: metadata?.labels, annotations, spec };
}
