/** A bigger heap for Kafka. */
import { apply, file, ready, set } from './edit.ts';
import type { Entry } from './entry.ts';

export const heap: Entry = {
  name: 'heap',
  title: 'A bigger heap for Kafka',
  occasion: 'Kafka collects garbage all the time.',
  lesson:
    'The heap is half of the memory limit, so the limit is what one changes. Memos are written while the broker restarts; their events wait and follow.',
  play: async (desk) => {
    await desk.act({
      what: 'Half a gibibyte more',
      edit: { file, change: set(['spec.events.managed.resources.limits.memory', '1536Mi']) },
      type: apply,
      until: ready,
      concerns: ['events'],
      show: [
        `kubectl get pod memo-events-0 -o jsonpath='{.spec.containers[0].env[?(@.name=="KAFKA_HEAP_OPTS")].value}'`,
      ],
    });
  },
};
