/** The two steps every cluster has: the operator, then a MemoApp until it is Ready. A failure is looked into at once. */
import type { MemoApp } from '../../operator/src/api/memoapp.ts';
import { appLabel } from '../../operator/src/api/labels.ts';
import type { KubeObject } from '../../operator/src/runtime/object.ts';
import type { Voice } from '../../test/cluster/host/progress.ts';
import { details, diagnose, logs } from '../stack/diagnosis.ts';
import type { Suspects } from '../stack/diagnosis.ts';
import type { Kubectl } from '../stack/kubectl.ts';
import { memoAppOf } from '../stack/manifests.ts';
import { waitReady } from '../stack/memoapp.ts';
import type { AppName } from '../stack/memoapp.ts';
import { forgetFailedJobs } from '../stack/jobs.ts';
import { applyOperator, operatorPods, waitForOperator } from '../stack/operator.ts';
import type { Journal } from './journal.ts';
import type { Steps } from './steps.ts';

export interface Site {
  readonly kubectl: Kubectl;
  readonly steps: Steps;
  readonly journal: Journal;
}

/** Seconds to wait for. */
export interface Patience {
  readonly operator: number;
  readonly memoApp: number;
}

/** The operator applied and serving. @param applied runs between the two */
export async function bringOperator(
  { kubectl, steps, journal }: Site,
  objects: readonly KubeObject[],
  patience: Patience,
  applied?: (voice: Voice) => Promise<void>,
): Promise<void> {
  await steps.run('operator', async (voice) => {
    for (const line of await applyOperator(kubectl, objects)) voice.note(line);
    await applied?.(voice);
    await explained(kubectl, journal, [operatorPods], async () => {
      await waitForOperator(kubectl, patience.operator, voice.say);
    });
  });
}

/** The MemoApp applied and Ready. @param applied runs between the two */
export async function bringMemoApp(
  { kubectl, steps, journal }: Site,
  objects: readonly KubeObject[],
  patience: Patience,
  applied?: (voice: Voice, app: AppName) => Promise<void>,
): Promise<MemoApp> {
  const { name, namespace = 'default' } = memoAppOf(objects).metadata;
  const pods = { namespace, selector: `${appLabel}=${name}` };
  return await steps.run(
    `MemoApp ${namespace}/${name}`,
    async (voice) => {
      for (const line of await kubectl.apply(objects)) voice.note(line);
      await applied?.(voice, { namespace, name });
      for (const job of await forgetFailedJobs(kubectl, pods)) voice.say(`Job ${job} had given up: trying it again`);
      return await explained(kubectl, journal, [pods, operatorPods], async () => {
        return await waitReady(kubectl, { namespace, name }, patience.memoApp, voice.say, pods);
      });
    },
    (memoApp) => memoApp.status?.conditions?.find(({ type }) => type === 'Ready')?.message ?? '',
  );
}

/** What failed is told with what was found about the pods; the rest goes to the log. */
async function explained<T>(
  kubectl: Kubectl,
  journal: Journal,
  suspects: readonly Suspects[],
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const lines: string[] = [error instanceof Error ? error.message : String(error)];
    for (const suspect of suspects) {
      lines.push(...(await diagnose(kubectl, suspect)));
      journal.keep(await details(kubectl, suspect.namespace));
      journal.keep(await logs(kubectl, suspect));
    }
    throw new Error(lines.join('\n'), { cause: error });
  }
}
