/** A pod is taken away, and another comes in its place. */
import type { ObjectMeta } from 'kubernetes-types/meta/v1.js';
import type { Pod } from 'kubernetes-types/core/v1.js';
import type { Suspects } from '../../../scripts/stack/diagnosis.ts';
import { isReady } from './ready.ts';
import { fewest, sampleApp } from './sample.ts';
import type { Stage } from './stage.ts';
import { eventually } from './witness.ts';

/** Takes one of the pods away, and waits until it is gone and as many are ready as there have to be. */
export async function replaceOne(
  { kubectl }: Stage,
  { namespace, selector }: Suspects,
  takeAway: (pod: ObjectMeta) => Promise<void>,
): Promise<void> {
  const pods = async (): Promise<readonly Pod[]> => await kubectl.list<Pod>('pods', '-n', namespace, '-l', selector);
  const before = (await pods()).filter(isReady);
  const { metadata } = before[0] ?? {};
  if (metadata === undefined) throw new Error(`no pod of ${selector} is ready in ${namespace}`);
  await takeAway(metadata);
  await eventually(kubectl, sampleApp, `another pod in the place of ${metadata.name}`, 150, async () => {
    const now = await pods();
    const gone = now.every((pod) => pod.metadata?.uid !== metadata.uid);
    return gone && now.filter(isReady).length >= Math.min(before.length, fewest);
  });
}
