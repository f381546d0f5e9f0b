/** MemoApps in every state that matters to whoever waits for one, with the status that the operator's own code gives them. */
import { storeConditions } from '../../../operator/src/api/conditions.ts';
import { selector } from '../../../operator/src/api/labels.ts';
import type { MemoApp, MemoAppStatus } from '../../../operator/src/api/memoapp.ts';
import { apiVersion, kind, names } from '../../../operator/src/api/names.ts';
import { Reason } from '../../../operator/src/api/reasons.ts';
import type { ResolvedApp } from '../../../operator/src/api/resolved.ts';
import { firstConditions, type PassOutcome } from '../../../operator/src/stack/health/conditions.ts';
import { statusOf } from '../../../operator/src/stack/health/status.ts';
import { migrationJob } from '../../../operator/src/stack/jobs/migration.ts';
import { resolved } from '../harness/rendered.ts';
import { changed, fine, type Live, seeing, standing } from '../harness/standing.ts';

const now = new Date('2026-01-01T00:00:00Z');
const spec: MemoApp['spec'] = { version: '0.1.0', api: { replicas: 2 } };
const app = resolved(spec);
const stopped = resolved({ ...spec, state: 'Stopped' });
const all = standing(app);

/** What the operator writes of this app, where it sees these objects. */
function told(of: ResolvedApp, objects: readonly Live[], outcome: Partial<PassOutcome> = {}): MemoAppStatus {
  return statusOf(of, seeing(objects), { ...fine, ...outcome }, undefined, now);
}

function memoApp(status: MemoAppStatus | undefined, metadata: object = {}): object {
  const named = { name: 'shop', namespace: 'club', uid: 'u', generation: 1, ...metadata };
  return { apiVersion, kind, metadata: named, spec, ...(status && { status }) };
}

const away = changed(all, 'StatefulSet', names(app).database, (live) => ({ ...live, status: { replicas: 1 } }));
const failed = changed(all, 'Job', migrationJob(app, seeing(all)).metadata.name, (live) => ({
  ...live,
  status: { conditions: [{ type: 'Failed', status: 'True', message: 'BackoffLimitExceeded' }] },
}));
const unpullable: Live = {
  kind: 'Pod',
  metadata: { name: 'shop-api-1', labels: selector(app, 'api') },
  status: {
    containerStatuses: [{ name: 'api', image: 'i', ready: false, state: { waiting: { reason: 'ImagePullBackOff' } } }],
  },
};
const rolling = changed(all, 'Deployment', names(app).api, (live) => ({ ...live, status: { readyReplicas: 1 } }));

const taken = { reason: Reason.NameTaken, message: 'Service club/shop-api exists and belongs to nobody we know' };

export const samples = {
  'not seen yet': memoApp(undefined),
  'just seen': memoApp({ observedGeneration: 1, conditions: storeConditions(firstConditions(), [], 1, now) }),
  'nothing there yet': memoApp(told(app, [])),
  'waiting for its database': memoApp(told(app, away)),
  'with an image that cannot be pulled': memoApp(told(app, [...rolling, unpullable])),
  'whose changes meet a quota': memoApp(
    told(app, all, { refused: [{ kind: 'Deployment', name: 'shop-api', code: 403, message: 'exceeded quota' }] }),
  ),
  ready: memoApp(told(app, all)),
  'changed since it was ready': memoApp(told(app, all), { generation: 2 }),
  'with a name taken by another': memoApp(told(app, all, { problems: [taken] })),
  'whose migration gave up': memoApp(told(app, failed)),
  'paused, and as asked': memoApp(told(app, all, { paused: true })),
  'paused, with changes waiting': memoApp(told(app, all, { paused: true, withheld: ['Service club/shop-api'] })),
  stopping: memoApp(told(stopped, all)),
  stopped: memoApp(told(stopped, standing(stopped))),
  'being deleted': memoApp(told(app, all), { deletionTimestamp: '2026-01-01T00:00:00Z', generation: 2 }),
  'being deleted, as it was ready': memoApp(told(app, all), { deletionTimestamp: '2026-01-01T00:00:00Z' }),
} as const;
