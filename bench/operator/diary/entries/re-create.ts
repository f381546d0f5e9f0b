/** The MemoApp deleted, and made again. */
import { apply, ready } from './edit.ts';
import type { Entry } from './entry.ts';

export const reCreate: Entry = {
  name: 're-create',
  title: 'Deleted, and made again',
  occasion: 'Somebody deleted the MemoApp, and nobody lost a memo.',
  lesson: 'With `deletionPolicy: Retain`, the default, volumes and the Secrets that open them outlive the object.',
  play: async (desk, first) => {
    const all = ['api', 'database', 'cache', 'events'] as const;
    await desk.act({
      what: 'Delete',
      type: ['kubectl delete memoapp memo'],
      until: { kind: 'gone', leaving: 'data' },
      concerns: all,
      show: ['kubectl get pvc,secret -l memo.sogangcomputerclub.org/app=memo'],
    });
    await desk.act({
      what: 'Make again',
      type: apply,
      until: ready,
      concerns: all,
      find: [async () => `The memo of before ${await desk.answerTo(first)}.`],
    });
  },
};
