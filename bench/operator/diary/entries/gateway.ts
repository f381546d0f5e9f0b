/** From the Ingress to a Gateway, by way of both. */
import { apply, file, ready, set } from './edit.ts';
import type { Entry } from './entry.ts';

export const gateway: Entry = {
  name: 'gateway',
  title: 'From the Ingress to a Gateway',
  occasion: 'The cluster has a Gateway now, and its Ingress controller is to go some day.',
  lesson: 'Both ways in at once, and the old one only when the new one is taken up: `RouteReady` speaks for both.',
  play: async (desk) => {
    await desk.prepare([
      'kubectl create namespace gateways',
      'kubectl apply -f gateway.yaml',
      'kubectl wait -n gateways --for=condition=Programmed gateway/public --timeout=60s',
    ]);
    await desk.act({
      what: 'The Gateway beside the Ingress',
      edit: { file, change: set(['spec.route.gateway.parentRefs', [{ name: 'public', namespace: 'gateways' }]]) },
      type: apply,
      until: ready,
      show: ['kubectl get ingress,httproute'],
    });
    await desk.act({
      what: 'The Ingress away',
      edit: { file, change: set(['spec.route.ingress', undefined]) },
      type: apply,
      until: ready,
      show: ['kubectl get ingress,httproute'],
    });
  },
};
