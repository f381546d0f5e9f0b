/** Jobs that have to run again: the operator runs each once. */
import type { Job } from 'kubernetes-types/batch/v1.js';
import type { Suspects } from './diagnosis.ts';
import type { Kubectl } from './kubectl.ts';

type Cluster = Pick<Kubectl, 'list' | 'run'>;

/** Those that gave up are deleted, upon which the operator makes them anew. @returns their names */
export async function forgetFailedJobs(kubectl: Cluster, { namespace, selector }: Suspects): Promise<string[]> {
  const jobs = await kubectl.list<Job>('jobs', '-n', namespace, '-l', selector);
  const failed = jobs.filter(({ status }) =>
    (status?.conditions ?? []).some((condition) => condition.type === 'Failed' && condition.status === 'True'),
  );
  const names = failed.map(({ metadata }) => metadata?.name ?? '');
  if (names.length > 0) await kubectl.run(['delete', 'job', '-n', namespace, ...names]);
  return names;
}

/** Replaces each by a copy of itself and waits for its success. */
export async function rerunJobs(kubectl: Cluster, { namespace, selector }: Suspects): Promise<void> {
  for (const job of await kubectl.list<Job>('jobs', '-n', namespace, '-l', selector)) {
    await kubectl.run(['replace', '--force', '-f', '-'], JSON.stringify(asNew(job)));
    const name = `job/${job.metadata?.name ?? ''}`;
    await kubectl.run(['wait', '-n', namespace, '--for=condition=Complete', '--timeout=120s', name]);
  }
}

/** The Job without what the API server made up for the first one. */
function asNew({ spec, metadata, apiVersion, kind }: Job): object {
  const { name, namespace, labels, annotations, ownerReferences } = metadata ?? {};
  const { template = {}, ...rest } = spec ?? {};
  const own = Object.entries(template.metadata?.labels ?? {}).filter(([key]) => !GENERATED.test(key));
  return {
    apiVersion,
    kind,
    metadata: { name, namespace, labels, annotations, ownerReferences },
    spec: {
      ...rest,
      selector: undefined,
      template: { ...template, metadata: { ...template.metadata, labels: Object.fromEntries(own) } },
    },
  };
}

const GENERATED = /(^|\/)(controller-uid|job-name)$/;
