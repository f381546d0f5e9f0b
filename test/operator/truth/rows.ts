/** How each state of the truth table is made on a cluster with real controllers, and what the conditions then say. */
import { reconcileAnnotation } from '../../../operator/src/api/labels.ts';
import type { MemoAppSpec } from '../../../operator/src/api/memoapp.ts';
import type { StateName } from '../../../operator/src/api/states.ts';
import { kindOf, type KubeObject } from '../../../operator/src/runtime/object.ts';
import { dataRows } from './data-rows.ts';
import { podRows } from './pod-rows.ts';
import { quorumRows } from './quorum-rows.ts';
import { routeRows } from './route-rows.ts';
import { running, serving, small, stalls, withoutDatabase, type Row } from './row.ts';

const statefulSetKind = kindOf('apps/v1', 'StatefulSet');
const serviceKind = kindOf('v1', 'Service');

export const rows: Readonly<Record<StateName, Row>> = {
  ...podRows,
  'A volume is not there yet': {
    spec: { ...small, database: { managed: { storage: { className: 'slow' } } } },
    tells: {
      DatabaseReady: [
        'False',
        'VolumeBinding',
        /^pod shop-database-0 waits for the volume of claim data-shop-database-0 from example\.com\/nobody \(StorageClass slow\).*kubectl describe pvc data-shop-database-0$/,
      ],
      APIAvailable: withoutDatabase,
    },
  },
  'There is no such StorageClass': {
    spec: { ...small, database: { managed: { storage: { className: 'fast' } } } },
    tells: {
      DatabaseReady: [
        'False',
        'VolumePending',
        /^volume claim data-shop-database-0 waits: there is no StorageClass "fast"; make it, or name another in spec\.database\.managed\.storage\.className, as there is nothing on it yet$/,
      ],
      APIAvailable: withoutDatabase,
    },
  },
  'A quota has no room for a pod': {
    spec: small,
    before: [quota({ pods: '0' })],
    tells: {
      DatabaseReady: [
        'False',
        'QuotaExceeded',
        /^StatefulSet shop-database cannot make its pod: exceeded quota: small, requested: pods=1, used: pods=0, limited: pods=0; raise ResourceQuota small of namespace \S+, or ask for less$/,
      ],
      APIAvailable: [
        'False',
        'QuotaExceeded',
        /^Deployment shop-api cannot make its pod: exceeded quota: small, .*; raise ResourceQuota small/,
      ],
    },
  },
  'A quota has no room for a child': {
    spec: small,
    before: [quota({ 'count/statefulsets.apps': '0' })],
    tells: {
      Ready: [
        'False',
        'QuotaExceeded',
        /^StatefulSet shop-database was refused: .*exceeded quota: small.*; raise ResourceQuota small, or ask for less$/,
      ],
    },
  },
  'A name is taken': {
    spec: small,
    before: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'shop-database' }, data: { mine: 'yes' } }],
    tells: stalls(
      'NameTaken',
      /^ConfigMap \S+\/shop-database exists and belongs to nobody we know; rename or delete it, or rename this MemoApp$/,
    ),
  },
  'A child of before is on its way out': {
    spec: small,
    happens: async (place) => {
      await place.told('Ready', 'Available');
      const body = { metadata: { finalizers: ['example.com/hold'] } };
      await place.patch(serviceKind, 'shop-api', { type: 'merge', body });
      await place.remove(serviceKind, 'shop-api');
    },
    tells: {
      Ready: ['False', 'Draining', /^Service \S+\/shop-api of before is still on its way out$/],
      APIAvailable: serving,
    },
  },
  ...dataRows,
  'A store of others is not reached': {
    spec: { ...small, cache: { external: { url: 'redis://cache.example' } } },
    happens: async (place) => {
      await place.answer({ database: 'healthy', redis: 'unhealthy', kafka: 'not_configured' });
    },
    tells: {
      CacheReady: [
        'False',
        'Unreachable',
        /^the API does not reach Redis at redis:\/\/cache\.example; check address, account and tls, and see: kubectl logs deployment\/shop-api$/,
      ],
      APIAvailable: serving,
    },
  },
  'Pod Security refuses a pod': {
    spec: { ...small, cache: { managed: {} } },
    labels: { 'pod-security.kubernetes.io/enforce': 'restricted' },
    happens: async (place) => {
      // Sidecars of others are left alone; this one is not fit for the namespace.
      const path = '/spec/template/spec/containers/-';
      const body = [{ op: 'add' as const, path, value: { name: 'sidecar', image: 'sidecar:1' } }];
      await place.pods('cache');
      await place.patch(statefulSetKind, 'shop-cache', { type: 'json', body });
    },
    tells: {
      CacheReady: [
        'False',
        'PodRefused',
        /^StatefulSet shop-cache cannot make its pod: violates PodSecurity "restricted:latest": .*container "sidecar".*; the operator's own pods pass "restricted": mend the sidecar/,
      ],
      APIAvailable: serving,
    },
  },
  'A Secret is missing': {
    spec: { ...small, api: { replicas: 1, ...signedBy('tokens') } },
    tells: {
      Ready: [
        'False',
        'ReferenceMissing',
        /^spec\.api\.auth\.jwt\.secret names Secret tokens, which is not in namespace \S+; make it, or name another$/,
      ],
      APIAvailable: serving,
    },
  },
  'A key of a Secret is missing': {
    spec: { ...small, api: { replicas: 1, ...signedBy('tokens') } },
    before: [{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'tokens' }, data: { other: 'eA==' } }],
    tells: {
      Ready: [
        'False',
        'ReferenceMissing',
        /^spec\.api\.auth\.jwt\.secret needs the key signing of Secret tokens, .*; add it, or name another$/,
      ],
      APIAvailable: serving,
    },
  },
  'A Secret of the environment is missing': {
    spec: small,
    happens: async (place) => {
      const waiting = { reason: 'CreateContainerConfigError', message: 'secret "mail" not found' };
      await place.report('api', { state: { waiting } });
    },
    tells: {
      APIAvailable: [
        'False',
        'ReferenceMissing',
        /^pod shop-api-\S+ cannot start: secret "mail" not found; make it, or correct spec\.api\.env$/,
      ],
    },
  },
  ...routeRows,
  'The migration failed': {
    spec: small,
    // Room for the database and the API, and none for the pod of the Job.
    before: [quota({ pods: '2' })],
    happens: async (place) => {
      const { message } = await place.told('SchemaMigrated', 'QuotaExceeded');
      const job = /^Job (\S+) cannot make its pod: exceeded quota: small/.exec(message)?.[1] ?? message;
      await place.patch(kindOf('batch/v1', 'Job'), job, {
        type: 'merge',
        body: { spec: { activeDeadlineSeconds: 1 } },
      });
    },
    onTheWay: ['QuotaExceeded'],
    tells: {
      SchemaMigrated: [
        'False',
        'JobFailed',
        /^Job (shop-migrate-\w+) gave up: .*deadline; see kubectl logs job\/\1, then delete the Job to try again$/,
      ],
      Stalled: ['True', 'JobFailed', /^Job shop-migrate-/],
      APIAvailable: ['False', 'Migrating', /^the database has no tables yet$/],
    },
  },
  ...quorumRows,
  'One API pod of two is down': {
    spec: { ...small, api: { replicas: 2 } },
    happens: async (place) => {
      await place.told('Ready', 'Available');
      await place.report('api', { state: running }, { of: 2 });
    },
    tells: {
      Ready: [
        'False',
        'PodNotReady',
        /^1 of 2 API pods serve \S+; not ready: (shop-api-\S+); should it take long, see: kubectl describe pod \1$/,
      ],
      APIAvailable: serving,
    },
  },
  'The autoscaler has no metrics': {
    spec: { ...small, api: { autoscaling: { minReplicas: 1, maxReplicas: 3 } } },
    tells: {
      Ready: [
        'False',
        'MetricsMissing',
        /^the autoscaler is blind, the API keeps its size: .*pods\.metrics\.k8s\.io.*; install metrics-server, or set spec\.api\.replicas/,
      ],
      APIAvailable: serving,
    },
  },
  'It is stopped': {
    spec: { ...small, state: 'Stopped' },
    tells: {
      Ready: ['True', 'Stopped', /^every pod is stopped; set spec\.state to Running to start again$/],
      DatabaseReady: ['False', 'Stopped', /spec\.state/],
      APIAvailable: ['False', 'Stopped', /spec\.state/],
    },
  },
  'It is paused, and not as the spec asks': {
    spec: small,
    metadata: { annotations: { [reconcileAnnotation]: 'paused' } },
    tells: {
      Ready: ['False', 'Paused', /^paused, and not as the spec asks: Secret .* remove the annotation/],
      Paused: ['True', 'Paused', /^nothing is written; remove the annotation/],
    },
  },
  'It is being deleted': {
    spec: small,
    metadata: { finalizers: ['example.com/hold'] },
    happens: async (place) => {
      await place.told('Ready', 'Available');
      await place.removeMemoApp();
    },
    tells: {
      Ready: ['True', 'Available', /^1 of 1 API pods serve/],
      CacheReady: ['True', 'NotConfigured', /^spec\.cache is disabled$/],
      APIAvailable: serving,
    },
  },
};

/** A quota with the name `small`. */
function quota(hard: Readonly<Record<string, string>>): KubeObject {
  return { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'small' }, spec: { hard } };
}

/** Tokens verified by a key of this Secret. */
function signedBy(secret: string): Pick<NonNullable<MemoAppSpec['api']>, 'auth'> {
  return {
    auth: { jwt: { issuer: 'https://id.example', audience: 'memo', secret: { name: secret, key: 'signing' } } },
  };
}
