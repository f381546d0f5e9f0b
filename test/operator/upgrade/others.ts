/** Plays whoever is not there beside simulated nodes: the Ingress controller, and API pods that say how external stores are. */
import type { Ingress } from 'kubernetes-types/networking/v1.js';
import type { Pod } from 'kubernetes-types/core/v1.js';
import { selectorText } from '../../../operator/src/api/labels.ts';
import type { ApiClient } from '../../../operator/src/runtime/client/client.ts';
import { kindOf, type KubeObject } from '../../../operator/src/runtime/object.ts';

const ingressKind = kindOf<KubeObject & Pick<Ingress, 'status'>>('networking.k8s.io/v1', 'Ingress');
const podKind = kindOf<KubeObject & Pick<Pod, 'status'>>('v1', 'Pod');

/**
 * To be repeated for as long as new ones may come.
 * @param report address at which the stores of the app `external` are told of
 */
export async function playOthers(client: ApiClient, namespace: string, report: string): Promise<void> {
  const ingresses = await client.list(ingressKind, { namespace });
  for (const { metadata, status } of ingresses.items) {
    if (status?.loadBalancer?.ingress) continue;
    const body = { status: { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } } };
    await client.patch(ingressKind, { namespace, name: metadata.name }, { type: 'merge', body }, ofStatus);
  }
  const labelSelector = selectorText({ name: 'external' }, 'api');
  const pods = await client.list(podKind, { namespace, labelSelector });
  for (const { metadata, status } of pods.items) {
    if (status?.podIP === undefined || status.podIP === report) continue;
    const body = { status: { podIP: report, podIPs: [{ ip: report }] } };
    await client.patch(podKind, { namespace, name: metadata.name }, { type: 'merge', body }, ofStatus);
  }
}

const ofStatus = { subresource: 'status' } as const;
