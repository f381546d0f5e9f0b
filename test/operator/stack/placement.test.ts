/** Where pods run: what the spec says of a part is in the template of that part, and in no other. */
import { expect } from 'chai';
import type { PodTemplateSpec } from 'kubernetes-types/core/v1.js';
import type { MemoAppSpec } from '../../../operator/src/api/memoapp.ts';
import { rendered, resolved } from '../harness/rendered.ts';

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
const pod = { affinity, priorityClassName: 'important' };

const specs: Readonly<Record<string, MemoAppSpec>> = {
  'shop-api': { api: { pod } },
  'shop-database': { database: { managed: { pod } } },
  'shop-cache': { cache: { managed: { pod } } },
  'shop-events': { events: { managed: { pod } } },
};

/** The pod specs of everything that has pods, by name. */
function pods(spec: MemoAppSpec): Map<string, PodTemplateSpec['spec']> {
  const workloads = rendered(resolved(spec)).filter(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet');
  return new Map(
    workloads.map((object) => {
      const { spec: of } = object as typeof object & { spec: { template: PodTemplateSpec } };
      return [object.metadata.name, of.template.spec];
    }),
  );
}

describe('the placement of pods', () => {
  for (const [name, spec] of Object.entries(specs)) {
    it(`is as asked for ${name}, and left to the scheduler for the others`, () => {
      const found = pods(spec);
      expect([...found.keys()]).to.have.members(Object.keys(specs));
      for (const [each, of] of found) {
        expect(of?.affinity, each).to.deep.equal(each === name ? affinity : undefined);
        expect(of?.priorityClassName, each).to.equal(each === name ? 'important' : undefined);
      }
    });
  }

  it('has no part in an affinity that says nothing', () => {
    expect(pods({ api: { pod: { affinity: {} } } }).get('shop-api')).not.to.have.property('affinity');
  });
});
