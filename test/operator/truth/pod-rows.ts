/** The rows about a pod that is there, and what the scheduler or its node says of it. */
import type { StateName } from '../../../operator/src/api/states.ts';
import { running, small, withoutDatabase, type Row } from './row.ts';

const longAgo = { startedAt: '2026-01-01T00:00:00Z', finishedAt: '2026-01-01T00:00:09Z' };
const backOff = {
  waiting: {
    reason: 'CrashLoopBackOff',
    message: 'back-off 20s restarting failed container=mariadb pod=shop-database-0',
  },
};

export const podRows = {
  'An image cannot be pulled': {
    spec: small,
    happens: async (place) => {
      const message = [
        'Back-off pulling image "mariadb:11.8": ErrImagePull: rpc error: code = NotFound desc = failed to pull and unpack image',
        '"docker.io/library/mariadb:11.8": failed to resolve reference "docker.io/library/mariadb:11.8":',
        'docker.io/library/mariadb:11.8: not found',
      ].join(' ');
      await place.report('database', { state: { waiting: { reason: 'ImagePullBackOff', message } } });
    },
    tells: {
      DatabaseReady: [
        'False',
        'ImagePull',
        /^pod shop-database-0 cannot pull mariadb:11\.8: docker\.io\/library\/mariadb:11\.8: not found; see to spec\.database\.managed\.version and spec\.database\.managed\.image, and to spec\.imagePullSecrets$/,
      ],
      APIAvailable: withoutDatabase,
    },
  },
  'A container ends again and again': {
    spec: small,
    happens: async (place) => {
      const lastState = { terminated: { exitCode: 1, reason: 'Error', ...longAgo } };
      await place.report('database', { restartCount: 2, state: backOff, lastState });
    },
    tells: {
      DatabaseReady: [
        'False',
        'CrashLoop',
        /^container mariadb of pod shop-database-0 ends with code 1 again and again; see: kubectl logs shop-database-0 -c mariadb --previous$/,
      ],
      APIAvailable: withoutDatabase,
    },
  },
  'A container reached its memory limit': {
    spec: small,
    happens: async (place) => {
      const lastState = { terminated: { exitCode: 137, reason: 'OOMKilled', ...longAgo } };
      await place.report('api', { restartCount: 1, state: running, lastState });
    },
    tells: {
      APIAvailable: [
        'False',
        'OutOfMemory',
        /^container api of pod shop-api-\S+ reached its memory limit and was ended; raise spec\.api\.resources\.limits\.memory$/,
      ],
    },
  },
  'A volume is full': {
    spec: small,
    happens: async (place) => {
      // As MariaDB 11.8 ends on a full volume; the kubelet keeps the end of the log.
      const message = [
        `2026-01-01  0:00:09 0 [ERROR] mariadbd: Error writing file './ddl_recovery.log' (Errcode: 28 "No space left on device")`,
        '2026-01-01  0:00:09 0 [ERROR] Aborting',
        '',
      ].join('\n');
      const lastState = { terminated: { exitCode: 1, reason: 'Error', message, ...longAgo } };
      await place.report('database', { restartCount: 2, state: backOff, lastState });
    },
    tells: {
      DatabaseReady: [
        'False',
        'DiskFull',
        /^the volume of pod shop-database-0 is full.*; it cannot grow: StorageClass ready-made does not let volumes grow; set allowVolumeExpansion: true on StorageClass ready-made and raise spec\.database\.managed\.storage\.size, or move to a larger volume/,
      ],
      APIAvailable: withoutDatabase,
    },
  },
  'No node takes a pod': {
    spec: { ...small, database: { managed: { pod: { nodeSelector: { disk: 'none' } } } } },
    tells: {
      DatabaseReady: [
        'False',
        'Unschedulable',
        /^pod shop-database-0 finds no node: 0\/3 nodes are available: 3 node\(s\) didn't match Pod's node affinity\/selector\.?$/,
      ],
      APIAvailable: withoutDatabase,
    },
  },
  'A node does not start a pod': {
    spec: small,
    happens: async (place) => {
      const words = 'Volume is already used by pod(s) shop-database-0';
      await place.warn('database', 'FailedAttachVolume', `Multi-Attach error for volume "pvc-1" ${words}`);
      await place.warn(
        'database',
        'FailedMount',
        'Unable to attach or mount volumes: unmounted volumes=[data]: timed out',
      );
      await place.report('database', { state: { waiting: { reason: 'ContainerCreating' } } });
    },
    tells: {
      DatabaseReady: [
        'False',
        'PodNotStarted',
        /^pod shop-database-0 is not started on node \S+: Multi-Attach error for volume "pvc-1" Volume is already used by .*; see: kubectl describe pod shop-database-0$/,
      ],
      APIAvailable: withoutDatabase,
    },
  },
} as const satisfies Partial<Readonly<Record<StateName, Row>>>;
