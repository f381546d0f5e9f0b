/** The rows about volumes that are there, and what opens them. */
import { madeForAnnotation, selector, storeVersionAnnotation, type Part } from '../../../operator/src/api/labels.ts';
import type { MemoAppSpec } from '../../../operator/src/api/memoapp.ts';
import type { StateName } from '../../../operator/src/api/states.ts';
import type { KubeObject } from '../../../operator/src/runtime/object.ts';
import { serving, small, stalls, type Row } from './row.ts';

const claim = 'data-shop-database-0';

export const dataRows = {
  'A policy refuses a child': {
    spec: small,
    before: [
      {
        apiVersion: 'v1',
        kind: 'LimitRange',
        metadata: { name: 'small' },
        spec: { limits: [{ type: 'PersistentVolumeClaim', max: { storage: '1Gi' } }] },
      },
    ],
    tells: {
      Ready: [
        'False',
        'ApplyRefused',
        /^PersistentVolumeClaim data-shop-database-0 was refused: .*maximum storage usage per PersistentVolumeClaim is 1Gi, but request is 10Gi/,
      ],
      DatabaseReady: ['False', 'Creating', /^StatefulSet shop-database is about to be made$/],
    },
  },
  'The Secret of a volume is gone': {
    spec: small,
    before: [earlierVolume()],
    tells: stalls(
      'SecretMissing',
      /^the volume claim data-shop-database-0 is here, but the Secret shop-database-root that opens it is gone; put the Secret back from a backup, or delete the claim to start empty$/,
    ),
  },
  'The volume of a Secret is gone': {
    spec: small,
    before: ['root', 'migration', 'credentials'].map(earlierSecret),
    tells: stalls(
      'DataMissing',
      /^the Secret shop-database-root was made for an earlier MemoApp, but its volume claim data-shop-database-0 is gone; restore it, with the annotation \S+: "11\.8", or delete the Secrets shop-database-root, /,
    ),
  },
  'An older store is asked for than has run': {
    spec: small,
    happens: async (place) => {
      await place.told('DatabaseReady', 'Available');
      await place.edit({ ...small, database: { managed: { version: '10.11' } } });
    },
    tells: {
      ...stalls(
        'StoreDowngrade',
        /^spec\.database\.managed\.version asks for 10\.11, but its volume was written by MariaDB 11\.8, which cannot go back; set 11\.8$/,
      ),
      APIAvailable: serving,
    },
  },
  'Other brokers are asked for than wrote the volumes': {
    spec: { ...small, events: { managed: {} } },
    volumes: 2,
    happens: async (place) => {
      await place.told('EventsReady', 'Available');
      await place.edit(small);
      await place.told('EventsReady', 'NotConfigured');
      await place.edit({ ...small, events: { managed: { replicas: 3 } } });
    },
    tells: {
      ...stalls(
        'LayoutChanged',
        /^spec\.events\.managed asks for kraft-3, but the volumes found were written as kraft-1; ask for that, or delete the volumes of Kafka$/,
      ),
      APIAvailable: serving,
    },
  },
  'A volume is being grown': {
    spec: sized('10Gi', 'slow'),
    happens: async (place) => {
      await place.told('DatabaseReady', 'VolumeBinding');
      await place.provision(claim);
      await place.told('Ready', 'Available');
      await place.edit(sized('50Gi', 'slow'));
    },
    tells: {
      Ready: ['False', 'VolumeGrowing', /^volume claim data-shop-database-0 has 20Gi and grows to 50Gi/],
      DatabaseReady: ['True', 'Available', /^MariaDB 11\.8 /],
      APIAvailable: serving,
    },
  },
  'A volume cannot grow': {
    spec: small,
    happens: async (place) => {
      await place.told('Ready', 'Available');
      await place.edit(sized('50Gi'));
    },
    tells: {
      Ready: ['True', 'Available', /volume claim data-shop-database-0 stays at 20Gi and does not grow to 50Gi: /],
      DatabaseReady: [
        'True',
        'VolumeKept',
        /^MariaDB 11\.8 .*; volume claim data-shop-database-0 stays at 20Gi and does not grow to 50Gi: StorageClass ready-made does not let volumes grow; .*allowVolumeExpansion: true/,
      ],
      APIAvailable: serving,
    },
  },
} as const satisfies Partial<Readonly<Record<StateName, Row>>>;

function sized(size: string, className?: string): MemoAppSpec {
  return { ...small, database: { managed: { storage: { size, ...(className !== undefined && { className }) } } } };
}

/** What an earlier MemoApp of the name leaves behind, to be found by its labels. */
function left(name: string, part: Part, annotations: Readonly<Record<string, string>>): KubeObject['metadata'] {
  return { name, labels: selector({ name: 'shop' }, part), annotations };
}

function earlierVolume(): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: left(claim, 'database', { [storeVersionAnnotation]: '11.8' }),
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '10Gi' } } },
  };
}

function earlierSecret(what: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: left(`shop-database-${what}`, 'database', { [madeForAnnotation]: 'an-earlier-one' }),
    data: { username: 'eA==', password: 'eA==' },
  };
}
