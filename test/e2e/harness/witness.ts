/** Waiting on real pods; what fails says how the MemoApp and its pods stood. */
import type { MemoApp } from '../../../operator/src/api/memoapp.ts';
import type { Kubectl } from '../../../scripts/stack/kubectl.ts';
import type { AppName } from '../../../scripts/stack/memoapp.ts';
import { until } from '../../until.ts';

/** Asks twice a second; one that throws counts as no answer yet. */
export async function eventually<T>(
  kubectl: Kubectl,
  app: AppName,
  what: string,
  seconds: number,
  probe: () => Promise<T | false | undefined>,
): Promise<T> {
  const hint = 'how things stand follows';
  return await witnessed(kubectl, app, async () => {
    return await until(what, probe, { seconds, hint, everyMilliseconds: 500 });
  });
}

/** Does the work; an error carries the conditions and the pods of that moment. */
export async function witnessed<T>(kubectl: Kubectl, app: AppName, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error([why, ...(await standing(kubectl, app))].join('\n'), { cause: error });
  }
}

async function standing(kubectl: Kubectl, { namespace, name }: AppName): Promise<string[]> {
  try {
    const memoApp = await kubectl.get<MemoApp>('memoapp', name, '-n', namespace);
    const conditions = memoApp?.status?.conditions ?? [];
    return [
      memoApp === undefined ? `there is no MemoApp ${namespace}/${name}` : `conditions of ${namespace}/${name}:`,
      ...conditions.map(({ type, status, reason, message }) => `  ${type}=${status} ${reason}: ${message}`),
      `pods of ${namespace}:`,
      await kubectl.run(['get', 'pods', '-n', namespace, '-o', 'wide']),
    ];
  } catch (error) {
    return [`the cluster does not answer: ${error instanceof Error ? error.message : String(error)}`];
  }
}
