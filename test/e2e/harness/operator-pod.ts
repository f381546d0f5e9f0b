/** The operator's own pod: who leads, and that it is awake, as its Lease tells. */
import type { Lease } from 'kubernetes-types/coordination/v1.js';
import type { Kubectl } from '../../../scripts/stack/kubectl.ts';
import { operator } from '../../../scripts/stack/manifests.ts';
import { sampleApp } from './sample.ts';
import { eventually } from './witness.ts';

interface Leading {
  /** Name of the pod. */
  readonly holder: string;
  /** Milliseconds since the epoch. */
  readonly renewed: number;
}

export async function leading(kubectl: Kubectl): Promise<Leading> {
  const lease = await kubectl.get<Lease>('lease', operator.name, '-n', operator.namespace);
  const { holderIdentity = '', renewTime = '' } = lease?.spec ?? {};
  return { holder: holderIdentity, renewed: Date.parse(renewTime) };
}

/** Waits until the pod that leads has renewed its Lease for that long. */
export async function awakeFor(kubectl: Kubectl, seconds: number): Promise<void> {
  const { holder, renewed } = await leading(kubectl);
  await eventually(kubectl, sampleApp, `${holder} leads for ${seconds} s`, seconds + 20, async () => {
    const now = await leading(kubectl);
    return now.holder === holder && now.renewed - renewed >= seconds * 1000;
  });
}

/** Waits until another pod than that one leads. */
export async function successorOf(kubectl: Kubectl, holder: string): Promise<void> {
  await eventually(kubectl, sampleApp, `another pod than ${holder} leads`, 60, async () => {
    const now = await leading(kubectl);
    return now.holder !== holder && now.holder !== '';
  });
}
