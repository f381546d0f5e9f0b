/** The number of API pods handed over to the autoscaler. */
import { apply, file, ready, set } from './edit.ts';
import type { Entry } from './entry.ts';

export const autoscaler: Entry = {
  name: 'autoscaler',
  title: 'The autoscaler on',
  occasion: 'Term begins: the number of API pods is to follow the load from now on.',
  lesson:
    '`replicas` goes and `autoscaling` comes in one edit: the two exclude each other. The number of pods is handed over, not reset.',
  play: async (desk) => {
    await desk.act({
      what: 'Autoscaling in place of a fixed number',
      edit: {
        file,
        change: set(
          ['spec.api.replicas', undefined],
          ['spec.api.autoscaling', { minReplicas: 2, maxReplicas: 4, targetCPUUtilizationPercentage: 70 }],
        ),
      },
      type: apply,
      until: ready,
      show: ['kubectl get hpa'],
    });
  },
};
