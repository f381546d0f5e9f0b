/** A whole app as a cluster would show it, and a pass in which nothing went wrong: what tests of health start from. */
import { selector, type Part } from '../../../operator/src/api/labels.ts';
import { names, podClaim } from '../../../operator/src/api/names.ts';
import type { ResolvedApp } from '../../../operator/src/api/resolved.ts';
import type { KubeObject } from '../../../operator/src/runtime/object.ts';
import type { PassOutcome } from '../../../operator/src/stack/health/conditions.ts';
import { migrationJob } from '../../../operator/src/stack/jobs/migration.ts';
import { topicJob } from '../../../operator/src/stack/jobs/topic.ts';
import type { Observed } from '../../../operator/src/stack/observed.ts';
import { stack } from '../../../operator/src/stack/stack.ts';
import { seen } from './rendered.ts';

/** An object of the cluster, without what a test does not look at. */
export interface Live {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly uid?: string;
  };
  readonly spec?: unknown;
  readonly status?: unknown;
}

export const fine: PassOutcome = {
  problems: [],
  refused: [],
  failures: [],
  terminating: [],
  missing: [],
  unapplied: undefined,
  ungrown: [],
  startsEmpty: false,
  paused: false,
  withheld: [],
};

export function seeing(objects: readonly Live[]): Observed {
  return seen(objects as readonly unknown[] as readonly KubeObject[]);
}

export function claim(app: ResolvedApp, part: Part, set: string, capacity = '10Gi'): Live {
  const name = podClaim(set, 0);
  const requests = { storage: part === 'database' ? '10Gi' : '5Gi' };
  return {
    kind: 'PersistentVolumeClaim',
    metadata: { name, uid: `uid-${name}`, labels: selector(app, part) },
    spec: { resources: { requests }, volumeName: 'v' },
    status: { phase: 'Bound', capacity: { storage: capacity } },
  };
}

/** Everything of the app there, as asked and ready; of a stopped one, every pod gone. */
export function standing(app: ResolvedApp): Live[] {
  const child = names(app);
  const claims = [claim(app, 'database', child.database), claim(app, 'events', child.events)];
  const observed = seeing(claims);
  const children = stack(app, {
    observed,
    apiImage: `memo-service:${app.version}`,
    apiReplicas: 'ours',
    ready: true,
    secretHashes: {},
  });
  const workloads = children.flatMap((object): Live[] => {
    const { kind, metadata, spec } = object as KubeObject & { spec?: { replicas?: number } };
    if (kind !== 'StatefulSet' && kind !== 'Deployment') return [];
    const pods = spec?.replicas ?? 0;
    return [{ kind, metadata, spec, status: { readyReplicas: pods, updatedReplicas: pods, replicas: pods } }];
  });
  const done = { conditions: [{ type: 'Complete', status: 'True' }] };
  const jobs = [migrationJob(app, observed), topicJob(app, observed)].flatMap((job): Live[] =>
    job ? [{ kind: 'Job', metadata: job.metadata, status: done }] : [],
  );
  return [...claims, ...workloads, ...jobs];
}

/** The same objects with one of them changed. */
export function changed(objects: readonly Live[], kind: string, name: string, change: (live: Live) => Live): Live[] {
  return objects.map((live) => (live.kind === kind && live.metadata.name === name ? change(live) : live));
}
