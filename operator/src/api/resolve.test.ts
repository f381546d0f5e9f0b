import { expect } from 'chai';
import fc from 'fast-check';
import type { MemoApp } from './memoapp.ts';
import type { ClusterFacts, ResolvedApp } from './resolved.ts';
import { resolve } from './resolve.ts';

function resolved(
  spec: MemoApp['spec'],
  volumes: ClusterFacts['volumes'] = {},
  status: MemoApp['status'] = {},
): ResolvedApp {
  const metadata = { name: 'shop', namespace: 'club', uid: 'u' };
  const head = { apiVersion: 'memo.sogangcomputerclub.org/v1alpha1', kind: 'MemoApp', metadata } as const;
  return resolve({ ...head, spec, status }, { release: '0.1.0', volumes });
}

function connections(replicas: number, max: number): number {
  const { database } = resolved({ api: { replicas, connectionPool: { max } } });
  return database.mode === 'managed' ? database.maxConnections : 0;
}

describe('a MemoApp without anything left open', () => {
  it('allows the connections of every API pod, in steps that few edits cross', () => {
    expect([1, 2, 5, 23].map((replicas) => connections(replicas, 20))).to.deep.equal([512, 512, 512, 512]);
    expect(connections(24, 20)).to.equal(1024);
    const bounds = [fc.integer({ min: 1, max: 100 }), fc.integer({ min: 4, max: 200 })] as const;
    fc.assert(fc.property(...bounds, (replicas, max) => connections(replicas, max) >= (replicas + 1) * max + 20));
  });

  it('keeps every store at what is known to have run, whatever the default is', () => {
    const app = resolved(
      { events: { managed: { zooKeeper: {} } } },
      { database: { version: '11.4' }, events: { version: '3.8.1' }, zookeeper: { version: '3.8' } },
      { cache: { version: '7.2' } },
    );
    expect(app.problems).to.deep.equal([]);
    expect(app.database).to.have.nested.property('image.tag', '11.4');
    expect(app.cache).to.have.nested.property('image.tag', '7.2');
    expect(app.events).to.have.nested.property('image.tag', '3.8.1');
    expect(app.events).to.have.nested.property('zooKeeper.image.tag', '3.8');
  });

  it('refuses an older ZooKeeper than the one that ran, as every other store', () => {
    const [problem] = resolved(
      { events: { managed: { zooKeeper: { version: '3.8' } } } },
      { zookeeper: { version: '3.9', layout: 'ensemble-1' } },
    ).problems;
    expect(problem).to.include({ reason: 'StoreDowngrade' });
    expect(problem?.message).to.include('spec.events.managed.zooKeeper.version').and.to.include('set 3.9');
  });

  it('waits for one copy less than there are, where there is more than one', () => {
    const inSync = (replicas: number, replicationFactor: number): number | undefined =>
      resolved({ events: { managed: { replicas }, topic: { replicationFactor } } }).events.topic.minInSyncReplicas;
    expect([inSync(1, 1), inSync(3, 2), inSync(3, 3)]).to.deep.equal([1, 1, 2]);
  });
});
