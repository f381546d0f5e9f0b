/** The MemoApp of config/samples/sgcc-memo.yaml, which most of the suite is about. */
import type { MemoApp } from '../../../operator/src/api/memoapp.ts';
import { bringMemoApp } from '../../../scripts/up/bring-up.ts';
import { memoAppOf, sampleObjects } from '../../../scripts/stack/manifests.ts';
import type { AppName } from '../../../scripts/stack/memoapp.ts';
import { patience } from './stage.ts';
import type { Stage } from './stage.ts';
import { witnessed } from './witness.ts';

const objects = await sampleObjects();
const sample = memoAppOf(objects);

export const sampleApp: AppName = { namespace: sample.metadata.namespace ?? '', name: sample.metadata.name };
/** Pods of the API; the autoscaler may have more for a while, and take them back at any time. */
export const fewest = sample.spec.api?.autoscaling?.minReplicas ?? 1;
export const sampleHost = sample.spec.route?.hostnames[0] ?? '';

/** Applies the file and waits until it is Ready. */
export async function bringSample({ kubectl, site }: Stage): Promise<MemoApp> {
  return await witnessed(kubectl, sampleApp, async () => await bringMemoApp(site, objects, patience));
}
