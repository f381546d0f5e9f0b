/** The whole app stopped, and started. */
import { apply, file, ready, set } from './edit.ts';
import type { Entry } from './entry.ts';

export const stop: Entry = {
  name: 'stop',
  title: 'Stop and start',
  occasion: 'The machine room is without power for a night.',
  lesson: '`Ready` is True for a stopped app, with reason `Stopped`; `APIAvailable` is False: alert on that one.',
  play: async (desk, first) => {
    const all = ['api', 'database', 'cache', 'events'] as const;
    await desk.act({
      what: 'Stop',
      edit: { file, change: set(['spec.state', 'Stopped']) },
      type: apply,
      until: ready,
      concerns: all,
      show: ['kubectl get memoapp'],
    });
    await desk.act({
      what: 'Start',
      edit: { file, change: set(['spec.state', 'Running']) },
      type: apply,
      until: ready,
      concerns: all,
      find: [async () => `The memo of before ${await desk.answerTo(first)}.`],
    });
  },
};
