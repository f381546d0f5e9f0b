/** What an admin asks of an app by its spec. */
import type { MemoAppSpec } from '../../../operator/src/api/memoapp.ts';
import type { AppName } from '../../../scripts/stack/memoapp.ts';
import { ready } from './ready.ts';
import type { Stage } from './stage.ts';

/** Changes a part of the spec, and waits until that is done. */
export async function change({ kubectl }: Stage, app: AppName, spec: MemoAppSpec): Promise<void> {
  const patch = JSON.stringify({ spec });
  await kubectl.run(['patch', 'memoapp', app.name, '-n', app.namespace, '--type=merge', '-p', patch]);
  await ready(kubectl, app);
}

/** A change for which every pod of the API is replaced. */
export async function rollApi(stage: Stage, app: AppName): Promise<void> {
  await change(stage, app, { api: { env: [{ name: 'ROLLED', value: String(Date.now()) }] } });
}
