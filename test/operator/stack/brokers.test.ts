/** Brokers and ZooKeeper servers of a quorum, as they are rendered: what they need to find each other and to outlive one. */
import { expect } from 'chai';
import type { StatefulSet } from 'kubernetes-types/apps/v1.js';
import type { ConfigMap, Service } from 'kubernetes-types/core/v1.js';
import type { PodDisruptionBudget } from 'kubernetes-types/policy/v1.js';
import type { MemoAppSpec } from '../../../operator/src/api/memoapp.ts';
import { rendered, resolved } from '../harness/rendered.ts';

type Managed = NonNullable<NonNullable<MemoAppSpec['events']>['managed']>;

interface Kinds {
  readonly ConfigMap: ConfigMap;
  readonly PodDisruptionBudget: PodDisruptionBudget;
  readonly Service: Service;
  readonly StatefulSet: StatefulSet;
}

type Get = <K extends keyof Kinds>(kind: K, name: string) => Kinds[K] | undefined;

function objects(managed: Managed): Get {
  const all = rendered(resolved({ events: { managed } }));
  return <K extends keyof Kinds>(kind: K, name: string) =>
    all.find((object) => object.kind === kind && object.metadata.name === name) as Kinds[K] | undefined;
}

const quorums = [
  { title: 'three brokers in KRaft', set: 'shop-events', managed: { replicas: 3 } },
  { title: 'three brokers with ZooKeeper', set: 'shop-events', managed: { replicas: 3, zooKeeper: {} } },
  { title: 'three ZooKeeper servers', set: 'shop-zookeeper', managed: { zooKeeper: { replicas: 3 } } },
] as const;

describe('a quorum', () => {
  for (const { title, set, managed } of quorums) {
    const get = objects(managed);
    const { spec } = get('StatefulSet', set) ?? {};
    const pod = spec?.template.spec;

    it(`of ${title} can form: all start at once, and have names before they are ready`, () => {
      expect(spec).to.include({ replicas: 3, podManagementPolicy: 'Parallel', serviceName: `${set}-pods` });
      const pods = get('Service', `${set}-pods`);
      expect(pods?.spec).to.include({ clusterIP: 'None', publishNotReadyAddresses: true });
    });

    it(`of ${title} loses one member at a time, and has its pods on nodes of their own where it can`, () => {
      const budget = get('PodDisruptionBudget', set);
      expect(budget?.spec?.maxUnavailable).to.equal(1);
      expect(budget?.spec?.selector).to.deep.equal(spec?.selector);
      const [spread] = pod?.topologySpreadConstraints ?? [];
      expect(spread).to.include({
        topologyKey: 'kubernetes.io/hostname',
        maxSkew: 1,
        whenUnsatisfiable: 'ScheduleAnyway',
      });
      expect(spread?.labelSelector).to.deep.equal(spec?.selector);
    });

    it(`of ${title} counts a member as started by what it says, not by its port`, () => {
      const [container] = pod?.containers ?? [];
      expect(container?.startupProbe?.exec?.command).not.to.equal(undefined);
      const { failureThreshold = 0, periodSeconds = 0 } = container?.startupProbe ?? {};
      expect(failureThreshold * periodSeconds).to.be.at.least(3600);
    });
  }

  it('is one of the pods that there will be', () => {
    const hosts = [0, 1, 2].map((ordinal) => `shop-events-${ordinal}.shop-events-pods.club.svc`);
    const [container] = objects({ replicas: 3 })('StatefulSet', 'shop-events')?.spec?.template.spec?.containers ?? [];
    const env = new Map(container?.env?.map(({ name, value }) => [name, value]));
    expect(env.get('KAFKA_CONTROLLER_QUORUM_VOTERS')).to.equal(hosts.map((host, id) => `${id}@${host}:9093`).join(','));
    expect(env.get('KAFKA_NODE_ID')).to.equal('$(POD_INDEX)');
    expect(env.get('KAFKA_ADVERTISED_LISTENERS')).to.equal('BROKER://$(POD_NAME).shop-events-pods.club.svc:9092');
  });

  it('of ZooKeeper is known to the brokers by all its names', () => {
    const get = objects({ replicas: 3, zooKeeper: { replicas: 3 } });
    const hosts = [0, 1, 2].map((ordinal) => `shop-zookeeper-${ordinal}.shop-zookeeper-pods.club.svc`);
    const properties = get('ConfigMap', 'shop-events')?.data?.['server.properties'] ?? '';
    expect(properties.split('\n')).to.include(`zookeeper.connect=${hosts.map((host) => `${host}:2181`).join(',')}`);
    const servers = get('ConfigMap', 'shop-zookeeper')?.data?.['zoo.cfg']?.match(/^server.*$/gm);
    expect(servers).to.deep.equal(hosts.map((host, index) => `server.${index + 1}=${host}:2888:3888;2181`));
  });

  for (const [brokers, copies, inSync] of [
    [1, 1, 1],
    [3, 3, 2],
    [5, 3, 2],
  ] as const) {
    it(`of ${brokers} keeps ${copies} copies of everything, and writes with ${inSync}`, () => {
      const get = objects({ replicas: brokers, zooKeeper: {} });
      const properties = get('ConfigMap', 'shop-events')?.data?.['server.properties']?.split('\n');
      expect(properties).to.include.members([
        `default.replication.factor=${copies}`,
        `offsets.topic.replication.factor=${copies}`,
        `transaction.state.log.replication.factor=${copies}`,
        `min.insync.replicas=${inSync}`,
        `transaction.state.log.min.isr=${inSync}`,
      ]);
      expect(properties?.includes('unclean.leader.election.enable=false')).to.equal(brokers > 1);
      expect(resolved({ events: { managed: { replicas: brokers } } }).events.topic).to.include({
        replicationFactor: copies,
        minInSyncReplicas: inSync,
      });
    });
  }

  it('is none where there is one broker: no budget that could only block a drain, no other to wait for', () => {
    for (const managed of [{}, { zooKeeper: {} }]) {
      const get = objects(managed);
      expect(get('PodDisruptionBudget', 'shop-events')).to.equal(undefined);
      expect(get('PodDisruptionBudget', 'shop-zookeeper')).to.equal(undefined);
      const pod = get('StatefulSet', 'shop-events')?.spec?.template.spec;
      expect(pod?.containers[0]?.startupProbe).to.have.property('tcpSocket');
      expect(pod).not.to.have.property('topologySpreadConstraints');
    }
  });
});
