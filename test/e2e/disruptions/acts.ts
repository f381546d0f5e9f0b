/** What an admin does to a running app, or its node to a pod, each until everything is as before. */
import type { Pod } from 'kubernetes-types/core/v1.js';
import { selectorText, type Part } from '../../../operator/src/api/labels.ts';
import { operator } from '../../../scripts/stack/manifests.ts';
import type { AppName } from '../../../scripts/stack/memoapp.ts';
import { ready } from '../ready.ts';
import type { Stage } from '../stage.ts';
import { eventually } from '../witness.ts';

/** A change of the spec for which every pod of the API is replaced. */
export async function rollApi({ kubectl }: Stage, app: AppName): Promise<void> {
  const spec = { api: { env: [{ name: 'ROLLED', value: String(Date.now()) }] } };
  const patch = JSON.stringify({ spec });
  await kubectl.run(['patch', 'memoapp', app.name, '-n', app.namespace, '--type=merge', '-p', patch]);
  await ready(kubectl, app);
}

/** As `kubectl drain` asks for it: the API server refuses where a budget says no. */
export async function evict({ kubectl }: Stage, app: AppName, part: Part): Promise<void> {
  const { name: pod, uid } = await podOf(kubectl, app, part);
  const eviction = {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { namespace: app.namespace, name: pod },
  };
  const path = `/api/v1/namespaces/${app.namespace}/pods/${pod}/eviction`;
  await kubectl.run(['create', '--raw', path, '-f', '-'], JSON.stringify(eviction));
  await eventually(kubectl, app, `the end of ${pod}`, 150, async () => {
    const now = await kubectl.get<Pod>('pod', pod, '-n', app.namespace);
    return now?.metadata?.uid === uid ? undefined : true;
  });
  await ready(kubectl, app);
}

/** What its upgrade does to the operator: another pod takes over. */
export async function renewOperator({ kubectl }: Stage, app: AppName): Promise<void> {
  const deployment = `deployment/${operator.name}`;
  await kubectl.run(['rollout', 'restart', deployment, '-n', operator.namespace]);
  await kubectl.run(['rollout', 'status', deployment, '-n', operator.namespace, '--timeout=120s']);
  await ready(kubectl, app);
}

async function podOf(kubectl: Stage['kubectl'], app: AppName, part: Part): Promise<{ name: string; uid: string }> {
  const [pod] = await kubectl.list<Pod>('pods', '-n', app.namespace, '-l', selectorText(app, part));
  const { name = '', uid = '' } = pod?.metadata ?? {};
  if (name === '') throw new Error(`no pod of ${part}`);
  return { name, uid };
}
