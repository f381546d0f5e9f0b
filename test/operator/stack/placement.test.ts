/** Where pods run: what the spec says of a part is in the template of that part and of what goes with it, and in no other. */
import { expect } from 'chai';
import type { PodSpec, PodTemplateSpec } from 'kubernetes-types/core/v1.js';
import type { MemoAppSpec } from '../../../operator/src/api/memoapp.ts';
import { migrationJob } from '../../../operator/src/stack/jobs/migration.ts';
import { topicJob } from '../../../operator/src/stack/jobs/topic.ts';
import { rendered, resolved, seen } from '../harness/rendered.ts';

const affinity = {
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [{ matchExpressions: [{ key: 'disk', operator: 'In' as const, values: ['ssd'] }] }],
    },
  },
  podAntiAffinity: {
    preferredDuringSchedulingIgnoredDuringExecution: [
      {
        weight: 100,
        podAffinityTerm: {
          labelSelector: { matchLabels: { app: 'noisy' } },
          matchLabelKeys: ['pod-template-hash'],
          topologyKey: 'kubernetes.io/hostname',
        },
      },
    ],
  },
};
const nodeSelector = { disk: 'ssd' };
const tolerations = [{ key: 'dedicated', operator: 'Exists' as const, effect: 'NoSchedule' as const }];
const pod = { affinity, nodeSelector, priorityClassName: 'important', tolerations };

const specs: Readonly<Record<string, MemoAppSpec>> = {
  'shop-api': { api: { pod } },
  'shop-database': { database: { managed: { pod } } },
  'shop-cache': { cache: { managed: { pod } } },
  'shop-events': { events: { managed: { pod } } },
};

const withZooKeeper = { version: '3.9.2', replicas: 3, zooKeeper: { replicas: 3 } };
/** Whose placement goes for others too, but for the affinity, which is about pods of its own. */
const followers: Readonly<Record<string, readonly string[]>> = {
  'shop-api': ['migrate', 'topic'],
  'shop-events': ['shop-zookeeper'],
};

/** The pod specs of everything that has pods, by name; Jobs by their part. */
function pods(spec: MemoAppSpec): Map<string, PodSpec | undefined> {
  const app = resolved(spec);
  const jobs = { migrate: migrationJob(app, seen()), topic: topicJob(app, seen()) };
  const workloads = rendered(app)
    .filter(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet')
    .map((object) => [object.metadata.name, object] as const);
  return new Map(
    [...workloads, ...Object.entries(jobs)].map(([name, object]) => {
      const { spec: of } = object as { spec?: { template: PodTemplateSpec } };
      return [name, of?.template.spec];
    }),
  );
}

describe('the placement of pods', () => {
  for (const [name, spec] of Object.entries(specs)) {
    it(`is as asked for ${name}, and left to the scheduler for the others`, () => {
      const events = { managed: { ...withZooKeeper, ...spec.events?.managed } };
      const found = pods({ ...spec, events });
      const follow = followers[name] ?? [];
      expect([...found.keys()]).to.have.members([...Object.keys(specs), ...Object.values(followers).flat()]);
      for (const [each, of] of found) {
        const asked = each === name || follow.includes(each);
        expect(of?.nodeSelector, each).to.deep.equal(asked ? nodeSelector : undefined);
        expect(of?.priorityClassName, each).to.equal(asked ? 'important' : undefined);
        expect(of?.tolerations, each).to.deep.equal(asked ? tolerations : undefined);
        if (!follow.includes(each)) expect(of?.affinity, each).to.deep.equal(asked ? affinity : undefined);
      }
    });
  }

  it('brings Jobs to the nodes of the API, and never near to its pods or away from them', () => {
    const found = pods(specs['shop-api'] ?? {});
    const { nodeAffinity } = affinity;
    for (const job of ['migrate', 'topic']) expect(found.get(job)?.affinity, job).to.deep.equal({ nodeAffinity });
    const { podAntiAffinity } = affinity;
    expect(pods({ api: { pod: { affinity: { podAntiAffinity } } } }).get('migrate')).not.to.have.property('affinity');
  });

  it('leaves ZooKeeper out of an affinity, which names brokers', () => {
    const found = pods({ events: { managed: { ...withZooKeeper, pod } } });
    expect(found.get('shop-zookeeper')).not.to.have.property('affinity');
  });

  it('has no part in an affinity that says nothing', () => {
    expect(pods({ api: { pod: { affinity: {} } } }).get('shop-api')).not.to.have.property('affinity');
  });
});
