/** Fields of the spec with one effect each: what an admin finds of them in the objects that are made. */
import { expect } from 'chai';
import type { JobSpec } from 'kubernetes-types/batch/v1.js';
import type { MemoAppSpec } from '../../../../operator/src/api/memoapp.ts';
import type { KubeObject } from '../../../../operator/src/runtime/object.ts';
import { urlOf } from '../../../../operator/src/stack/route/route.ts';
import { everything, resolved } from '../../harness/rendered.ts';
import { apiEffects } from './api.ts';
import { nameOf, pod, template, valueAt, withZooKeeper } from './effect.ts';
import { partEffects } from './parts.ts';
import { plainIngress, routeEffects } from './route.ts';
import { storeEffects } from './stores.ts';

const effects = [...apiEffects, ...partEffects, ...storeEffects, ...routeEffects];

/** Every part that may have a pod, and a route. */
const whole: MemoAppSpec = { events: { managed: withZooKeeper }, ...plainIngress };

describe('a field of the spec', () => {
  for (const { field, spec, base = {}, at, before, after } of effects) {
    it(`${field} is in ${at[0]}`, () => {
      expect(valueAt(objects(base), at)).to.deep.equal(before);
      expect(valueAt(objects(spec), at)).to.deep.equal(after);
    });
  }

  it('commonLabels is on every child and on every pod', () => {
    const found = objects({ ...whole, commonLabels: { team: 'club' } });
    expect(found).to.have.length.above(25);
    for (const object of found) expect(object.metadata.labels, nameOf(object)).to.include({ team: 'club' });
    for (const object of withPods(found)) {
      expect(valueAt([object], [nameOf(object), ...template, 'metadata', 'labels']), nameOf(object)).to.include({
        team: 'club',
      });
    }
  });

  it('imagePullSecrets is in every pod, those of Jobs too', () => {
    const imagePullSecrets = [{ name: 'registry' }, { name: 'mirror' }];
    const pods = withPods(objects({ ...whole, imagePullSecrets }));
    const parts = pods.map(({ metadata }) => metadata.labels?.['memo.sogangcomputerclub.org/part']);
    expect(parts).to.have.members(['api', 'database', 'cache', 'events', 'zookeeper', 'migrate', 'topic']);
    for (const object of pods) {
      const at = [nameOf(object), ...pod, 'imagePullSecrets'] as const;
      expect(valueAt([object], at), nameOf(object)).to.deep.equal(imagePullSecrets);
    }
  });

  it('route.ingress.tls makes the address one of https', () => {
    expect(urlOf(resolved(plainIngress))).to.equal('http://memo.example');
    const tls = { secretName: 'memo-tls' };
    expect(urlOf(resolved({ route: { hostnames: ['memo.example'], ingress: { tls } } }))).to.equal(
      'https://memo.example',
    );
  });

  it('events.external.createTopic decides whether there is a Job for the topic', () => {
    const jobs = (createTopic: 'IfMissing' | 'Never'): unknown[] =>
      objects({ events: { external: { bootstrapServers: ['kafka:9092'], createTopic } } })
        .filter(({ kind }) => kind === 'Job')
        .map(({ metadata }) => metadata.labels?.['memo.sogangcomputerclub.org/part']);
    expect(jobs('IfMissing')).to.have.members(['migrate', 'topic']);
    expect(jobs('Never')).to.deep.equal(['migrate']);
  });
});

function objects(spec: MemoAppSpec): KubeObject[] {
  return everything(resolved(spec));
}

function withPods(all: readonly KubeObject[]): KubeObject[] {
  return all.filter((object) => (object['spec'] as Partial<JobSpec> | undefined)?.template !== undefined);
}
