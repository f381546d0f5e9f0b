/** What happens to the pods of a quorum of three. */
import type { MemoApp } from '../../../operator/src/api/memoapp.ts';
import type { AppName } from '../../../scripts/stack/memoapp.ts';
import type { Stage } from '../harness/stage.ts';
import { eventually } from '../harness/witness.ts';

/**
 * Ends a pod without notice, its process with it.
 * @returns what `EventsReady` says of it
 */
export async function losePod({ kubectl }: Stage, app: AppName, name: string): Promise<string> {
  await kubectl.run(['delete', 'pod', name, '-n', app.namespace, '--force', '--grace-period=0', '--wait=false']);
  return await eventually(kubectl, app, 'EventsReady says what is left', 60, async () => {
    const memoApp = await kubectl.get<MemoApp>('memoapp', app.name, '-n', app.namespace);
    const condition = memoApp?.status?.conditions?.find(({ type }) => type === 'EventsReady');
    return condition?.status === 'False' && condition.message.includes('2 of 3 pods') ? condition.message : undefined;
  });
}

/** As {@link losePod}, and the pod's volume is lost with it. */
export async function loseVolume(stage: Stage, app: AppName, pod: string): Promise<string> {
  await stage.kubectl.run(['delete', 'pvc', `data-${pod}`, '-n', app.namespace, '--wait=false']);
  return await losePod(stage, app, pod);
}
