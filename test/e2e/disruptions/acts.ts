/** What an admin does to a running app, or its node to a pod, each until everything is as before. */
import type { Pod } from 'kubernetes-types/core/v1.js';
import { selectorText, type Part } from '../../../operator/src/api/labels.ts';
import { operator } from '../../../scripts/stack/manifests.ts';
import type { AppName } from '../../../scripts/stack/memoapp.ts';
import { isReady, ready } from '../ready.ts';
import { fewest } from '../sample.ts';
import type { Stage } from '../stage.ts';
import { eventually } from '../witness.ts';

/** A change of the spec for which every pod of the API is replaced. */
export async function rollApi({ kubectl }: Stage, app: AppName): Promise<void> {
  const spec = { api: { env: [{ name: 'ROLLED', value: String(Date.now()) }] } };
  const patch = JSON.stringify({ spec });
  await kubectl.run(['patch', 'memoapp', app.name, '-n', app.namespace, '--type=merge', '-p', patch]);
  await ready(kubectl, app);
}

/** As `kubectl drain` asks for it: the API server refuses where a budget says no. Ends when another pod serves in its place. */
export async function evict({ kubectl }: Stage, app: AppName, part: Part): Promise<void> {
  const before = await readyPods(kubectl, app, part);
  const { name: pod = '', namespace, uid } = before[0]?.metadata ?? {};
  const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { namespace, name: pod } };
  const path = `/api/v1/namespaces/${app.namespace}/pods/${pod}/eviction`;
  await kubectl.run(['create', '--raw', path, '-f', '-'], JSON.stringify(eviction));
  await eventually(kubectl, app, `another pod in the place of ${pod}`, 150, async () => {
    const now = await readyPods(kubectl, app, part);
    const gone = now.every(({ metadata }) => metadata?.uid !== uid);
    return gone && now.length >= Math.min(before.length, fewest) ? true : undefined;
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

async function readyPods(kubectl: Stage['kubectl'], app: AppName, part: Part): Promise<readonly Pod[]> {
  const pods = await kubectl.list<Pod>('pods', '-n', app.namespace, '-l', selectorText(app, part));
  return pods.filter(isReady);
}
