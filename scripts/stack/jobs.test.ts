import { expect } from 'chai';
import type { Job } from 'kubernetes-types/batch/v1.js';
import { forgetFailedJobs, rerunJobs } from './jobs.ts';

const suspects = { namespace: 'club', selector: 'memo.sogangcomputerclub.org/part=migrate' };
const uid = '6e0c51a4-7b1c-4f0e-9d57-0a3e2f7b9c11';
/** What the API server writes into the selector and the pods of every Job; a new one that has them already is refused. */
const generated = { 'batch.kubernetes.io/controller-uid': uid, 'controller-uid': uid, 'job-name': 'migrate' };

/** A Job as the API server gives it back. */
function job(name: string, outcome: 'Complete' | 'Failed' | 'running'): Job {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name,
      namespace: 'club',
      uid,
      resourceVersion: '77',
      labels: { app: 'memo' },
      ownerReferences: [{ apiVersion: 'memo/v1', kind: 'MemoApp', name: 'memo', uid: 'owner', controller: true }],
    },
    spec: {
      backoffLimit: 6,
      selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': uid } },
      template: {
        metadata: { labels: { app: 'memo', ...generated } },
        spec: { restartPolicy: 'Never', containers: [{ name: 'migrate', image: 'memo-service:0.1.0' }] },
      },
    },
    status: { conditions: outcome === 'running' ? [] : [{ type: outcome, status: 'True' }] },
  };
}

/** The Jobs of a namespace, behind the words that kubectl is given. */
class Cluster {
  readonly jobs: Map<string, Job>;
  /** What became of which Job, in order. */
  readonly told: string[] = [];

  constructor(...jobs: readonly Job[]) {
    this.jobs = new Map(jobs.map((each) => [each.metadata?.name ?? '', each]));
  }

  list<T>(...args: readonly string[]): Promise<readonly T[]> {
    expect(args).to.deep.equal(['jobs', '-n', suspects.namespace, '-l', suspects.selector]);
    return Promise.resolve([...this.jobs.values()] as T[]);
  }

  run(args: readonly string[], input?: string): Promise<string> {
    const [verb, ...rest] = args;
    if (verb === 'delete') {
      expect(rest.slice(0, 3)).to.deep.equal(['job', '-n', 'club']);
      expect(rest.slice(3), 'kubectl takes no order without names').not.to.be.empty;
      for (const name of rest.slice(3)) expect(this.jobs.delete(name), name).to.equal(true);
    } else if (verb === 'replace') {
      expect(rest).to.include('--force');
      const made = JSON.parse(input ?? '') as Job;
      this.jobs.set(made.metadata?.name ?? '', made);
      this.told.push(`replace job/${made.metadata?.name ?? ''}`);
    } else {
      expect([verb, ...rest]).to.include.members(['wait', '--for=condition=Complete', '-n', 'club']);
      this.told.push(`wait ${rest.at(-1) ?? ''}`);
    }
    return Promise.resolve('');
  }
}

describe('Jobs that have to run again', () => {
  it('are forgotten where they gave up, and only there', async () => {
    const cluster = new Cluster(job('done', 'Complete'), job('gave-up', 'Failed'), job('busy', 'running'));
    expect(await forgetFailedJobs(cluster, suspects)).to.deep.equal(['gave-up']);
    expect([...cluster.jobs.keys()]).to.deep.equal(['done', 'busy']);
    expect(await forgetFailedJobs(cluster, suspects), 'nothing is left to forget').to.deep.equal([]);
  });

  it('run as copies that the API server takes: nothing of the first run is in them, and their owner is kept', async () => {
    const old = job('migrate', 'Complete');
    const cluster = new Cluster(old);
    await rerunJobs(cluster, suspects);
    const made = cluster.jobs.get('migrate');
    const { labels, ownerReferences } = old.metadata ?? {};
    expect(made?.metadata).to.deep.equal({ name: 'migrate', namespace: 'club', labels, ownerReferences });
    expect(made).not.to.have.property('status');
    expect(made?.spec).not.to.have.property('selector');
    expect(made?.spec?.backoffLimit).to.equal(6);
    expect(made?.spec?.template.metadata?.labels).to.deep.equal({ app: 'memo' });
    expect(made?.spec?.template.spec).to.deep.equal(old.spec?.template.spec);
  });

  it('are waited for, each before the next begins', async () => {
    const cluster = new Cluster(job('migrate', 'Complete'), job('topic', 'Complete'));
    await rerunJobs(cluster, suspects);
    expect(cluster.told).to.deep.equal([
      'replace job/migrate',
      'wait job/migrate',
      'replace job/topic',
      'wait job/topic',
    ]);
  });
});
