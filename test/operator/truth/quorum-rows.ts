/** The rows about stores of several pods. */
import type { Part } from '../../../operator/src/api/labels.ts';
import type { StateName } from '../../../operator/src/api/states.ts';
import type { Place } from './place.ts';
import { running, serving, small, type Row } from './row.ts';

const brokers = { spec: { ...small, events: { managed: { replicas: 3 } } }, volumes: 4 } as const;
const ensemble = { spec: { ...small, events: { managed: { zooKeeper: { replicas: 3 } } } }, volumes: 5 } as const;

export const quorumRows = {
  'One broker of three is down': {
    ...brokers,
    happens: losing('events', 1),
    tells: {
      EventsReady: [
        'False',
        'Degraded',
        /^Kafka \S+ serves, though only 2 of 3 pods of shop-events are ready; not ready: shop-events-\d$/,
      ],
      APIAvailable: serving,
    },
  },
  'Two brokers of three are down': {
    ...brokers,
    happens: losing('events', 2),
    tells: {
      EventsReady: [
        'False',
        'QuorumLost',
        /^Kafka \S+ has lost its quorum: 1 of 3 pods of shop-events are ready, 2 are needed; memos are written, and their events wait; not ready: shop-events-\d, shop-events-\d$/,
      ],
      APIAvailable: serving,
    },
  },
  'One ZooKeeper server of three is down': {
    ...ensemble,
    happens: losing('zookeeper', 1),
    tells: {
      EventsReady: [
        'False',
        'Degraded',
        /^ZooKeeper \S+ serves, though only 2 of 3 pods of shop-zookeeper are ready; not ready: shop-zookeeper-\d$/,
      ],
      APIAvailable: serving,
    },
  },
  'Two ZooKeeper servers of three are down': {
    ...ensemble,
    happens: losing('zookeeper', 2),
    tells: {
      EventsReady: [
        'False',
        'QuorumLost',
        /^ZooKeeper \S+ has lost its quorum: 1 of 3 pods of shop-zookeeper are ready, 2 are needed; memos are written, and their events wait; not ready: shop-zookeeper-\d, shop-zookeeper-\d$/,
      ],
      APIAvailable: serving,
    },
  },
} as const satisfies Partial<Readonly<Record<StateName, Row>>>;

/** So many of three pods are no longer ready, once all have been. */
function losing(part: Part, pods: number): (place: Place) => Promise<void> {
  return async (place) => {
    await place.told('EventsReady', 'Available');
    await place.report(part, { state: running }, { of: 3, pods });
  };
}
