/** The order in which a stopped app goes, from what is rendered while it does. */
import { expect } from 'chai';
import type { KubeObject } from '../../../operator/src/runtime/object.ts';
import { rendered, resolved, seen } from '../harness/rendered.ts';

const spec = {
  state: 'Stopped',
  api: { autoscaling: { maxReplicas: 5 } },
  events: { managed: { version: '3.9.2', replicas: 3, zooKeeper: {} } },
} as const;

describe('a stopped app', () => {
  it('lets every store run for as long as a pod of the API is there', () => {
    expect(replicas('api')).to.deep.equal({ api: 0, database: 1, cache: 1, events: 3, zookeeper: 1 });
  });

  it('keeps the store that a Job still works on', () => {
    expect(replicas('migrate')).to.include({ database: 1, cache: 0, events: 0 });
    expect(replicas('topic')).to.include({ database: 0, events: 3 });
  });

  it('ends ZooKeeper after the brokers', () => {
    expect(replicas('events')).to.deep.equal({ api: 0, database: 0, cache: 0, events: 0, zookeeper: 1 });
  });

  it('has no pod in the end, and still all the rest but its autoscaler', () => {
    expect(replicas()).to.deep.equal({ api: 0, database: 0, cache: 0, events: 0, zookeeper: 0 });
    const kept = (stopped: boolean): string[] =>
      rendered(resolved({ ...spec, state: stopped ? 'Stopped' : 'Running' })).map(
        ({ kind, metadata }) => `${kind}/${metadata.name}`,
      );
    expect(kept(false).filter((name) => !kept(true).includes(name))).to.deep.equal([
      'HorizontalPodAutoscaler/shop-api',
    ]);
  });

  it('does not wait for the pod of a Job that has ended', () => {
    const app = resolved(spec);
    const observed = seen([pod('migrate', 'Succeeded')]);
    expect(replicasIn(rendered(app, observed))).to.include({ database: 0 });
  });
});

/** While a pod of this part is there, or none at all. */
function replicas(part?: string): Record<string, number> {
  return replicasIn(rendered(resolved(spec), seen(part === undefined ? [] : [pod(part, 'Running')])));
}

function replicasIn(objects: readonly KubeObject[]): Record<string, number> {
  const workloads = objects.filter(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet');
  return Object.fromEntries(
    workloads.map((object) => [
      object.metadata.name.replace('shop-', ''),
      (object['spec'] as { replicas: number }).replicas,
    ]),
  );
}

function pod(part: string, phase: string): KubeObject {
  const labels = { 'memo.sogangcomputerclub.org/app': 'shop', 'memo.sogangcomputerclub.org/part': part };
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'club', labels }, status: { phase } };
}
