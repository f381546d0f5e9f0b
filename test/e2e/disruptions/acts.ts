/** What happens to the pods of a running app and of its operator, each until everything is as before. */
import { selectorText, type Part } from '../../../operator/src/api/labels.ts';
import { operator } from '../../../scripts/stack/manifests.ts';
import type { AppName } from '../../../scripts/stack/memoapp.ts';
import { ready } from '../harness/ready.ts';
import type { Stage } from '../harness/stage.ts';
import { replaceOne } from '../harness/successor.ts';

/** As `kubectl drain` asks for it: the API server refuses where a budget says no. */
export async function evict(stage: Stage, app: AppName, part: Part): Promise<void> {
  const { kubectl } = stage;
  const { namespace } = app;
  await replaceOne(stage, { namespace, selector: selectorText(app, part) }, async ({ name = '' }) => {
    const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { namespace, name } };
    const path = `/api/v1/namespaces/${namespace}/pods/${name}/eviction`;
    await kubectl.run(['create', '--raw', path, '-f', '-'], JSON.stringify(eviction));
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
